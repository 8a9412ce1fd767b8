import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import type { GateContext, GatePorts } from '../gate.js';
import { messageOf, type Problem, UserError } from '../lib/errors.js';
import type { Results } from '../model/results.js';
import { type Format, type FormatName, type Formats, FORMATS } from '../report/formats.js';
import { renderTerminal, renderVerdict } from '../report/terminal.js';
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
  /** Nothing but errors and the verdict is to be said. */
  readonly quiet: boolean;
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

/** In place of a file. */
const STANDARD_OUTPUT = '-';

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

/** What is to be written where, by option; paths as the user gave them. */
export type Outputs<Name extends string> = { readonly [Key in Name as Camel<Key>]?: string } & {
  readonly quiet?: boolean;
};

export type OutputOptions = Outputs<FormatName>;

/** Adds an option for each format, and `--quiet`. What can not be written together is refused before anything starts. */
export function withFormats<T>(command: Command, formats: Formats<T>): Command {
  return Object.entries(formats)
    .reduce((all, [name, { help }]) => all.option(`--${name} <file>`, help), command)
    .option('--quiet', 'print nothing but errors and the verdict, in one line')
    .addHelpText('after', '\nA file of - is standard output; what is printed then goes to standard error.')
    .hook('preAction', (_command, action) => {
      const problems = outputProblems(asked(formats, action.opts()));
      if (problems.length > 0) throw new UserError(problems);
    });
}

export function withOutputs(command: Command): Command {
  return withFormats(command, FORMATS);
}

interface Asked<T> {
  readonly name: string;
  readonly path: string;
  readonly format: Format<T>;
}

function asked<T>(formats: Formats<T>, outputs: Readonly<Record<string, unknown>>): readonly Asked<T>[] {
  return Object.entries(formats).flatMap(([name, format]) => {
    const path = outputs[name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase())];
    return typeof path === 'string' ? [{ name, path, format }] : [];
  });
}

function outputProblems(all: readonly Asked<never>[]): readonly Problem[] {
  return all.flatMap(({ name, path }, index) => {
    const where = `option --${name}`;
    if (path.trim() === '') return [{ where, message: 'is empty; write it or leave it out' }];
    const first = all.slice(0, index).find((each) => each.path === path);
    if (first === undefined) return [];
    const place = path === STANDARD_OUTPUT ? 'standard output' : path;
    return [{ where, message: `${place} is where --${first.name} goes already; name another file` }];
  });
}

/** Reports that were asked for of a shard, which has no verdict to report. */
export function refuseReports(outputs: OutputOptions): void {
  const problems = asked(FORMATS, outputs).flatMap(({ name, path }) => {
    const where = `option --${name}`;
    if (name !== 'json') {
      const message = 'a shard is not judged, so there is nothing to report; give it to flowgate merge';
      return [{ where, message }];
    }
    return path === STANDARD_OUTPUT ? [{ where, message: 'a shard is kept in a file; name one' }] : [];
  });
  if (problems.length > 0) throw new UserError(problems);
}

/** Writes what was asked for where the options say; what can not be written is said, and changes no verdict. */
export async function writeFormats<T>(
  terminal: Terminal,
  formats: Formats<T>,
  { subject, outputs }: { readonly subject: T; readonly outputs: Readonly<Record<string, unknown>> },
): Promise<void> {
  for (const { name, path, format } of asked(formats, outputs)) {
    const content = format.print(subject);
    if (path === STANDARD_OUTPUT) terminal.screen.write(content);
    else await writeFile(terminal, path, content);
    const lacks = format.lacks?.(subject);
    if (lacks !== undefined) terminal.ports.logger.info(`--${name}: ${lacks}`);
  }
}

/** What is printed for people: on standard output, or on standard error where a file has that. */
export function printer<T>(
  { screen }: Terminal,
  formats: Formats<T>,
  outputs: Readonly<Record<string, unknown>>,
): (text: string) => void {
  const isTaken = asked(formats, outputs).some(({ path }) => path === STANDARD_OUTPUT);
  return (text) => {
    if (isTaken) screen.complain(`${text}\n`);
    else screen.write(`${text}\n`);
  };
}

/** A path as the user gave it; what can not be written is said. Whether it was. */
async function writeFile({ screen, ports, cwd }: Terminal, path: string, content: string): Promise<boolean> {
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
  const { screen, secrets, quiet } = terminal;
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
  if (quiet) return;
  screen.write(`  shard ${index} of ${of}: ${shardSummary(shard)}\n`);
  screen.write(`  ${path} written; flowgate merge joins it with the others and judges them\n`);
}

/** Writes and prints results, as they are kept in a file or are to be kept in one. */
export async function show(terminal: Terminal, results: Results, outputs: OutputOptions): Promise<void> {
  await writeFormats(terminal, FORMATS, { subject: results, outputs });
  const render = terminal.quiet ? renderVerdict : renderTerminal;
  printer(terminal, FORMATS, outputs)(render(results, terminal.screen));
}

/** Keeps, writes and prints what came out. */
export async function tell(terminal: Terminal, measured: Results, outputs: OutputOptions): Promise<void> {
  const results = terminal.secrets.hide(measured);
  const { json } = outputs;
  const isNamed = json !== undefined && json !== STANDARD_OUTPUT;
  const kept = isNamed ? json : KEPT;
  const isKept = await writeFile(terminal, kept, FORMATS.json.print(results));
  await show(terminal, results, isNamed ? { ...outputs, json: undefined } : outputs);
  if (isKept && !terminal.quiet) {
    const again = `flowgate report${isNamed ? ` ${kept}` : ''}`;
    printer(terminal, FORMATS, outputs)(`  ${kept} written; ${again} shows this again`);
  }
}
