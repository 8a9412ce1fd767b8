import { gate, type GateContext } from '../gate.js';
import type { Inputs } from '../inputs/inputs.js';
import { makePlan } from '../inputs/plan.js';
import { exitStatus } from '../publish/exit-status.js';
import { renderTerminal } from '../report/terminal.js';
import type { OutputOptions } from './options.js';
import { KEPT, writeJson, writeOutputs } from './outputs.js';
import type { Terminal } from './terminal.js';

/** `flowgate run` and `flowgate demo`: plans, measures, judges, writes, prints; gives the exit status. */
export async function runScenarios(
  terminal: Terminal,
  context: GateContext,
  { inputs, outputs }: { inputs: Inputs; outputs: OutputOptions },
): Promise<number> {
  const { screen, ports, cwd } = terminal;
  const plan = await makePlan(inputs, { files: ports.files, workspace: cwd });
  const results = await gate(plan, ports, context);
  const { json: kept = KEPT, ...others } = outputs;
  const isKept = await writeJson(terminal, results, kept);
  await writeOutputs(terminal, results, others);
  screen.write(`${renderTerminal(results, screen)}\n`);
  if (isKept) {
    screen.write(`  ${kept} written; flowgate report${kept === KEPT ? '' : ` ${kept}`} shows this again\n`);
  }
  return exitStatus(results);
}
