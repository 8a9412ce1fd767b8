import { settleAccepts } from './accept/accept.js';
import type { Opponents } from './compare/opponent.js';
import { compareScenario, notCompared, type ScenarioCompared } from './compare/scenario.js';
import type { EventBase } from './compare/trees/base.js';
import { inTrees, type TreeDoors } from './compare/trees/open.js';
import { basePlanner } from './config/base-scenario.js';
import type { Inputs } from './config/inputs.js';
import { proxyNotice } from './flows/http/variables.js';
import { readBaseConfig } from './gate-changes/index.js';
import { gatedByHistory } from './history/gates.js';
import { historyOf } from './history/points.js';
import { messageOf } from './lib/errors.js';
import { EXIT, exitStatus } from './lib/exit-status.js';
import type { Past } from './model/history.js';
import type { Plan, ScenarioPlan } from './model/plan.js';
import type { Record } from './model/record.js';
import type { Results, ScenarioResults } from './model/results.js';
import type { Share } from './model/share.js';
import { execute } from './run/execute.js';
import type { ExecuteContext, ExecutePorts } from './run/stage.js';
import { divided } from './shards/divide.js';
import {
  digestOf,
  type Shard,
  shardOf,
  type ShardScenario,
  shardScenario,
  unmeasured,
} from './shards/file.js';
import { askedLevels, assembleResults, assembleScenario } from './verdict/assemble.js';
import { brokenGates } from './verdict/decide.js';

/** What comparing with a commit takes is beside what running takes. */
export type GatePorts = ExecutePorts & TreeDoors;

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

/** Where the plan comes from, and who is told what came of it. */
export interface Gating {
  readonly inputs: Inputs;
  /** Absolute: where the plan was made. */
  readonly workspace: string;
  readonly event: EventBase;
  readonly context: GateContext;
  /**
   * Reports. It is called before the trees of a comparison are removed: a runner that cancels the job waits for ten
   * seconds, and large trees take longer.
   */
  readonly tell: (results: Results) => Promise<void>;
  /** Keeps what a shard has measured; it is not judged. */
  readonly keep: (shard: Shard) => Promise<void>;
  /** Reports what has kept head and base from being judged, likewise, and gives the exit status; thrown if left out. */
  readonly fail?: (thrown: unknown) => Promise<number>;
}

/**
 * From a plan to the exit status: what the change under test does to its own gates, trees of head and base if they are
 * to be compared, every scenario run and judged, the verdict told, the trees removed.
 */
export async function gate(
  plan: Plan,
  ports: GatePorts,
  { inputs, workspace, event, context, tell, keep, fail }: Gating,
): Promise<number> {
  // Asked for before any code of a pull request is run: git is not used after that.
  const { changes: changed, known } = await readBaseConfig(plan, ports, { inputs, workspace, event });
  if (plan.shard !== undefined) {
    const measured = await runShard(plan, ports, { ...context, workspace, share: plan.shard });
    await keep({ ...measured, gateChanges: changed });
    return shardStatus(measured, ports);
  }
  const judge = async (judged: Plan, against: Pick<GateContext, 'opponents'>): Promise<number> => {
    const measured = await runPlan(judged, ports, { ...context, ...against });
    const results = changed === undefined ? measured : { ...measured, gateChanges: changed };
    await tell(results);
    return exitStatus(results);
  };
  const trees = { planBase: basePlanner(inputs, ports.files), workspace, event, env: context.env };
  return inTrees(settleAccepts(plan, known), { ports, context: trees }, { judge, fail });
}

/**
 * Runs every scenario of the plan, one after another, and judges what came out. After an interrupt the scenarios that
 * are left are in the results too, as inconclusive: what was not run has not passed.
 */
export async function runPlan(plan: Plan, ports: ExecutePorts, context: GateContext): Promise<Results> {
  const createdAt = ports.clock.wall().toISOString();
  const notice = proxyNotice(
    plan.scenarios.map(({ work }) => work),
    context.env,
  );
  if (notice !== undefined) ports.logger.info(notice);
  const scenarios: ScenarioResults[] = [];
  for (const scenario of plan.scenarios) scenarios.push(await runScenario(scenario, ports, context));
  return assembleResults({ ...context, advisory: plan.advisory, createdAt, scenarios });
}

