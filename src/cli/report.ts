import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../errors.js';
import { RESULTS_SCHEMA, resultsSchema, type Results } from '../model/results.js';
import { exitStatus } from '../publish/exit-status.js';
import { renderHtml } from '../report/html.js';
import { renderComment } from '../report/markdown.js';
import { renderTerminal } from '../report/terminal.js';
import type { OutputOptions } from './options.js';
import type { Terminal } from './terminal.js';

/** `flowgate report`: shows saved results again; the exit status is their verdict's. */
export async function showAgain(
  { screen, ports, cwd }: Terminal,
  file: string,
  { html, markdown }: OutputOptions,
): Promise<number> {
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(cwd, path));
  const results = parseResults(await ports.files.read(absolute(file)), file);
  if (html !== undefined) await ports.files.write(absolute(html), renderHtml(results));
  if (markdown !== undefined) {
    await ports.files.write(absolute(markdown), renderComment(results, { marker: '<!-- flowgate -->' }));
  }
  screen.write(renderTerminal(results, screen));
  return exitStatus(results);
}

/** Saved results are data from outside: nothing of them is used before the schema has let them through. */
function parseResults(text: string | undefined, file: string): Results {
  if (text === undefined) {
    throw new UserError({ file, message: 'there is no such file; flowgate run writes it' });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw new UserError({ file, message: `is not JSON: ${messageOf(thrown)}` });
  }
  const parsed = resultsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError({
    file,
    message: `is not a results file of this version (${RESULTS_SCHEMA}):\n${z.prettifyError(parsed.error)}`,
  });
}
