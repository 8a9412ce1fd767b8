import { toJson } from '../../lib/json.js';
import type { Outcome } from '../../model/flow.js';
import { numberOf, type Share } from '../../model/share.js';
import { exitError } from '../../system/hook.js';
import type {
  Barrier,
  Clock,
  CommandSlot,
  CommandSpec,
  Files,
  FlowCommand,
  FlowCommandEnd,
  LaunchedRoot,
  Spawner,
} from '../../system/ports.js';
import type { Watch } from '../../watch/table.js';
import { FlowCanary } from '../canary.js';
import { type Confinement, failedBy, type LimitVerdict, type LimitWatch, UNLIMITED } from '../confinement.js';
import { outputListeners } from '../output.js';
import {
  awaitKill,
  type FlowEnd,
  type FlowKilled,
  type FlowRunner,
  type FlowStart,
  NEVER_BROKEN,
  timedOut,
  withTimeout,
} from '../runner.js';
import { FlowReports } from './reports.js';
import { STEP_FUNCTION } from './step-function.js';

interface CommandRunnerOptions {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly spec: CommandSpec;
  /** Opened ahead; a flow in a slot beyond them opens its own. */
  readonly slots: number;
  /** The part of a run that these slots are; the whole if left out. */
  readonly share?: Share;
  /** ms. */
  readonly timeout: number;
  /** An existing folder for the slots' streams. */
  readonly scratch: string;
  readonly files: Pick<Files, 'makeFolder' | 'take' | 'hold'>;
  /** Tokens of other flows are looked for in what each prints. */
  readonly canaries?: boolean;
  /** The limits of each slot; none if left out. */
  readonly confine?: (slot: number) => Confinement;
}

/** Forks all launchers ahead and runs command flows in them. */
export async function openCommandRunner(given: CommandRunnerOptions): Promise<FlowRunner> {
  const { spawner, files, scratch } = given;
  // Each bash of a flow runs it, so that no flow may be able to change it for the others.
  const script = await files.hold(`${scratch}/flowgate_step.bash`, STEP_FUNCTION);
  const options = { ...given, spec: { ...given.spec, startup: script.path } };
  const barrier = await spawner.openBarrier(scratch);
  const crew = new Crew(options, barrier);
  const close = async (): Promise<void> => {
    await crew.close();
    barrier.close?.();
    script.close();
  };
  await crew.open().catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });
  const prepare = async (starts: readonly FlowStart[]): Promise<() => readonly Promise<FlowEnd>[]> => {
    // All wait at the barrier, ready to run, before one of them does.
    const waiting = await Promise.all(starts.map((start) => crew.prepare(start)));
    return () => {
      barrier.release();
      options.watch.released();
      return waiting.map((go) => go());
    };
  };
  return {
    prepare,
    release: (starts) => {
      const [only, ...others] = starts;
      if (only === undefined) return [];
      if (others.length === 0) {
        const end = crew.run(only);
        if (only.iteration === numberOf(options.share, 1)) options.watch.released();
        return [end];
      }
      const released = prepare(starts).then((go) => go());
      return starts.map(async (_, index) => (await released)[index] as Promise<FlowEnd>);
    },
    endAll: (reason) => {
      crew.endAll(reason);
    },
    settle: () => Promise.resolve(),
    broken: NEVER_BROKEN,
    close,
  };
}

/** The workers by their slot, opened ahead or when a flow first needs them. */
class Crew {
  readonly #options: CommandRunnerOptions;
  readonly #barrier: Barrier;
  readonly #opening = new Map<number, Promise<Worker>>();
  readonly #open = new Map<number, Worker>();
  #ended: string | undefined;

  constructor(options: CommandRunnerOptions, barrier: Barrier) {
    this.#options = options;
    this.#barrier = barrier;
  }

