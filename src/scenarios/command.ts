import type {
  Barrier,
  Clock,
  CommandSlot,
  CommandSpec,
  Exit,
  FlowCommandEnd,
  LaunchedRoot,
  Spawner,
} from '../ports.js';
import type { FlowError, Outcome } from '../model/record.js';
import {
  NEVER_BROKEN,
  timedOut,
  withTimeout,
  type FlowEnd,
  type FlowRunner,
  type FlowStart,
  type Watch,
} from './runner.js';

/** Exit statuses of a shell whose command was ended by a signal are 128 + its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
};

export interface CommandRunnerOptions {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly spec: CommandSpec;
  readonly slots: number;
  /** ms. */
  readonly timeout: number;
  /** An existing folder for the slots' streams. */
  readonly scratch: string;
  readonly makeFolder: (path: string) => Promise<void>;
}

/** Forks all launchers ahead and runs command flows in them. */
export async function openCommandRunner(options: CommandRunnerOptions): Promise<FlowRunner> {
  const numbers = Array.from({ length: options.slots }, (_, index) => index + 1);
  const barrier = await options.spawner.openBarrier(options.scratch);
  const workers = await Promise.all(numbers.map((number) => Worker.open(options, { number, barrier })));
  return {
    release: (starts) => {
      const [only, ...others] = starts;
      if (only === undefined) return [];
      if (others.length === 0) {
        const end = workerOf(workers, only).run(only);
        if (only.iteration === 1) options.watch.released();
        return [end];
      }
      return releaseTogether(
        starts.map((start) => ({ start, worker: workerOf(workers, start) })),
        () => {
          barrier.release();
          options.watch.released();
        },
      );
    },
    endAll: (reason) => {
      for (const worker of workers) worker.end('killed', reason);
    },
    settle: () => Promise.resolve(),
    broken: NEVER_BROKEN,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** All wait at the barrier, ready to run, before one of them does. */
function releaseTogether(
  pairs: readonly { start: FlowStart; worker: Worker }[],
  open: () => void,
): readonly Promise<FlowEnd>[] {
  const waiting = pairs.map(({ start, worker }) => worker.prepare(start));
  const released = Promise.all(waiting).then((all) => {
    open();
    return all.map((go) => go());
  });
  return pairs.map(async (_, index) => (await released)[index] as Promise<FlowEnd>);
}

function workerOf(workers: readonly Worker[], { slot }: FlowStart): Worker {
  const worker = workers[slot - 1];
  if (worker === undefined) throw new RangeError(`there is no slot ${slot}`);
  return worker;
}

/** Why a flow is being ended before it ends by itself. */
interface Ending {
  readonly outcome: Outcome;
  readonly message: string;
}

/** One worker slot with the flow in it. */
class Worker {
  readonly #options: CommandRunnerOptions;
  #commands!: CommandSlot;
  #root: LaunchedRoot | undefined;
  #token: string | undefined;
  #ending: Ending | undefined;

  private constructor(options: CommandRunnerOptions) {
    this.#options = options;
  }

  static async open(
    options: CommandRunnerOptions,
    { number, barrier }: { number: number; barrier: Barrier },
  ): Promise<Worker> {
    const worker = new Worker(options);
    const scratch = `${options.scratch}/slot-${number}`;
    await options.makeFolder(scratch);
    const spec = { ...options.spec, env: { ...options.spec.env, FLOWGATE_FLOW: String(number) } };
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
    return this.#follow(this.#commands.run({ env: environmentOf(start) }));
  }

  /** What it resolves to is to be called at the barrier's release; the flow's time counts from there. */
  async prepare(start: FlowStart): Promise<() => Promise<FlowEnd>> {
    this.#begin(start);
    const go = await this.#commands.prepare({ env: environmentOf(start) });
    return () => this.#follow(go());
  }

  #begin(start: FlowStart): void {
    this.#token = start.token;
    this.#ending = undefined;
  }

  async #follow(running: Promise<FlowCommandEnd>): Promise<FlowEnd> {
    const { clock, timeout } = this.#options;
    const onTimeout = (): void => {
      this.end('timed_out', timedOut(timeout));
    };
    const ended = await withTimeout(running, { clock, timeout, onTimeout });
    this.#token = undefined;
    // Its process is gone with it; what it has left behind is known to the table already.
    if (this.#root?.launcher === false) this.#leaveRoot();
    return flowEnd(ended, this.#ending);
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
  };
}

function flowEnd(ended: FlowCommandEnd, ending: Ending | undefined): FlowEnd {
  const { startedAt, runningAt, endedAt, stdout, stderr, exit } = ended;
  const times = { startedAt, endedAt, ...(runningAt === undefined ? {} : { runningAt }) };
  if (ending !== undefined) {
    return { ...times, stdout, stderr, outcome: ending.outcome, error: { message: ending.message } };
  }
  if (exit.code === 0) return { ...times, stdout, stderr, outcome: 'ok' };
  return { ...times, stdout, stderr, outcome: 'failed', error: exitError(exit) };
}

/** "exit status 3", "exit status 137 (SIGKILL)", "killed by SIGKILL". */
export function exitError({ code, signal }: Exit): FlowError {
  if (code === null) return { message: `killed by ${signal ?? 'a signal'}` };
  const name = SIGNALS[code - 128];
  return { message: `exit status ${code}${name === undefined ? '' : ` (${name})`}`, exitStatus: code };
}
