import { messageOf } from '../errors.js';
import type { Contamination } from '../model/contamination.js';
import type { ScenarioPlan } from '../model/plan.js';
import { loadOfWaves, wavesOf } from '../model/waves.js';
import type { Aborted, MonitorRecord, Record, VerifyOutcome } from '../model/record.js';
import { startMonitor, type Monitor } from '../monitor/sampler.js';
import { retrying } from '../scenarios/retrying.js';
import type { FlowRunner } from '../scenarios/runner.js';
import { FlowLog, type Recorded } from '../stats/flow-log.js';
import { AbortWatch } from './abort.js';
import { prepare, type Cast } from './cast.js';
import { climb, type Climb, type LoggedFlows } from './climb.js';
import { runFlows, warmUp } from './flows.js';
import { haltOn, type Halt } from './halt.js';
import { withLargestProcess } from './largest-process.js';
import { Live } from './live.js';
import { lookingAlong } from './looks.js';
import { Search } from './search.js';
import { contaminationLogOf } from './sees-tokens.js';
import { setStage, type ExecuteContext, type ExecutePorts, type Stage } from './stage.js';
import { strike } from './strike.js';
import { runWaves, type Waves } from './waves.js';
import { verifyFlows } from './verify.js';
import { NO_WORKSPACES, Workspaces } from './workspaces.js';

type Left = Pick<Record, 'leftovers' | 'leftBehind'>;

/** What the flows' part of a run leaves in the record. */
interface Performance extends Partial<Climb>, Partial<Waves>, Recorded, Partial<Left> {
  readonly startedAt: Date;
  readonly monitor: MonitorRecord;
  readonly verify?: VerifyOutcome;
  readonly aborted?: Aborted;
  readonly contamination?: Contamination;
}

/**
 * Runs one scenario from its service's start to the last process's end. Whatever goes wrong on the way is a problem in
 * the record, which is always given; nothing that was started is left running.
 */
export async function execute(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  context: ExecuteContext,
): Promise<Record> {
  let stage: Stage;
  try {
    stage = await setStage(plan, ports, context);
  } catch (thrown) {
    const unset = { plan, ports, environment: context.environment, problems: [messageOf(thrown)] };
    return recordOf(unset, nothing(plan, ports, 'none'));
  }
  const cast: Cast = {};
  let performance: Performance | undefined;
  try {
    if (!ports.interrupt.aborted) await prepareUnlessInterrupted(stage, cast);
    if (cast.runner !== undefined && !ports.interrupt.aborted)
      performance = await perform(stage, cast.runner, cast);
  } catch (thrown) {
    stage.problems.push(messageOf(thrown));
  } finally {
    await strike(stage, cast);
  }
  const left = cast.search?.found();
  return recordOf(stage, { ...(performance ?? nothing(plan, ports, stage.table.source)), ...left });
}

/** What an interrupt cuts short has not failed: that the run was interrupted is all there is to say. */
async function prepareUnlessInterrupted(stage: Stage, cast: Cast): Promise<void> {
  try {
    await prepare(stage, cast);
  } catch (thrown) {
    if (!stage.ports.interrupt.aborted) throw thrown;
  }
}

