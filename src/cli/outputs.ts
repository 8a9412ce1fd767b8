import { resultsJson } from '../report/results-json.js';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../errors.js';
import type { Results } from '../model/results.js';
import { renderHtml } from '../report/html.js';
import { renderComment } from '../report/markdown.js';
import type { OutputOptions } from './options.js';
import type { Terminal } from './terminal.js';

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
