import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import type { GateContext, GatePorts } from '../gate.js';
import { messageOf } from '../lib/errors.js';
import type { Results } from '../model/results.js';
import { type FormatName, FORMATS } from '../report/formats.js';
import { renderTerminal } from '../report/terminal.js';
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

const NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** Where a run is to be written, by option; paths as the user gave them. */
export type OutputOptions = { readonly [Name in FormatName]?: string };

export function withOutputs(command: Command): Command {
  return NAMES.reduce((all, name) => all.option(`--${name} <file>`, FORMATS[name].help), command);
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