/** The flows themselves, watched; then what they left, and whether what they did is right. */
async function perform(stage: Stage, runner: FlowRunner, cast: Cast): Promise<Performance> {
  const { plan, ports, identity } = stage;
  const { clock } = ports;
  const halt = haltOn(stage, cast);
  const workspaces =
    plan.work.kind === 'http' ? NO_WORKSPACES : new Workspaces(ports.files, `${stage.scratch}/work`);
  const options = {
    load: plan.load,
    runner:
      plan.retries === undefined
        ? runner
        : retrying(runner, { retries: plan.retries, clock, halt: halt.signal }),
    identity,
    workspaces,
    clock,
    halt: halt.signal,
    origin: clock.now(),
    log: logOf(plan),
    onProblem: (message: string) => stage.problems.push(message),
  };
  if (plan.warmup > 0) await warmUp({ ...options, load: plan.ladder?.[0] ?? plan.load }, plan.warmup);
  const search = isWatched(plan)
    ? await attempt(stage, 'looking at what is there', async () => Search.begin(stage))
    : undefined;
  const contamination = contaminationLogOf(stage);
  const watched = await watchFlows(
    stage,
    { ...options, ...(contamination === undefined ? {} : { contamination }) },
    { halt, cast },
  );
  await runner.settle();
  // What was cut short has had no time to tidy up.
  if (search !== undefined && !halt.signal.aborted) {
    const slots = new Map(watched.flows.map(({ iteration, slot }) => [iteration, slot]));
    cast.search = search;
    await attempt(stage, 'looking for what was left', async () => search.forProcesses(slots));
  }
  halt.end();
  const verified = await attempt(stage, 'verify', async () =>
    ports.interrupt.aborted || watched.aborted !== undefined
      ? undefined
      : verifyFlows(stage, { flows: watched.flows, counts: watched.tally.counts }, cast.module),
  );
  // What the interrupt cut short has found nothing wrong.
  const verify = ports.interrupt.aborted && verified?.ok === false ? undefined : verified;
  await contamination?.settle();
  await workspaces.settle();
  const monitor = await withLargestProcess(watched.monitor, { runner, plan });
  return {
    ...watched,
    monitor,
    ...(verify === undefined ? {} : { verify }),
    ...(contamination === undefined ? {} : { contamination: contamination.recorded() }),
  };
}

/** Requests of our own to somebody else's service have no processes. */
function isWatched({ work, services }: ScenarioPlan): boolean {
  return work.kind !== 'http' || services.length > 0;
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

async function watchFlows(
  stage: Stage,
  options: LoggedFlows,
  { halt, cast }: { halt: Halt; cast: Cast },
): Promise<Omit<Performance, 'verify'>> {
  const { plan, ports, watch, table, environment } = stage;
  const { clock } = ports;
  const startedAt = clock.wall();
  const origin = clock.now();
  const monitor = startMonitor({ clock, table, origin, flows: () => options.log.ended });
  watch.attach(monitor, clock);
  // The baseline: what service and host have used before the first flow is not the flows'.
  await monitor.sampleNow();
  stage.limits?.begin();
  const live = new Live({
    scenario: plan.name,
    load: loadOfWaves(plan.load, wavesOf(plan.faults)),
    cores: environment.cores,
    clock,
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
  watch.detach();
  const unwatched = !isWatched(plan);
  const recorded = options.log.recorded();
  return {
    startedAt,
    ...ran,
    ...recorded,
    monitor: { ...(await monitor.stop()), ...(unwatched ? { unwatched } : {}) },
  };
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
  const { aborted } = abort;
  return { ...ran, ...(aborted === undefined ? {} : { aborted }) };
}

function logOf({ load, seed }: ScenarioPlan): FlowLog {
  return new FlowLog({ model: load.model, seed });
}

/** A run that came to no flow. */
function nothing(plan: ScenarioPlan, ports: ExecutePorts, source: string): Performance {
  const cost = { samples: 0, cpuTime: 0, duration: 0 };
  return {
    startedAt: ports.clock.wall(),
    ...logOf(plan).recorded(),
    monitor: { source, samples: [], processes: [], cost, notes: [] },
  };
}

type RecordedStage = Pick<Stage, 'plan' | 'ports' | 'environment' | 'problems'> &
  Partial<Pick<Stage, 'limits'>>;

function recordOf(
  { plan, ports, environment, problems, limits }: RecordedStage,
  performance: Performance,
): Record {
  const { startedAt, ...rest } = performance;
  return {
    scenario: plan.name,
    startedAt: startedAt.toISOString(),
    load: loadOfWaves(plan.load, wavesOf(plan.faults)),
    timeout: plan.timeout,
    warmup: plan.warmup,
    ...(plan.retries === undefined ? {} : { retries: plan.retries }),
    ...(plan.ladder === undefined ? {} : { rungs: [] }),
    environment,
    leftovers: [],
    ...(limits === undefined ? {} : { limits: limits.record }),
    problems,
    ...rest,
    ...(ports.interrupt.aborted ? { interrupted: String(ports.interrupt.reason) } : {}),
  };
}
