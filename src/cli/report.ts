import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../errors.js';
import { RESULTS_SCHEMA, resultsSchema, type Results } from '../model/results.js';
import { exitStatus } from '../publish/exit-status.js';
import { renderTerminal } from '../report/terminal.js';
import { rejudge } from '../verdict/rejudge.js';
import type { OutputOptions } from './options.js';
import { writeOutputs } from './outputs.js';
import type { Terminal } from './terminal.js';

/** `flowgate report`: runs the checks of saved results again and shows them; the exit status is their verdict's. */
export async function showAgain(terminal: Terminal, file: string, outputs: OutputOptions): Promise<number> {
  const results = rejudge(parseResults(await readText(terminal, file), file));
  await writeOutputs(terminal, results, outputs);
  terminal.screen.write(`${renderTerminal(results, terminal.screen)}\n`);
  return exitStatus(results);
}

/** Bytes. A run of a million flows keeps some 20,000 of them: about 20 MB. */
const LARGEST_RESULTS = 256e6;

async function readText({ ports, cwd }: Terminal, file: string): Promise<string | undefined> {
  try {
    return await ports.files.read(isAbsolute(file) ? file : join(cwd, file), LARGEST_RESULTS);
  } catch (thrown) {
    if (thrown instanceof UserError)
      throw new UserError({ file, message: thrown.problems[0]?.message ?? '' });
    throw new UserError({ file, message: `can not be read: ${messageOf(thrown)}` });
  }
}

/** Nobody reads more. */
const MOST_ISSUES = 20;

function firstOf({ issues }: z.ZodError): string {
  const rest = issues.length > MOST_ISSUES ? [`and ${issues.length - MOST_ISSUES} more`] : [];
  return [z.prettifyError({ issues: issues.slice(0, MOST_ISSUES) }), ...rest].join('\n');
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
    message: `is not a results file of this version (${RESULTS_SCHEMA}):\n${firstOf(parsed.error)}`,
  });
}
