import { isAbsolute, join } from 'node:path';
import type { TreeDoors } from '../compare/trees/open.js';
import { messageOf } from '../lib/errors.js';
import { exitStatus } from '../lib/exit-status.js';
import type { Results } from '../model/results.js';
import { renderHtml } from '../report/html.js';
import { renderComment } from '../report/markdown.js';
import { resultsJson } from '../report/results-json.js';
import { renderTerminal } from '../report/terminal.js';
import type { ExecutePorts } from '../run/stage.js';
import type { OutputOptions } from './options.js';

/** Where a run is kept when no other place is named, and where `report` looks. */
export const KEPT = '.flowgate/results.json';

const MARKER = '<!-- flowgate -->';

/** Writes the results where the options say; what can not be written is said, and changes no verdict. */
export async function writeOutputs(
  terminal: Terminal,
  results: Results,
  { json, html, markdown }: OutputOptions,
): Promise<void> {
  if (json !== undefined) await writeJson(terminal, results, json);
  if (html !== undefined) await writeFile(terminal, html, renderHtml(results));
  if (markdown !== undefined) await writeFile(terminal, markdown, renderComment(results, { marker: MARKER }));
}

/** Whether it was written. */
export function writeJson(terminal: Terminal, results: Results, path: string): Promise<boolean> {
  return writeFile(terminal, path, resultsJson(results));
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

/** Keeps, writes and prints what came out; gives the exit status. */
export async function tell(
  terminal: Terminal,
  results: Results,
  { json: kept = KEPT, ...others }: OutputOptions,
): Promise<number> {
  const { screen } = terminal;
  const isKept = await writeJson(terminal, results, kept);
  await writeOutputs(terminal, results, others);
  screen.write(`${renderTerminal(results, screen)}\n`);
  if (isKept) {
    screen.write(`  ${kept} written; flowgate report${kept === KEPT ? '' : ` ${kept}`} shows this again\n`);
  }
  return exitStatus(results);
}

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
  readonly ports: ExecutePorts;
  /** What comparing with a commit takes beside them. */
  readonly trees: TreeDoors;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
}
