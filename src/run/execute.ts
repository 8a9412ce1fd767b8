import { Search } from '../checks/cleanup/search.js';
import { samplingAlong } from '../checks/growth/growth.js';
import { verifyFlows } from '../checks/invariants.js';
import { contaminationLogOf } from '../checks/isolation/log.js';
import { runWaves, type Waves } from '../faults/injection.js';
import type { FlowRunner } from '../flows/runner.js';
import { climb } from '../ladder/climb.js';
import { readImport } from '../import/read.js';
import { messageOf } from '../lib/errors.js';
import { type LoggedFlows, runFlows, warmUp } from '../load/flows.js';
import { hasProcesses, type ImportWork, type ScenarioPlan, wholeLoad } from '../model/plan.js';
import type { BrokenGates, Record } from '../model/record.js';
import type { Threshold } from '../model/threshold.js';
import type { Monitor } from '../watch/sampler.js';
import { AbortWatch } from './abort.js';
import { Live } from './progress.js';
import { nothing, othersRun, type Performance, recordOfRun, recordSoFar } from './record.js';
import { type Halt, haltOn, Session, watched, withLargestProcess } from './session.js';
import { commandOn, type ExecuteContext, type ExecutePorts, type Stage } from './stage.js';
import { runBefore } from './before.js';
import type { Parts } from './start.js';

interface ExecuteOptions extends ExecuteContext {
  /** Asked while the run is under way, for gates with abort-on-fail. */
  readonly brokenGates: BrokenGates;
}

/**
 * Runs one scenario from the command before everything to the last process's end. Whatever goes wrong on the way is a
 * problem in the record, which is always given; nothing that was started is left running.
 */
export async function execute(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  options: ExecuteOptions,
): Promise<Record> {
  let end: () => Promise<void>;
  const { work } = plan;
  const writtenBefore = work.kind === 'import' ? await ports.files.changedAt(work.file) : undefined;
  try {
    end = await runBefore(plan, ports, options);
  } catch (thrown) {
    // What an interrupt cuts short has not failed.
    return nothingRan(plan, ports, {
      ...options,
      problems: ports.interrupt.aborted ? [] : [messageOf(thrown)],
    });
  }
  const rest =
    work.kind === 'import'
      ? readOthersRun(plan, ports, { ...options, work, writtenBefore })
      : executeReady(plan, ports, options);
  return rest.finally(end);
}

/** Nothing is run: the record is what the file of another tool tells, which `before` may have written. */
async function readOthersRun(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  {
    work,
    writtenBefore,
    environment,
  }: ExecuteOptions & { readonly work: ImportWork; readonly writtenBefore: number | undefined },
): Promise<Record> {
  if (ports.interrupt.aborted) return nothingRan(plan, ports, { environment, problems: [] });
  try {
    const isStale =
      plan.before !== undefined &&
      writtenBefore !== undefined &&
      (await ports.files.changedAt(work.file)) === writtenBefore;
    if (isStale) throw new Error(`${work.name} is as it was before: the command before has not written it`);
    const imported = work.run ?? (await readImport(work, ports.files));
    return recordOfRun({ plan, ports, environment, problems: [] }, othersRun(imported, ports));
  } catch (thrown) {
    return nothingRan(plan, ports, { environment, problems: [messageOf(thrown)] });
  }
}

function nothingRan(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  { environment, problems }: Pick<ExecuteOptions, 'environment'> & { readonly problems: readonly string[] },
): Record {
  return recordOfRun({ plan, ports, environment, problems: [...problems] }, nothing(plan, ports, 'none'));
}

async function executeReady(
  plan: ScenarioPlan,
  ports: ExecutePorts,
  options: ExecuteOptions,
): Promise<Record> {
  let session: Session;
  try {
    session = await Session.open(plan, ports, options);
  } catch (thrown) {
    return nothingRan(plan, ports, { ...options, problems: [messageOf(thrown)] });
  }
  const { stage, parts, runner } = session;
  let performance: Performance | undefined;
  try {
    if (runner !== undefined && !ports.interrupt.aborted) {
      performance = await perform(session, runner, options.brokenGates);
    }
  } catch (thrown) {
    stage.problems.push(messageOf(thrown));
  } finally {
    await session.close();
  }
  const left = parts.search?.found();
  const { runtime } = parts.module ?? {};
  return recordOfRun(
    { ...stage, runtime },
    { ...(performance ?? nothing(plan, ports, stage.table.source)), ...left },
  );
}

