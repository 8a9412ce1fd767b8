import { Search } from '../checks/cleanup/search.js';
import { lookingAlong } from '../checks/growth/readings.js';
import { contaminationLogOf } from '../checks/isolation/log.js';
import { verifyFlows } from '../checks/verify.js';
import { runWaves, type Waves } from '../faults/waves.js';
import type { FlowRunner } from '../flows/runner.js';
import { climb } from '../ladder/climb.js';
import { messageOf } from '../lib/errors.js';
import { type LoggedFlows, runFlows, warmUp } from '../load/flows.js';
import { type ScenarioPlan, wavesOf, wholeLoad } from '../model/plan.js';
import type { Record } from '../model/record.js';
import type { Monitor } from '../watch/sampler.js';
import { AbortWatch } from './abort.js';
import { Live } from './progress.js';
import { nothing, type Performance, recordOfRun } from './record.js';
import {
  type Halt,
  haltOn,
  isWatched,
  Session,
  watched,
  type Watched,
  withLargestProcess,
} from './session.js';
import type { ExecuteContext, ExecutePorts, Stage } from './stage.js';
import type { Cast } from './start.js';

/**
 * Runs one scenario from its service's start to the last process's end. Whatever goes wrong on the way is a problem in
 * the record, which is always given; nothing that was started is left running.
 */
export async function execute(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  context: ExecuteContext,
): Promise<Record> {
  let session: Session;
  try {
    session = await Session.open(plan, ports, context);
  } catch (thrown) {
    const unset = { plan, ports, environment: context.environment, problems: [messageOf(thrown)] };
    return recordOfRun(unset, nothing(plan, ports, 'none'));
  }
  const { stage, cast, runner } = session;
  let performance: Performance | undefined;
  try {
    if (runner !== undefined && !ports.interrupt.aborted) performance = await perform(session, runner);
  } catch (thrown) {
    stage.problems.push(messageOf(thrown));
  } finally {
    await session.close();
  }
  const left = cast.search?.found();
  return recordOfRun(stage, { ...(performance ?? nothing(plan, ports, stage.table.source)), ...left });
}

/** The flows themselves, watched; then what they left, and whether what they did is right. */
async function perform(session: Session, runner: FlowRunner): Promise<Performance> {
  const { stage, cast } = session;
  const { plan, ports } = stage;
  const halt = haltOn(stage, cast);
  const options = session.flows(runner, halt);
  if (plan.warmup > 0) await warmUp({ ...options, load: plan.ladder?.[0] ?? plan.load }, plan.warmup);
  const search = isWatched(plan)
    ? await attempt(stage, 'looking at what is there', async () => Search.begin(stage))
    : undefined;
  const contamination = contaminationLogOf(stage);
  const performed = await performWatched(stage, { ...options, contamination }, { halt, cast });
  await runner.settle();
  // What was cut short has had no time to tidy up.
  if (search !== undefined && !halt.signal.aborted) {
    const slots = new Map(performed.flows.map(({ iteration, slot }) => [iteration, slot]));
    cast.search = search;
    await attempt(stage, 'looking for what was left', async () => search.forProcesses(slots));
  }
  halt.end();
  const verified = await attempt(stage, 'verify', async () =>
    ports.interrupt.aborted || performed.aborted !== undefined
      ? undefined
      : verifyFlows(stage, { flows: performed.flows, counts: performed.tally.counts }, cast.module),
  );
  // What the interrupt cut short has found nothing wrong.
  const verify = ports.interrupt.aborted && verified?.ok === false ? undefined : verified;
  await contamination?.settle();
  await options.workspaces.settle();
  const monitor = await withLargestProcess(performed.monitor, stage);
  return { ...performed, monitor, verify, contamination: contamination?.recorded() };
}

/** What was measured stands, whatever becomes of a step after it. */
async function attempt<T>(stage: Stage, name: string, step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    stage.problems.push(`${name} failed: ${messageOf(thrown)}`);
    return undefined;
  }
}

/** The whole of what the scenario asks for: its load, its ladder or its waves. */
function performWatched(
  stage: Stage,
  options: LoggedFlows,
  { halt, cast }: { halt: Halt; cast: Cast },
): Promise<Watched<Omit<Performance, 'verify' | 'monitor' | 'startedAt'>>> {
  const { plan, ports, environment } = stage;
  const run = async (monitor: Monitor, origin: number) => {
    stage.limits?.begin();
    const live = new Live({
      scenario: plan.name,
      load: wholeLoad(plan),
      cores: environment.cores,
      clock: ports.clock,
      view: ports.progress,
      monitor,
    });
    const observed = { ...options, origin, observer: lookingAlong(live, plan, monitor) };
    const running =
      plan.ladder === undefined
        ? runLoad(stage, observed, { monitor, halt, cast })
        : climb(stage, observed, monitor);
    const ran = await running.finally(() => {
      live.stop();
      stage.limits?.end();
    });
    return { ...ran, ...options.log.recorded() };
  };
  return watched(stage, { log: options.log, run });
}

/** The flows of one load, which a gate with abort-on-fail may end. */
async function runLoad(
  stage: Stage,
  options: LoggedFlows,
  { monitor, halt, cast }: { monitor: Monitor; halt: Halt; cast: Cast },
): Promise<Pick<Performance, 'aborted' | keyof Waves>> {
  const { origin, log } = options;
  const { faults } = stage.plan;
  const abort = new AbortWatch({ stage, monitor, origin, log, halt: halt.now });
  const running =
    faults === undefined || wavesOf(faults).length === 0
      ? runFlows(options)
      : runWaves(faults, options, { monitor, network: cast.network });
  const ran = await running.finally(() => {
    abort.stop();
  });
  return { ...ran, aborted: abort.aborted };
}
