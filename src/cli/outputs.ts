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

/** Writes the results where the options say, and in any case where `report` finds them. A refusal is no verdict. */
export async function writeOutputs(
  terminal: Terminal,
  results: Results,
  options: OutputOptions,
): Promise<void> {
  const json = `${JSON.stringify(results, undefined, 2)}\n`;
  await write(terminal, options.json ?? KEPT, json);
  if (options.html !== undefined) await write(terminal, options.html, renderHtml(results));
  if (options.markdown !== undefined) {
    await write(terminal, options.markdown, renderComment(results, { marker: MARKER }));
  }
}

async function write({ screen, ports, cwd }: Terminal, path: string, content: string): Promise<void> {
  try {
    await ports.files.write(isAbsolute(path) ? path : join(cwd, path), content);
  } catch (thrown) {
    screen.complain(`flowgate: ${path} could not be written: ${messageOf(thrown)}\n`);
  }
}