/** Runs this machine's part of every scenario of the plan, one after another, and judges nothing. */
async function runShard(
  plan: Plan,
  ports: ExecutePorts,
  { workspace, share, ...context }: GateContext & { readonly workspace: string; readonly share: Share },
): Promise<Shard> {
  const createdAt = ports.clock.wall().toISOString();
  const scenarios: ShardScenario[] = [];
  for (const scenario of plan.scenarios) {
    const record = await execute(divided(scenario, share), ports, { ...context, brokenGates });
    scenarios.push(shardScenario(scenario, record, askedLevels(scenario)));
  }
  return shardOf({ ...context, createdAt }, { share, config: digestOf(plan, workspace), scenarios });
}

/** A shard that has not measured its part says why, and fails: the merge has to do without it. */
function shardStatus({ scenarios }: Shard, { logger, interrupt }: ExecutePorts): number {
  const lacks = scenarios.flatMap((scenario) => unmeasured(scenario) ?? []);
  for (const lack of lacks) logger.error(`This shard has not measured its part: ${lack}`);
  if (interrupt.aborted) return EXIT.interrupted;
  return lacks.length === 0 ? EXIT.passed : EXIT.inconclusive;
}

/** Head by itself, then against base, then judged, then set beside earlier runs. */
async function runScenario(
  planned: ScenarioPlan,
  ports: ExecutePorts,
  context: GateContext,
): Promise<ScenarioResults> {
  const { opponents, past, environment } = context;
  const plan = gatedByHistory(planned, context);
  const runHead = (): Promise<Record> => execute(plan, ports, { ...context, brokenGates });
  const alone = await (opponents?.guard?.during('head', runHead) ?? runHead());
  // After its own run, so that the absolute gates are of a run that nothing has come before.
  const comparison = opponents && (await compareWithBase(plan, alone, { opponents, ports, context }));
  const record = comparison === undefined ? alone : withComparison(alone, comparison, ports.interrupt);
  const results = await judgeOrSave(plan, { record, comparison }, { ...ports, ...context });
  return past === undefined
    ? results
    : { ...results, history: historyOf(results, past, { environment, meanings: plan.metrics }) };
}

async function compareWithBase(
  plan: ScenarioPlan,
  { problems, interrupted }: Record,
  given: { readonly opponents: Opponents; readonly ports: ExecutePorts; readonly context: GateContext },
): Promise<ScenarioCompared> {
  const { opponents, ports, context } = given;
  const { how, guard } = opponents;
  const options = { opponent: opponents.of(plan), how, guard, ports, context };
  if (interrupted !== undefined) return notCompared(plan, options, 'the run was interrupted before');
  if (problems.length > 0) {
    return notCompared(plan, options, `${options.opponent.head.label} did not run by itself`);
  }
  return compareScenario(plan, options);
}

/** What went wrong with head while it was compared is a problem of its run, and so is an interruption. */
function withComparison(
  record: Record,
  { problem, compared }: ScenarioCompared,
  interrupt: AbortSignal,
): Record {
  return {
    ...record,
    ...(problem === undefined ? {} : { problems: [...record.problems, problem] }),
    ...(compared.ended === 'interrupted' ? { interrupted: String(interrupt.reason) } : {}),
  };
}

interface Measured {
  readonly record: Record;
  readonly comparison: ScenarioCompared | undefined;
}

/** Should judging throw, which would be a defect of ours, what was measured is not lost. */
async function judgeOrSave(
  plan: ScenarioPlan,
  { record, comparison }: Measured,
  { files, secrets }: Pick<ExecutePorts, 'files'> & Pick<GateContext, 'secrets'>,
): Promise<ScenarioResults> {
  try {
    return assembleScenario(plan, record, comparison);
  } catch (thrown) {
    const file = `${await files.makeTemporary('flowgate-record-')}/record.json`;
    const saved = { ...record, comparison };
    await files.write(file, JSON.stringify(secrets?.hide(saved) ?? saved));
    throw new Error(`${messageOf(thrown)} (what was measured is saved in ${file})`, { cause: thrown });
  }
}
