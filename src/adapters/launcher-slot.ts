import { join } from 'node:path';
import type { CommandSlot, CommandSpec, FlowCommand, FlowCommandEnd } from '../ports.js';
import type { FifoBarrier } from './fifo-barrier.js';
import { Launcher, type LaunchedFlow } from './launcher.js';
import { nodeClock } from './node-clock.js';
import { OutputFile } from './output-file.js';
import { killGroup } from './process-tree.js';
import { quote } from './quote.js';

export interface LauncherSlotOptions {
  /** An empty folder for the streams of its flows. */
  readonly scratch: string;
  readonly barrier: FifoBarrier;
  /** Told each launcher's pid. */
  readonly onLaunch: (pid: number) => void;
}

interface Streams {
  readonly stdout: OutputFile;
  readonly stderr: OutputFile;
}

/** A worker slot whose launcher is forked ahead. Flows of one slot never share a stream: each has its own files. */
export class LauncherSlot implements CommandSlot {
  readonly #spec: CommandSpec;
  readonly #options: LauncherSlotOptions;
  #launcher: Launcher;
  #count = 0;

  private constructor(spec: CommandSpec, options: LauncherSlotOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#launcher = this.#launch();
  }

  static async open(spec: CommandSpec, options: LauncherSlotOptions): Promise<LauncherSlot> {
    const slot = new LauncherSlot(spec, options);
    await slot.#launcher.ready;
    return slot;
  }

  async run(flow: FlowCommand): Promise<FlowCommandEnd> {
    if (this.#launcher.gone) await this.#relaunch();
    const streams = this.#nextStreams(flow);
    // Before it is told to: on a busy machine it may have ended before we are on the processor again.
    const startedAt = nodeClock.now();
    const launched = this.#launcher.start(lineOf(flow, streams));
    return follow(launched, streams, startedAt);
  }

  async prepare(flow: FlowCommand): Promise<() => Promise<FlowCommandEnd>> {
    if (this.#launcher.gone) await this.#relaunch();
    const streams = this.#nextStreams(flow);
    const { barrier } = this.#options;
    await barrier.closed;
    const launched = this.#launcher.start(lineOf(flow, streams), barrier);
    barrier.expect(launched.passed);
    await launched.waiting;
    return () => follow(launched, streams, barrier.releasedAt ?? nodeClock.now());
  }

  kill(): void {
    if (this.#launcher.pid !== undefined) killGroup(this.#launcher.pid, 'SIGKILL');
  }

  async largestProcess(): Promise<number | undefined> {
    return this.#launcher.busy ? undefined : this.#launcher.largestProcess();
  }

  async close(): Promise<void> {
    this.#launcher.dismiss();
    if (this.#launcher.busy) this.kill();
    await this.#launcher.exited;
  }

  async #relaunch(): Promise<void> {
    this.#launcher = this.#launch();
    await this.#launcher.ready;
  }

  #launch(): Launcher {
    const launcher = new Launcher(this.#spec);
    if (launcher.pid !== undefined) this.#options.onLaunch(launcher.pid);
    return launcher;
  }

  #nextStreams({ listeners }: FlowCommand): Streams {
    this.#count += 1;
    const path = join(this.#options.scratch, String(this.#count));
    return {
      stdout: new OutputFile(`${path}.out`, listeners?.stdout),
      stderr: new OutputFile(`${path}.err`, listeners?.stderr),
    };
  }
}

function lineOf({ env }: FlowCommand, { stdout, stderr }: Streams): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  // Appending, so that what was read can be cut off a stream that grows too long while its writer goes on.
  return [...variables, `>>${quote(stdout.path)}`, `2>>${quote(stderr.path)}`].join(' ');
}

async function follow(
  launched: LaunchedFlow,
  { stdout, stderr }: Streams,
  startedAt: number,
): Promise<FlowCommandEnd> {
  stdout.watch();
  stderr.watch();
  const { exit, runningAt, endedAt } = await launched.ended;
  const createdAt = launched.ahead ? undefined : stdout.createdAt();
  return {
    exit,
    startedAt,
    runningAt: runningAt === undefined ? undefined : runningFrom(startedAt, runningAt, createdAt),
    endedAt,
    stdout: stdout.close(),
    stderr: stderr.close(),
  };
}

/**
 * When a flow began to run. On a busy machine we hear of it late, and of all flows at once. If the launcher made the
 * flow's first file only then, the kernel noted when, in steps of its timer (4 ms at 250 Hz) and always early: the earlier
 * of the two is nearer the truth.
 */
function runningFrom(startedAt: number, saidAt: number, createdAt: number = saidAt): number {
  return Math.max(startedAt, Math.min(saidAt, createdAt));
}
