import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ExcerptBuffer } from '../../lib/output.js';
import { argvOf, quote } from '../../lib/shell.js';
import { nodeClock } from '../../system/clock.js';
import type {
  CommandSlot,
  CommandSpec,
  FlowCommand,
  FlowCommandEnd,
  LaunchedRoot,
} from '../../system/ports.js';
import { killGroup } from '../../system/kill.js';
import { exitOf, spawnGuarded } from '../../system/processes.js';
import type { FifoBarrier } from './barrier.js';
import { type LaunchedEnd, Launcher, startupOf } from './launcher.js';
import { OutputPipe } from './output-pipe.js';

interface LauncherSlotOptions {
  /** An empty folder for the pipes of its flows, by which their processes can be told to be of this slot. */
  readonly scratch: string;
  readonly barrier: FifoBarrier;
  /** Told of each launcher. */
  readonly onLaunch: (root: LaunchedRoot) => void;
}

interface Streams {
  readonly stdout: OutputPipe;
  readonly stderr: OutputPipe;
}

/** A worker slot whose launcher is forked ahead. */
export class LauncherSlot implements CommandSlot {
  readonly #spec: CommandSpec;
  readonly #options: LauncherSlotOptions;
  #launcher: Launcher;
  #killed = false;
  /** All that were made: those that a flow has left held are read to their end. */
  readonly #pipes: OutputPipe[] = [];
  #made = 0;
  #streams: Streams | undefined;

  private constructor(spec: CommandSpec, options: LauncherSlotOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#launcher = this.#launch();
  }

