import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import type { GateContext, GatePorts } from '../gate.js';
import { messageOf, UserError } from '../lib/errors.js';
import type { Results } from '../model/results.js';
import { renderHtml } from '../report/html.js';
import { renderComment } from '../report/markdown.js';
import { resultsJson } from '../report/results-json.js';
import { renderTerminal } from '../report/terminal.js';
import { type Shard, shardName, shardSummary, shardText } from '../shards/file.js';
import type { Secrets } from '../system/secrets.js';

/** The person's terminal, or the file or pipe that stands for it. */
export interface Screen {
  /** To standard output, as it is. */
  write(text: string): void;
  /** To standard error, as it is. */
  complain(text: string): void;
  /** Whether what is written to standard error can be redrawn. */
  readonly live: boolean;
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}

/** What every subcommand is given. */
export interface Terminal {
  readonly screen: Screen;
  readonly ports: GatePorts;
  /** What no screen and no file is to show. */
  readonly secrets: Secrets;
  /** What surrounds a run that is started now; `reproduce` is the command that starts it again. */
  readonly contextOf: (reproduce: string) => GateContext;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
}

/** Where a run is kept when no other place is named, and where `report` looks. */
export const KEPT = '.flowgate/results.json';

const MARKER = '<!-- flowgate -->';

/** A file that a run can be written to. */
interface Format {
  /** Of the option that bears its name. */
  readonly help: string;
  readonly print: (results: Results) => string;
}

const FORMATS = {
  json: { help: 'write results.json there', print: resultsJson },
  html: { help: 'write the report page there', print: renderHtml },
  markdown: {
    help: 'write the comment there',
    print: (results) => renderComment(results, { marker: MARKER }),
  },
} satisfies Readonly<Record<string, Format>>;

type FormatName = keyof typeof FORMATS;

const NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** Where a run is to be written, by option; paths as the user gave them. */
export type OutputOptions = { readonly [Name in FormatName]?: string };

export function withOutputs(command: Command): Command {
  return NAMES.reduce((all, name) => all.option(`--${name} <file>`, FORMATS[name].help), command);
}

/** Reports that were asked for of a shard, which has no verdict to report. */
export function refuseReports(outputs: OutputOptions): void {
  const asked = NAMES.filter((name) => name !== 'json' && outputs[name] !== undefined);
  if (asked.length === 0) return;
  const message = 'a shard is not judged, so there is nothing to report; give it to flowgate merge';
  throw new UserError(asked.map((name) => ({ where: `option --${name}`, message })));
}

/** Writes the results where the options say; what can not be written is said, and changes no verdict. */
export async function writeOutputs(
  terminal: Terminal,
  results: Results,
  outputs: OutputOptions,
): Promise<void> {
  for (const name of NAMES) {
    const path = outputs[name];
    if (path !== undefined) await writeFile(terminal, path, FORMATS[name].print(results));
  }
}

/** A path as the user gave it; what can not be written is said. Whether it was. */
export async function writeFile(
  { screen, ports, cwd }: Terminal,
  path: string,
  content: string,
): Promise<boolean> {
  try {
    await ports.files.write(isAbsolute(path) ? path : join(cwd, path), content);
    return true;
  } catch (thrown) {
    screen.complain(`flowgate: ${path} could not be written: ${messageOf(thrown)}\n`);
    return false;
  }
}

/** Writes what a shard has measured; it has no verdict that could be printed. */
export async function keepShard(terminal: Terminal, shard: Shard, { json }: OutputOptions): Promise<void> {
  const { screen, secrets } = terminal;
  const { index, of } = shard.shard;
  const path = json ?? `.flowgate/${shardName(shard.shard)}`;
  if (
    !(await writeFile(
      terminal,
      path,
      shardText(shard, (value) => secrets.hide(value)),
    ))
  ) {
    throw new UserError({ file: path, message: 'without it the shards of this run cannot be joined' });
  }
  screen.write(`  shard ${index} of ${of}: ${shardSummary(shard)}\n`);
  screen.write(`  ${path} written; flowgate merge joins it with the others and judges them\n`);
}

/** Keeps, writes and prints what came out. */
export async function tell(
  terminal: Terminal,
  measured: Results,
  { json: kept = KEPT, ...others }: OutputOptions,
): Promise<void> {
  const { screen } = terminal;
  const results = terminal.secrets.hide(measured);
  const isKept = await writeFile(terminal, kept, FORMATS.json.print(results));
  await writeOutputs(terminal, results, others);
  screen.write(`${renderTerminal(results, screen)}\n`);
  if (isKept) {
    screen.write(`  ${kept} written; flowgate report${kept === KEPT ? '' : ` ${kept}`} shows this again\n`);
  }
}
