import { messageOf } from './errors.js';
import type { Plan, ScenarioPlan } from './model/plan.js';
import type { Record } from './model/record.js';
import type { Results, ScenarioResults } from './model/results.js';
import { execute } from './run/execute.js';
import type { ExecuteContext, ExecutePorts } from './run/stage.js';
import { assembleResults, assembleScenario } from './verdict/assemble.js';

export type GatePorts = ExecutePorts;

/** What surrounds the run and is written into the results. */
export interface GateContext extends ExecuteContext {
  readonly version: string;
  readonly git: Results['git'];
  readonly run?: Results['run'];
  readonly reproduce: string;
}

/**
 * Runs every scenario of the plan, one after another, and judges what came out. After an interrupt the scenarios that
 * are left are in the results too, as inconclusive: what was not run has not passed.
 */
export async function gate(plan: Plan, ports: GatePorts, context: GateContext): Promise<Results> {
  const createdAt = ports.clock.wall().toISOString();
  const scenarios: ScenarioResults[] = [];
  for (const scenario of plan.scenarios) {
    const record = await execute(scenario, ports, context);
    scenarios.push(await judged(scenario, record, ports));
  }
  return assembleResults({ ...context, createdAt, scenarios });
}

/** Should judging throw, which would be a defect of ours, what was measured is not lost. */
async function judged(plan: ScenarioPlan, record: Record, { files }: GatePorts): Promise<ScenarioResults> {
  try {
    return assembleScenario(plan, record);
  } catch (thrown) {
    const file = `${await files.makeTemporary('flowgate-record-')}/record.json`;
    await files.write(file, JSON.stringify(record));
    throw new Error(`${messageOf(thrown)} (what was measured is saved in ${file})`, { cause: thrown });
  }
}
