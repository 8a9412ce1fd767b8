import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { argvOf, quote } from '../../lib/shell.js';
import { nodeClock, wallOnOurClock } from '../../system/clock.js';
import { type CommandSpec, type Exit, NOT_ENTERED } from '../../system/ports.js';
import { exitOf, SHELL, spawnGuarded } from '../../system/processes.js';
import { adopting, TELL_LARGEST } from '../../system/subreaper.js';
import { type FifoBarrier, startupCode, withStartup } from './barrier.js';

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

/** The script that each bash of a flow reads first; a variable of the user's own names another. */
export function startupOf({ startup, env }: CommandSpec): string | undefined {
  return 'BASH_ENV' in env ? undefined : startup;
}

export interface LaunchedEnd {
  readonly exit: Exit;
  /** ms of the clock: let through the barrier, as it says itself or as we heard; undefined if it went through none. */
  readonly runningAt: number | undefined;
  /** ms of the clock: heard that it waits at the barrier, and that it was let through. */
  readonly heard: { readonly waiting?: number; readonly running?: number };
  readonly endedAt: number;
}

/** Where a flow waits before it runs. */
interface Wait {
  readonly barrier: FifoBarrier;
  /** The flow's own shell waits there, already started; otherwise the launcher does. */
  readonly inShell: boolean;
}

/** A flow that was handed to a launcher. */
interface LaunchedFlow {
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
  readonly toldAt: number;
  readonly heard: { waiting?: number; running?: number };
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
  /** Only the launcher knows it, so that no flow can say how another one of the slot ended. */
  readonly #secret: string = randomUUID();
  readonly #startup: string | undefined;
  #count = 0;

  constructor(spec: CommandSpec) {
    this.#startup = startupOf(spec);
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
  start(line: string, wait?: Wait): LaunchedFlow {
    this.#count += 1;
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
        toldAt: nodeClock.now(),
        heard: {},
        runningAt: undefined,
        arrive,
        pass,
        end: (exit) => {
          this.#flow = undefined;
          arrive();
          pass();
          const { runningAt, heard } = flow;
          resolve({ exit, runningAt, heard, endedAt: nodeClock.now() });
        },
      };
      this.#flow = flow;
      if (this.#gone === undefined) this.#control?.write(this.#scriptOf(line, wait));
      else flow.end(this.#gone);
    });
    return { waiting, passed, ended };
  }

  /**
   * What it does for one flow: it says `E MARK STATUS` when the flow has ended; of a flow that goes through the barrier also
   * W when it waits there and S when it was let through. The barrier is a FIFO: opening it blocks until we open it too,
   * which wakes all who wait. A bash waits there itself, already started, so that all that is left to do then is the
   * command; for any other shell the launcher waits. No flow's command gets descriptor 4.
   */
  #scriptOf(line: string, wait: Wait | undefined): string {
    const flow = String(this.#count);
    const startup = this.#startup;
    const end = `echo "E ${this.#markOf(flow)} $?" >&4\n`;
    if (wait?.inShell === true) {
      const code = startupCode(wait.barrier.path, flow, startup);
      return `${withStartup(`${line} "$@" </dev/null`, code)}${end}`;
    }
    const first = startup === undefined ? '' : `BASH_ENV=${quote(startup)} `;
    const run = `${first}${line} "$@" </dev/null 4>&-; ${end}`;
    if (wait === undefined) return run;
    return `echo 'W ${flow}' >&4; : <${quote(wait.barrier.path)}; echo 'S ${flow}' >&4; ${run}`;
  }

  #markOf(flow: string): string {
    return `${this.#secret}-${flow}`;
  }

  /**
   * Takes no more flows and ends. Bytes: the highest resident set of any one process that a flow had and that was waited
   * for; undefined if that can not be asked here, if there was none, if the launcher was gone already or had a flow, or if
   * the answer took longer than `patience` (ms).
   * @param question a command for the launcher's shell that takes its place and answers `M KIB` on descriptor 4
   */
  async largestProcess(question = TELL_LARGEST ?? '', patience = PATIENCE): Promise<number | undefined> {
    if (this.gone || this.busy || question === '') return undefined;
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
    const [word, mark, value = ''] = line.split(' ');
    // 0 KIB: it has waited for nobody.
    if (word === 'M') this.#largest = Number(mark) * KIB || undefined;
    const flow = this.#flow;
    if (flow === undefined) return;
    const count = String(this.#count);
    if (word === 'E' && mark === this.#markOf(count)) flow.end({ code: Number(value), signal: null });
    if (mark !== count) return;
    if (word === 'W') {
      flow.heard.waiting = nodeClock.now();
      flow.arrive();
    } else if (word === 'S' && flow.heard.waiting !== undefined) {
      flow.heard.running = nodeClock.now();
      flow.runningAt = startOf(value, { from: flow.toldAt, to: flow.heard.running });
      flow.pass();
    }
  }
}

/** When a flow says that it began, in ms of our clock, within what we know; when we heard of it if it does not say. */
function startOf(value: string, { from, to }: { from: number; to: number }): number {
  // The decimal point is the locale's.
  const seconds = Number(value.replace(',', '.'));
  return seconds > 0 ? Math.max(from, Math.min(to, wallOnOurClock(seconds * 1000))) : to;
}