  static async open(spec: CommandSpec, options: LauncherSlotOptions): Promise<LauncherSlot> {
    const slot = new LauncherSlot(spec, options);
    try {
      await Promise.all([slot.#launcher.ready, slot.#freshStreams()]);
    } catch (thrown) {
      await slot.close();
      throw thrown;
    }
    return slot;
  }

  async run(flow: FlowCommand): Promise<FlowCommandEnd> {
    await this.#alive();
    const streams = await this.#streamsFor(flow);
    // Before it is told to: on a busy machine it may have ended before we are on the processor again.
    const startedAt = nodeClock.now();
    const { ended } = this.#launcher.start(lineOf(flow, streams));
    const { exit, endedAt, stdout, stderr } = await printed(ended, streams);
    return { exit, startedAt, runningAt: undefined, endedAt, stdout, stderr };
  }

  async prepare(flow: FlowCommand): Promise<() => Promise<FlowCommandEnd>> {
    await this.#alive();
    const streams = await this.#streamsFor(flow);
    const { barrier } = this.#options;
    const inShell = await barrier.waitsInShell(this.#spec);
    await barrier.closed;
    const toldAt = nodeClock.now();
    const launched = this.#launcher.start(lineOf(flow, streams), { barrier, inShell });
    barrier.expect(launched.passed);
    await launched.waiting;
    return async () => {
      const releasedAt = barrier.releasedAt ?? nodeClock.now();
      return fromBarrier(await printed(launched.ended, streams), { toldAt, releasedAt });
    };
  }

  kill(): void {
    this.#killed = true;
    if (this.#launcher.pid !== undefined) killGroup(this.#launcher.pid, 'SIGKILL');
  }

  async close(): Promise<void> {
    this.#launcher.dismiss();
    if (this.#launcher.busy) this.kill();
    await this.#launcher.exited;
    for (const pipe of this.#pipes) pipe.close();
  }

  /** One that was killed just when its flow had ended may not be seen to be gone yet, and would take the next flow with it. */
  async #alive(): Promise<void> {
    if (this.#killed) await this.#launcher.exited;
    if (!this.#launcher.gone) return;
    this.#killed = false;
    this.#launcher = this.#launch();
    await this.#launcher.ready;
  }

  #launch(): Launcher {
    const launcher = new Launcher(this.#spec);
    if (launcher.pid !== undefined) {
      const largestProcess = () => launcher.largestProcess();
      this.#options.onLaunch({ pid: launcher.pid, launcher: true, largestProcess });
    }
    return launcher;
  }

  /** The pipes of the flow before, unless a process that it has left still holds one of them. */
  async #streamsFor({ listeners }: FlowCommand): Promise<Streams> {
    const known = this.#streams;
    const streams =
      known === undefined || known.stdout.held || known.stderr.held ? await this.#freshStreams() : known;
    streams.stdout.begin(listeners?.stdout);
    streams.stderr.begin(listeners?.stderr);
    return streams;
  }

  async #freshStreams(): Promise<Streams> {
    const path = join(this.#options.scratch, String((this.#made += 1)));
    const [stdout, stderr] = await Promise.all([
      OutputPipe.open(`${path}.out`),
      OutputPipe.open(`${path}.err`),
    ]);
    this.#pipes.push(stdout, stderr);
    this.#streams = { stdout, stderr };
    return this.#streams;
  }
}

function lineOf({ env }: FlowCommand, { stdout, stderr }: Streams): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  return [...variables, `>${quote(stdout.path)}`, `2>${quote(stderr.path)}`].join(' ');
}

type PrintedEnd = LaunchedEnd & Pick<FlowCommandEnd, 'stdout' | 'stderr'>;

async function printed(ended: Promise<LaunchedEnd>, { stdout, stderr }: Streams): Promise<PrintedEnd> {
  const end = await ended;
  return { ...end, stdout: stdout.end(), stderr: stderr.end() };
}

/**
 * A flow's time counts from the release of the barrier, unless it ran before: a shell that did not wait began when it was
 * told to start, and one that another process let through began when it came through.
 */
function fromBarrier(
  end: PrintedEnd,
  { toldAt, releasedAt }: { toldAt: number; releasedAt: number },
): FlowCommandEnd {
  const { heard, runningAt, endedAt, exit, stdout, stderr } = end;
  const startedAt = (): number => {
    if (heard.waiting === undefined) return toldAt;
    const early = heard.running !== undefined && heard.running < releasedAt;
    return Math.min(early && runningAt !== undefined ? runningAt : releasedAt, endedAt);
  };
  const started = startedAt();
  const running = runningAt === undefined ? undefined : Math.max(started, runningAt);
  return { exit, startedAt: started, runningAt: running, endedAt, stdout, stderr };
}

/** A worker slot where there is no POSIX shell to launch from (Windows): every flow is spawned when it is due. */
export class SpawnedSlot implements CommandSlot {
  readonly #spec: CommandSpec;
  readonly #onLaunch: (root: LaunchedRoot) => void;
  #child: ChildProcess | undefined;

  constructor(spec: CommandSpec, onLaunch: (root: LaunchedRoot) => void) {
    this.#spec = spec;
    this.#onLaunch = onLaunch;
  }

  async run(flow: FlowCommand): Promise<FlowCommandEnd> {
    const argv = argvOf(this.#spec);
    const [program, ...args] = this.#spec.enclosure?.wrap(argv) ?? argv;
    const stdout = new ExcerptBuffer();
    const stderr = new ExcerptBuffer();
    const startup = startupOf(this.#spec);
    const startedAt = nodeClock.now();
    const child = spawnGuarded(program, args, {
      cwd: this.#spec.cwd,
      env: { ...this.#spec.env, ...flow.env, ...(startup === undefined ? {} : { BASH_ENV: startup }) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    if (child.pid !== undefined) this.#onLaunch({ pid: child.pid, launcher: false });
    const runningAt = child.pid === undefined ? undefined : nodeClock.now();
    let endedAt = startedAt;
    child.once('exit', () => {
      endedAt = nodeClock.now();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      flow.listeners?.stdout.data(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr.push(chunk);
      flow.listeners?.stderr.data(chunk);
    });
    const exit = await exitOf(child, stderr);
    this.#child = undefined;
    return { exit, startedAt, runningAt, endedAt, stdout: stdout.excerpt(), stderr: stderr.excerpt() };
  }

  /** Nothing can be brought on its way before it is due. */
  prepare(flow: FlowCommand): Promise<() => Promise<FlowCommandEnd>> {
    return Promise.resolve(() => this.run(flow));
  }

  kill(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) killGroup(pid, 'SIGKILL');
  }

  close(): Promise<void> {
    this.kill();
    return Promise.resolve();
  }
}
