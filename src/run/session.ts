import { drawParts } from '../flows/mix.js';
import { retrying } from '../flows/retry.js';
import type { FlowRunner, FlowStart } from '../flows/runner.js';
import { messageOf } from '../lib/errors.js';
import { type LoggedFlows, runFlows, warmUp } from '../load/flows.js';
import { NO_WORKSPACES, Workspaces, type WorkspaceSource } from '../load/workspaces.js';
import type { FlowLog } from '../measure/flow-log.js';
import {
  hasProcesses,
  type Load,
  retriesIn,
  type RetryPlan,
  type ScenarioPlan,
  worksOf,
} from '../model/plan.js';
import type { MonitorRecord, Record } from '../model/record.js';
import { type Monitor, startMonitor } from '../watch/sampler.js';
import { logOf, recordOfRun } from './record.js';
import { type ExecuteContext, type ExecutePorts, setStage, type Stage } from './stage.js';
import { openParts, type Parts } from './start.js';
import { tearDown } from './teardown.js';

interface SessionContext extends ExecuteContext {
  /** Gives what runs the flows in place of the scenario's own runner. */
  readonly decorate?: (runner: FlowRunner) => FlowRunner;
}

/**
 * A scenario's stage with all that flows need: services, the module's host, the slots of the flows. It stays up until
 * it is closed, so that the scenario can be run on it once or many times.
 */
export class Session {
  readonly stage: Stage;
  readonly parts: Parts = {};
  readonly #workspaces: WorkspaceSource;
  #runner: FlowRunner | undefined;
  /** Flows that the rounds so far have started: no two of a session have the same iteration. */
  #iterations = 0;

  private constructor(stage: Stage) {
    const { plan, ports, scratch } = stage;
    this.stage = stage;
    this.#workspaces = worksOf(plan.work).every(({ kind }) => kind === 'http')
      ? NO_WORKSPACES
      : new Workspaces(ports.files, `${scratch}/work`);
  }

  /** Rejects only if there is not even a stage; whatever else goes wrong is among the stage's problems. */
  static async open(
    plan: ScenarioPlan,
    ports: ExecutePorts,
    { decorate, ...context }: SessionContext,
  ): Promise<Session> {
    const session = new Session(await setStage(plan, ports, context));
    if (!ports.interrupt.aborted) await session.#start(decorate);
    return session;
  }

  /** What runs the flows; undefined if it could not be made ready. */
  get runner(): FlowRunner | undefined {
    return this.#runner;
  }

  /** Flows of the plan's load, for `runFlows`. */
  flows(runner: FlowRunner, halt: Halt): LoggedFlows {
    const { plan, ports, identity, problems, data } = this.stage;
    const { clock } = ports;
    const retried = retriesIn(plan);
    return {
      load: plan.load,
      runner:
        retried === undefined
          ? runner
          : retrying(runner, { retriesOf: retriesByPart(plan), clock, halt: halt.signal }),
      identity,
      workspaces: this.#workspaces,
      clock,
      halt: halt.signal,
      origin: clock.now(),
      before: this.#iterations,
      rowOf: data?.rowOf,
      partOf: plan.work.kind === 'mix' ? drawParts(plan.work.parts, plan.seed) : undefined,
      log: logOf(plan),
      onProblem: (message: string) => problems.push(message),
    };
  }

  /** Runs flows that nobody counts. */
  async warmUp(flows: number): Promise<void> {
    await this.#during(async (runner, halt) => warmUp(this.flows(runner, halt), flows));
  }

  /**
   * Runs a load of the plan's model once, watched: only the flows, without what an ordinary run does around them. The
   * record's problems are those of this round.
   * @throws Error if the session has no runner
   */
  async round(load: Load): Promise<Record> {
    const { stage } = this;
    const before = stage.problems.length;
    const ran = await this.#during(async (runner, halt) => {
      const options = { ...this.flows(runner, halt), load };
      const { log } = options;
      const round = await watched(stage, {
        log,
        run: async (_, origin) => {
          await runFlows({ ...options, origin });
          return log.recorded();
        },
      });
      this.#iterations += log.count;
      return round;
    });
    await this.#workspaces.settle();
    const problems = stage.problems.slice(before);
    return recordOfRun({ ...stage, problems, runtime: this.parts.module?.runtime }, { ...ran, load });
  }

  async close(): Promise<void> {
    await tearDown(this.stage, this.parts);
  }

  async #during<T>(act: (runner: FlowRunner, halt: Halt) => Promise<T>): Promise<T> {
    if (this.#runner === undefined) throw new Error('there is nothing that could run the flows');
    const halt = haltOn(this.stage, this.parts);
    try {
      const done = await act(this.#runner, halt);
      await this.#runner.settle();
      return done;
    } finally {
      halt.end();
    }
  }

  async #start(decorate: SessionContext['decorate'] = (runner) => runner): Promise<void> {
    const { ports, problems } = this.stage;
    try {
      await openParts(this.stage, this.parts);
      this.#runner = this.parts.runner &&= decorate(this.parts.runner);
    } catch (thrown) {
      // What an interrupt cuts short has not failed: that the run was interrupted is all there is to say.
      if (!ports.interrupt.aborted) problems.push(messageOf(thrown));
    }
  }
}

