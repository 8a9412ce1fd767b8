import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { CommandSpec, Exit } from '../ports.js';
import { nodeClock } from './node-clock.js';
import { TELL_LARGEST } from './largest-process.js';
import { enlist } from './living-groups.js';
import { argvOf, exitOf } from './node-process.js';

/**
 * A POSIX shell that waits for one line a flow on descriptor 3 and runs the command that its arguments give.
 *
 * It says R when it is there and `E status` when a flow has ended; of a flow that goes through the barrier (a line that
 * begins with @) also W when it waits there and S when it was let through. The barrier is a FIFO ($0): opening it blocks until we open it too, which wakes all who wait.
 * Told M instead of a flow, it ends and says of all that it has waited for how large the largest was.
 * The line holds the flow's variables and redirections, quoted by us. dash starts such a simple command by vfork, which
 * is what makes it fast; any sh does it right. The flow gets neither descriptor.
 */
const SCRIPT = `echo R >&4
while IFS= read -r flow <&3; do
  case $flow in M) ${TELL_LARGEST ?? 'exit'} ;; @*) flow=\${flow#@}; echo W >&4; : <"$0"; echo S >&4 ;; esac
  eval "$flow \\"\\$@\\" </dev/null 3<&- 4>&-"
  echo "E $?" >&4
done`;

/** dash where there is one: as /bin/sh it is bash on macOS and on some Linux systems. */
const SHELL = ['/bin/dash', '/usr/bin/dash'].find((path) => existsSync(path)) ?? '/bin/sh';

/** ru_maxrss of Linux is in these. */
const KIB = 1024;

export interface LaunchedEnd {
  readonly exit: Exit;
  /** ms of the clock: let through the barrier; undefined if it went through none. */
  readonly runningAt: number | undefined;
  readonly endedAt: number;
}

/** A flow that was handed to a launcher. */
export interface LaunchedFlow {
  /** Resolves when it waits at the barrier, or will never come there. */
  readonly waiting: Promise<void>;
  /** Resolves when it has passed the barrier and runs, or never will. */
  readonly passed: Promise<void>;
  readonly ended: Promise<LaunchedEnd>;
}

interface FlowInFlight {
  readonly arrive: () => void;
  readonly pass: () => void;
  readonly end: (exit: Exit) => void;
  runningAt: number | undefined;
}

/** Why a process has not even pipes: there were no descriptors left for them (EMFILE). */
function failureOf(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.once('error', ({ message }) => {
      reject(new Error(`so many flows can not be opened here: ${message}`));
    });
  });
}

/** Whole lines as they come. Node's readline does more for each than the launcher does for a flow. */
function onLines(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

/** One launcher process, the leader of a process group in which its flows run. */
export class Launcher {
  readonly pid: number | undefined;
  readonly exited: Promise<Exit>;
  /** Resolves when it waits for a flow, or is gone already; rejects if there are no descriptors for it. */
  readonly ready: Promise<void>;
  #gone: Exit | undefined;
  #flow: FlowInFlight | undefined;
  /** Bytes, once it has been asked. */
  #largest: number | undefined;
  /** None if there was no descriptor left for it. */
  readonly #control: Writable | undefined;

  constructor(spec: CommandSpec, barrier: string) {
    const child = spawn(SHELL, ['-c', SCRIPT, barrier, ...argvOf(spec)], {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    enlist(child);
    this.pid = child.pid;
    this.exited = exitOf(child);
    // Without descriptors for them there are not even the pipes that Node's types promise.
    const pipes = child.stdio as (Readable | Writable | undefined)[] | undefined;
    const [, , , control, status] = pipes ?? [];
    if (control === undefined || status === undefined) {
      this.ready = failureOf(child);
      return;
    }
    this.#control = control as Writable;
    // Writing to a launcher that was killed with its flow: its exit says so, not this.
    this.#control.on('error', () => undefined);
    this.ready = new Promise((resolve) => {
      onLines(status as Readable, (line) => {
        if (line === 'R') resolve();
        else this.#onStatus(line);
      });
      void this.exited.then((exit) => {
        this.#gone = exit;
        resolve();
        // It dies with its flow when the group is killed, by us or by the flow itself.
        this.#flow?.end(exit);
      });
    });
  }

  get gone(): boolean {
    return this.#gone !== undefined;
  }

  get busy(): boolean {
    return this.#flow !== undefined;
  }

  /** Runs a flow at once, or brings it to the barrier. */
  start(line: string, { atBarrier }: { atBarrier: boolean }): LaunchedFlow {
    let arrive: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let pass: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const ended = new Promise<LaunchedEnd>((resolve) => {
      const flow: FlowInFlight = {
        runningAt: undefined,
        arrive,
        pass,
        end: (exit) => {
          this.#flow = undefined;
          arrive();
          pass();
          resolve({ exit, runningAt: flow.runningAt, endedAt: nodeClock.now() });
        },
      };
      this.#flow = flow;
      if (this.#gone === undefined) this.#control?.write(`${atBarrier ? '@' : ''}${line}\n`);
      else flow.end(this.#gone);
    });
    return { waiting, passed, ended };
  }

  /**
   * Takes no more flows and ends. Bytes: the highest resident set of any one process that a flow had and that was waited
   * for; undefined if that can not be asked here, if there was none, or if the launcher was gone already.
   */
  async largestProcess(): Promise<number | undefined> {
    if (!this.gone) this.#control?.write('M\n');
    await this.exited;
    return this.#largest;
  }

  /** Takes no more flows and ends. */
  dismiss(): void {
    this.#control?.end();
  }

  #onStatus(line: string): void {
    if (line.startsWith('M ')) this.#largest = Number(line.slice(2)) * KIB;
    const flow = this.#flow;
    if (flow === undefined) return;
    if (line === 'W') flow.arrive();
    else if (line === 'S') {
      flow.runningAt = nodeClock.now();
      flow.pass();
    } else flow.end({ code: Number(line.slice(2)), signal: null });
  }
}
