import type { Results } from '../model/results.js';
import { exitStatus } from '../publish/exit-status.js';
import { renderTerminal } from '../report/terminal.js';
import type { OutputOptions } from './options.js';
import { KEPT, writeJson, writeOutputs } from './outputs.js';
import type { Terminal } from './terminal.js';

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