  async open(): Promise<void> {
    const { slots, share } = this.#options;
    await Promise.all(
      Array.from({ length: slots }, (_, index) => this.#workerOf(numberOf(share, index + 1))),
    );
  }

  async run(start: FlowStart): Promise<FlowEnd> {
    const worker = this.#open.get(start.slot) ?? (await this.#workerOf(start.slot));
    return this.#ended === undefined ? worker.run(start) : this.#neverRun(this.#ended);
  }

  async prepare(start: FlowStart): Promise<() => Promise<FlowEnd>> {
    const worker = this.#open.get(start.slot) ?? (await this.#workerOf(start.slot));
    if (this.#ended === undefined) return worker.prepare(start);
    const end = this.#neverRun(this.#ended);
    return () => Promise.resolve(end);
  }

  endAll(reason: string): void {
    this.#ended = reason;
    for (const worker of this.#open.values()) worker.end('killed', reason);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#open.values()].map((worker) => worker.close()));
  }

  #workerOf(number: number): Promise<Worker> {
    const known = this.#opening.get(number);
    if (known !== undefined) return known;
    const opening = Worker.open(this.#options, { number, barrier: this.#barrier }).then((worker) => {
      this.#open.set(number, worker);
      return worker;
    });
    this.#opening.set(number, opening);
    return opening;
  }

  /** All flows were ended while its slot was being opened. */
  #neverRun(reason: string): FlowEnd {
    const now = this.#options.clock.now();
    return { outcome: 'killed', startedAt: now, endedAt: now, error: { message: reason } };
  }
}

/** One worker slot with the flow in it. */
class Worker {
  readonly #options: CommandRunnerOptions;
  #commands!: CommandSlot;
  #root: LaunchedRoot | undefined;
  #token: string | undefined;
  #ending: Ending | undefined;
  #killed: FlowKilled | undefined;
  #canary: FlowCanary | undefined;
  readonly #confinement: Confinement | undefined;
  #limits: LimitWatch | undefined;
  readonly #scratch: string;
  #count = 0;
  #reports: FlowReports | undefined;

  private constructor(options: CommandRunnerOptions, number: number) {
    this.#options = options;
    this.#scratch = `${options.scratch}/slot-${number}`;
    this.#confinement = options.confine?.(number);
  }

  static async open(
    options: CommandRunnerOptions,
    { number, barrier }: { number: number; barrier: Barrier },
  ): Promise<Worker> {
    const worker = new Worker(options, number);
    const scratch = worker.#scratch;
    await options.files.makeFolder(scratch);
    const enclosure = worker.#confinement?.enclosure;
    const spec = { ...options.spec, env: { ...options.spec.env, FLOWGATE_FLOW: String(number) }, enclosure };
    const onLaunch = (launched: LaunchedRoot): void => {
      worker.#leaveRoot();
      worker.#root = launched;
      options.watch.addRoot({ ...launched, role: 'flow' });
    };
    worker.#commands = await options.spawner.openSlot(spec, { scratch, barrier, onLaunch });
    return worker;
  }

  run(start: FlowStart): Promise<FlowEnd> {
    this.#begin(start);
    return this.#follow(this.#commands.run(this.#commandOf(start)), start);
  }

  /** What it resolves to is to be called at the barrier's release; the flow's time counts from there. */
  async prepare(start: FlowStart): Promise<() => Promise<FlowEnd>> {
    this.#begin(start);
    const go = await this.#commands.prepare(this.#commandOf(start));
    return () => this.#follow(go(), start);
  }

