import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { NOT_ENTERED } from '../faults/limits-shell.js';
import type { CommandSpec, Exit } from '../ports.js';
import { waitsInShell } from './bash-barrier.js';
import type { FifoBarrier } from './fifo-barrier.js';
import { nodeClock } from './node-clock.js';
import { TELL_LARGEST } from './largest-process.js';
import { spawnGuarded } from './living-groups.js';
import { argvOf } from '../scenarios/shell-argv.js';
import { exitOf } from './node-process.js';
import { quote } from './quote.js';
import { adopting } from './subreaper.js';
import { wallOnOurClock } from './wall-time.js';

/**
 * A launcher is a POSIX shell that reads its script from standard input: each flow is one line of it, and the arguments
 * of the shell are the command that every flow runs. Read so, a line comes in one piece; the builtin `read` takes a
 * system call a byte. dash starts a simple command by vfork, which is what makes it fast; any sh does it right. It says R
 * on descriptor 4 when it is there.
 *
 * Should its script end without a farewell, we are gone: it waits for our guard, which ends it with all that it has
 * adopted. Without it, orphans would be lost from sight.
 */
const HELLO = `trap 'exec sleep 1 </dev/null 4>&-' EXIT; echo R >&4\n`;
const FAREWELL = 'trap - EXIT; exit\n';

/** dash where there is one: as /bin/sh it is bash on macOS and on some Linux systems. */
const SHELL = ['/bin/dash', '/usr/bin/dash'].find((path) => existsSync(path)) ?? '/bin/sh';

/** ru_maxrss of Linux is in these. */
const KIB = 1024;

/** ms that a launcher may take to say how large its largest process was; some 2 ms are usual. */
const PATIENCE = 1000;

const OUTSIDE =
  'the resource limits could not be entered: what has been made for them is gone, or may not be joined';

/** What is first read enters the limits; not one of its commands may read on in the script. */
function entryOf({ enclosure }: CommandSpec): string {
  const prelude = enclosure?.prelude ?? '';
  return prelude === '' ? '' : `{ ${prelude}\n} </dev/null\n`;
}

export interface LaunchedEnd {
  readonly exit: Exit;
  /** ms of the clock: let through the barrier, as it says itself or as we heard; undefined if it went through none. */
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
  /** Its shell, with its files open, was there before it was let through. */
  readonly ahead: boolean;
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
  #said = false;
  #flow: FlowInFlight | undefined;
  /** Bytes, once it has been asked. */
  #largest: number | undefined;
  readonly #child: ChildProcess;
  /** None if there was no descriptor left for it. */
  readonly #control: Writable | undefined;
  /** The flow's own shell waits at the barrier. */
  readonly #startsAhead: boolean;

  constructor(spec: CommandSpec) {
    this.#startsAhead = waitsInShell(spec);
    const { argv, env } = adopting({ argv: [SHELL, '-s', '--', ...argvOf(spec)], env: spec.env });
    const [program, ...args] = argv;
    const child = spawnGuarded(program, args, {
      cwd: spec.cwd,
      env,
      stdio: ['pipe', 'ignore', 'ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#child = child;
    this.pid = child.pid;
    this.exited = exitOf(child);
    // Without descriptors for them there are not even the pipes that Node's types promise.
    const pipes = child.stdio as (Readable | Writable | undefined)[] | undefined;
    const [control, , , , status] = pipes ?? [];
    if (control === undefined || status === undefined) {
      this.ready = failureOf(child);
      return;
    }
    this.#control = control as Writable;
    // Writing to a launcher that was killed with its flow: its exit says so, not this.
    this.#control.on('error', () => undefined);
    this.#control.write(`${entryOf(spec)}${HELLO}`);
    this.ready = new Promise((resolve, reject) => {
      onLines(status as Readable, (line) => {
        this.#said = true;
        if (line === 'R') resolve();
        else this.#onStatus(line);
      });
      void this.exited.then((exit) => {
        this.#gone = exit;
        if (exit.code === NOT_ENTERED && !this.#said) reject(new Error(OUTSIDE));
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
  start(line: string, barrier?: FifoBarrier): LaunchedFlow {
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
      if (this.#gone === undefined) this.#control?.write(this.#scriptOf(line, barrier));
      else flow.end(this.#gone);
    });
    return { waiting, passed, ended, ahead: barrier !== undefined && this.#startsAhead };
  }

  /**
   * What it does for one flow: it says `E status` when the flow has ended; of a flow that goes through the barrier also W
   * when it waits there and S when it was let through. The barrier is a FIFO: opening it blocks until we open it too,
   * which wakes all who wait. A bash waits there itself, already started, so that all that is left to do then is the
   * command; for any other shell the launcher waits. No flow's command gets descriptor 4.
   */
  #scriptOf(line: string, barrier: FifoBarrier | undefined): string {
    const end = 'echo "E $?" >&4\n';
    if (barrier === undefined) return `${line} "$@" </dev/null 4>&-; ${end}`;
    if (this.#startsAhead) return `BASH_ENV=${quote(barrier.startupFile)} ${line} "$@" </dev/null; ${end}`;
    return `echo W >&4; : <${quote(barrier.path)}; echo S >&4; ${line} "$@" </dev/null 4>&-; ${end}`;
  }

  /**
   * Takes no more flows and ends. Bytes: the highest resident set of any one process that a flow had and that was waited
   * for; undefined if that can not be asked here, if there was none, if the launcher was gone already, or if the answer
   * took longer than `patience` (ms).
   * @param question a command for the launcher's shell that takes its place and answers `M KIB` on descriptor 4
   */
  async largestProcess(question = TELL_LARGEST ?? '', patience = PATIENCE): Promise<number | undefined> {
    if (this.gone || question === '') return undefined;
    this.#control?.write(`${question}\n`);
    // exec keeps the pid: what is ended is that one process, whatever it has become.
    const late = nodeClock.timer(patience, () => {
      this.#child.kill('SIGKILL');
    });
    await this.exited;
    late.cancel();
    return this.#largest;
  }

  /** Takes no more flows and ends. */
  dismiss(): void {
    this.#control?.end(FAREWELL);
  }

  #onStatus(line: string): void {
    // 0 KIB: it has waited for nobody.
    if (line.startsWith('M ')) this.#largest = Number(line.slice(2)) * KIB || undefined;
    const flow = this.#flow;
    if (flow === undefined) return;
    if (line === 'W') flow.arrive();
    else if (line.startsWith('S')) {
      flow.runningAt = startOf(line);
      flow.pass();
    } else flow.end({ code: Number(line.slice(2)), signal: null });
  }
}

/** When a flow says that it began, in ms of our clock; when we heard of it if it does not say. */
function startOf(line: string): number {
  // The decimal point is the locale's.
  const seconds = Number(line.slice(2).replace(',', '.'));
  const heardAt = nodeClock.now();
  return seconds > 0 ? Math.min(heardAt, wallOnOurClock(seconds * 1000)) : heardAt;
}
