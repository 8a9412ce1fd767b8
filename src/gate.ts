import type { Opponents } from './compare/opponent.js';
import { compareScenario, notCompared, type ScenarioCompared } from './compare/scenario.js';
import { gatedByHistory } from './history/gates.js';
import { historyOf } from './history/points.js';
import { messageOf } from './lib/errors.js';
import type { Past } from './model/history.js';
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
  /** What the scenarios are compared with; whoever has opened them closes them. Nothing is compared if left out. */
  readonly opponents?: Opponents;
  /** Earlier runs, if they are kept. */
  readonly past?: Past;
}

/**
 * Runs every scenario of the plan, one after another, and judges what came out. After an interrupt the scenarios that
 * are left are in the results too, as inconclusive: what was not run has not passed.
 */
export async function gate(plan: Plan, ports: GatePorts, context: GateContext): Promise<Results> {
  const createdAt = ports.clock.wall().toISOString();
  const scenarios: ScenarioResults[] = [];
  for (const planned of plan.scenarios) {
    const scenario = gatedByHistory(planned, context);
    const record = await headAlone(scenario, { ports, context });
    const comparison = await compared(scenario, record, { ports, context });
    const results = await judged(scenario, { record, comparison }, ports);
    scenarios.push(withHistory(results, context));
  }
  return assembleResults({ ...context, createdAt, scenarios });
}

function headAlone(
  plan: ScenarioPlan,
  { ports, context }: { ports: GatePorts; context: GateContext },
): Promise<Record> {
  const run = (): Promise<Record> => execute(plan, ports, context);
  return context.opponents?.guard?.during('head', run) ?? run();
}

function withHistory(scenario: ScenarioResults, { past, environment }: GateContext): ScenarioResults {
  return past === undefined ? scenario : { ...scenario, history: historyOf(scenario, past, environment) };
}

/** After its own run, so that the absolute gates are of a run that nothing has come before. */
async function compared(
  plan: ScenarioPlan,
  { problems, interrupted }: Record,
  { ports, context }: { ports: GatePorts; context: GateContext },
): Promise<ScenarioCompared | undefined> {
  const { opponents } = context;
  if (opponents === undefined) return undefined;
  const { how, guard } = opponents;
  const options = { opponent: opponents.of(plan), how, guard, ports, context };
  if (interrupted !== undefined) return notCompared(plan, options, 'the run was interrupted before');
  if (problems.length > 0)
    return notCompared(plan, options, `${options.opponent.head.label} did not run by itself`);
  return compareScenario(plan, options);
}

interface Gathered {
  readonly record: Record;
  readonly comparison: ScenarioCompared | undefined;
}

/** Should judging throw, which would be a defect of ours, what was measured is not lost. */
async function judged(
  plan: ScenarioPlan,
  gathered: Gathered,
  { files, interrupt }: GatePorts,
): Promise<ScenarioResults> {
  const { comparison } = gathered;
  const record = withComparing(gathered, interrupt);
  try {
    return assembleScenario(plan, record, comparison);
  } catch (thrown) {
    const file = `${await files.makeTemporary('flowgate-record-')}/record.json`;
    await files.write(file, JSON.stringify({ ...record, comparison }));
    throw new Error(`${messageOf(thrown)} (what was measured is saved in ${file})`, { cause: thrown });
  }
}

/** What went wrong with head while it was compared is a problem of its run, and so is an interruption. */
function withComparing({ record, comparison }: Gathered, interrupt: AbortSignal): Record {
  if (comparison === undefined) return record;
  const { problem, compared } = comparison;
  return {
    ...record,
    ...(problem === undefined ? {} : { problems: [...record.problems, problem] }),
    ...(compared.ended === 'interrupted' ? { interrupted: String(interrupt.reason) } : {}),
  };
}