  #begin(start: FlowStart): void {
    this.#token = start.token;
    this.#ending = undefined;
    this.#killed = undefined;
    this.#limits = this.#confinement?.watch() ?? UNLIMITED;
    this.#count += 1;
    this.#reports = new FlowReports(`${this.#scratch}/${this.#count}`, this.#options);
    this.#canary = this.#options.canaries === true ? new FlowCanary(start.token) : undefined;
  }

  #commandOf(start: FlowStart): FlowCommand {
    const env = { ...environmentOf(start), ...this.#reports?.env };
    return this.#canary === undefined ? { env } : { env, listeners: outputListeners(this.#canary) };
  }

  async #follow(running: Promise<FlowCommandEnd>, start: FlowStart): Promise<FlowEnd> {
    const { clock, timeout } = this.#options;
    const kill = awaitKill(start, { clock, startedAt: clock.now() }, (killed, signal) => {
      this.#kill(killed, signal);
    });
    const onTimeout = (): void => {
      this.end('timed_out', timedOut(timeout));
    };
    const ended = await withTimeout(running, { clock, timeout, onTimeout });
    kill?.cancel();
    this.#token = undefined;
    // Its process is gone with it; what it has left behind is known to the table already.
    if (this.#root?.launcher === false) this.#leaveRoot();
    const limits = this.#limits?.(ended.exit);
    const done = flowEnd(ended, { ending: this.#ending, killed: this.#killed, limits });
    const end = this.#reports?.addTo(done) ?? done;
    return this.#canary === undefined ? end : { ...end, seen: this.#canary.seen() };
  }

  /** A signal that can be caught is for the flow's own processes: the launcher would not survive it either. */
  #kill(killed: FlowKilled, signal: string): void {
    if (this.#token === undefined || this.#ending !== undefined) return;
    this.#killed = killed;
    if (signal === 'SIGKILL') this.end('killed', killed.message);
    else void this.#signal(this.#token, signal);
  }

  async #signal(token: string, signal: string): Promise<void> {
    const seen = await this.#options.watch.pidsOfFlow(this.#root?.pid, token);
    if (this.#token === token) this.#options.spawner.killPids(seen, signal);
  }

  end(outcome: Outcome, message: string): void {
    if (this.#token === undefined || this.#ending !== undefined) return;
    this.#ending = { outcome, message };
    void this.#endTree(this.#token);
  }

  close(): Promise<void> {
    return this.#commands.close();
  }

  /** The pid of a root that has ended may be given to anybody, who must be neither watched nor killed. */
  #leaveRoot(): void {
    if (this.#root !== undefined) this.#options.watch.removeRoot(this.#root.pid);
    this.#root = undefined;
  }

  /** The group, which no process can leave while it is being killed, and with it whoever has left it before. */
  async #endTree(token: string): Promise<void> {
    const { watch, spawner } = this.#options;
    const root = this.#root?.pid;
    const seen = await watch.pidsOfFlow(root, token);
    // It has ended by itself while a slow table was read: what the slot runs now is another flow.
    if (this.#token !== token) return;
    this.#commands.kill();
    spawner.killPids(seen);
    const bornMeanwhile = await watch.pidsOfFlow(root, token);
    spawner.killPids(bornMeanwhile);
  }
}

function environmentOf(start: FlowStart): Record<string, string> {
  return {
    FLOWGATE_ITERATION: String(start.iteration),
    FLOWGATE_TOKEN: start.token,
    FLOWGATE_WORKSPACE: start.workspace,
    TRACEPARENT: start.traceparent,
    // JSON escapes line breaks and NUL, which no variable can hold.
    ...(start.data === undefined ? {} : { FLOWGATE_DATA: toJson(start.data) }),
  };
}

/** Why a flow is being ended before it ends by itself. */
interface Ending {
  readonly outcome: Outcome;
  readonly message: string;
}

/** What was done to a flow that has ended. */
interface Interventions {
  readonly ending: Ending | undefined;
  readonly killed: FlowKilled | undefined;
  readonly limits: LimitVerdict | undefined;
}

function flowEnd(ended: FlowCommandEnd, { ending, killed, limits = {} }: Interventions): FlowEnd {
  const { startedAt, runningAt, endedAt, stdout, stderr, exit } = ended;
  const common = { startedAt, endedAt, runningAt, stdout, stderr, hit: killed?.hit };
  if (ending !== undefined) {
    return { ...common, outcome: ending.outcome, error: { message: ending.message } };
  }
  if (exit.code === 0) return { ...common, outcome: 'ok' };
  if (killed !== undefined) return { ...common, outcome: 'killed', error: { message: killed.message } };
  return { ...common, ...failedBy(exitError(exit), limits) };
}