/** How often each flow is tried again: a part of a mix has retries of its own. */
function retriesByPart(plan: ScenarioPlan): (start: Pick<FlowStart, 'part'>) => RetryPlan | undefined {
  const { work } = plan;
  if (work.kind !== 'mix') return () => plan.retries;
  const byPart = new Map(work.parts.map(({ name, retries }) => [name, retries]));
  return ({ part = '' }) => byPart.get(part);
}

/** What ran, when, and what the machine saw of it. */
export type Watched<T> = T & { readonly startedAt: Date; readonly monitor: MonitorRecord };

interface WatchedRun<T> {
  /** Where the flows end up. */
  readonly log: Pick<FlowLog, 'ended'>;
  /** `origin`: ms of Clock.now() that the times of the record count from. */
  readonly run: (monitor: Monitor, origin: number) => Promise<T>;
}

/** Watches the processes of a stage while something runs on it. */
export async function watched<T>(
  { plan, ports, watch, table }: Stage,
  { log, run }: WatchedRun<T>,
): Promise<Watched<T>> {
  const { clock } = ports;
  const startedAt = clock.wall();
  const origin = clock.now();
  const unwatched = hasProcesses(plan) ? undefined : true;
  const monitor = startMonitor({ clock, table, origin, unwatched, flows: () => log.ended });
  watch.attach(monitor, clock);
  // The baseline: what service and host have used before the first flow is not the flows'.
  await monitor.sampleNow();
  const ran = await run(monitor, origin);
  watch.detach();
  const record = await monitor.stop();
  const seen = watch.watched(monitor.latest()?.readings ?? []);
  return { startedAt, ...ran, monitor: seen === undefined ? record : { ...record, watched: seen } };
}

/**
 * Adds to what the monitor has seen what the kernel says of the largest process of all. Asked of the whole life of the
 * slots, so not where that is more than what is counted: after warm-up flows; nor on a ladder, of whose rungs it tells
 * nothing.
 */
export async function withLargestProcess(
  monitor: MonitorRecord,
  { plan, watch }: Pick<Stage, 'plan' | 'watch'>,
): Promise<MonitorRecord> {
  if (plan.warmup > 0 || plan.ladder !== undefined) return monitor;
  const largestProcess = await watch.largestProcess();
  const { source, samples, processes, ...rest } = monitor;
  return { source, samples, processes, largestProcess, ...rest };
}

export interface Halt {
  readonly signal: AbortSignal;
  /** Halts the run for a reason that is no problem of the run itself. */
  readonly now: (reason: string) => void;
  /** From now on nothing halts the run any more: the flows are over. */
  end(): void;
}

/** Ends all flows and starts no more, on an interrupt, when told to, when a service dies, or when the runner can not go on. */
export function haltOn(stage: Stage, { runner, services, network }: Parts): Halt {
  const { interrupt } = stage.ports;
  const controller = new AbortController();
  let over = false;
  const halt = (reason: string): void => {
    if (over || controller.signal.aborted) return;
    controller.abort(reason);
    runner?.endAll(reason);
  };
  const onInterrupt = (): void => {
    halt(`interrupted by ${String(interrupt.reason)}`);
  };
  const onProblem = (reason: string): void => {
    if (over) return;
    stage.problems.push(reason);
    halt(reason);
  };
  if (interrupt.aborted) onInterrupt();
  else interrupt.addEventListener('abort', onInterrupt, { once: true });
  void services?.died.then(onProblem);
  void network?.proxy.failed.then(onProblem);
  void runner?.broken.then(onProblem);
  return {
    signal: controller.signal,
    now: halt,
    end: () => {
      over = true;
      interrupt.removeEventListener('abort', onInterrupt);
    },
  };
}