/** The flows themselves, watched; then what they left, and whether what they did is right. */
async function perform(session: Session, runner: FlowRunner, brokenGates: BrokenGates): Promise<Performance> {
  const { stage, parts } = session;
  const { plan, ports } = stage;
  const halt = haltOn(stage, parts);
  const flows = session.flows(runner, halt);
  if (plan.warmup > 0) await warmUp({ ...flows, load: plan.ladder?.[0] ?? plan.load }, plan.warmup);
  const search = hasProcesses(plan)
    ? await attempt(stage, 'looking at what is there', async () =>
        Search.begin({ ...stage, ...ports, work: plan.work }),
      )
    : undefined;
  const contamination = contaminationLogOf(plan, { ...ports, identity: stage.identity });
  const performed = await watched(stage, {
    log: flows.log,
    run: async (monitor, origin) => {
      const counted = { ...flows, origin, inspector: contamination };
      const ran = await runAll(counted, { stage, parts, halt, monitor, brokenGates });
      return { ...ran, ...flows.log.recorded() };
    },
  });
  await runner.settle();
  // What was cut short has had no time to tidy up.
  if (search !== undefined && !halt.signal.aborted) {
    const slots = new Map(performed.flows.map(({ iteration, slot }) => [iteration, slot]));
    parts.search = search;
    await attempt(stage, 'looking for what was left', async () => search.forProcesses(slots));
  }
  halt.end();
  const isCut = ports.interrupt.aborted || performed.aborted !== undefined;
  const verified = isCut
    ? undefined
    : await attempt(stage, 'verify', async () =>
        verifyFlows(
          { flows: performed.flows, counts: performed.tally.counts, parts: performed.tally.parts },
          {
            ...ports,
            plan,
            module: parts.module,
            specOf: (command, env) => commandOn(stage, command, env),
            scratch: stage.scratch,
          },
        ),
      );
  // What the interrupt cut short has found nothing wrong.
  const verify = ports.interrupt.aborted && verified?.ok === false ? undefined : verified;
  await contamination?.settle();
  await flows.workspaces.settle();
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

interface Surroundings {
  readonly stage: Stage;
  readonly parts: Parts;
  readonly halt: Halt;
  readonly monitor: Monitor;
  readonly brokenGates: BrokenGates;
}

type Ran = Pick<Performance, 'load' | 'rungs' | 'aborted' | keyof Waves>;

/** The whole of what the scenario asks for, its load, its ladder or its waves, under its limits and in the live view. */
async function runAll(flows: LoggedFlows, surroundings: Surroundings): Promise<Ran> {
  const { stage, monitor, brokenGates } = surroundings;
  const { plan, ports, environment } = stage;
  const soFar = (part: Pick<Record, 'load' | 'rungs'>): Record =>
    recordSoFar(stage, monitor, { ...flows.log.recorded(), ...part });
  stage.limits?.begin();
  const live = new Live({
    scenario: plan.name,
    load: wholeLoad(plan),
    cores: environment.cores,
    clock: ports.clock,
    view: ports.progress,
    monitor,
  });
  const observed = { ...flows, observer: samplingAlong(live, plan, monitor) };
  try {
    return plan.ladder === undefined
      ? await runLoad(observed, surroundings, soFar)
      : await climb(observed, { plan, monitor, soFar, brokenGates });
  } finally {
    live.stop();
    stage.limits?.end();
  }
}

/** The flows of one load, which a gate with abort-on-fail may end. */
async function runLoad(
  flows: LoggedFlows,
  { stage, parts, halt, monitor, brokenGates }: Surroundings,
  soFar: (part: Pick<Record, 'load'>) => Record,
): Promise<Ran> {
  const { load, thresholds, faults } = stage.plan;
  const { clock, origin } = flows;
  const broken = (gates: readonly Threshold[]): readonly string[] => brokenGates(gates, soFar({ load }));
  const abort = new AbortWatch({ thresholds, broken, clock, origin, halt: halt.now });
  try {
    if (faults === undefined || faults.waves.length === 0) {
      await runFlows(flows);
      return { aborted: abort.aborted };
    }
    const waves = await runWaves(faults, flows, { monitor, network: parts.network });
    return { ...waves, aborted: abort.aborted };
  } finally {
    abort.stop();
  }
}
