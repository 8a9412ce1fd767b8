/**
 * The doors to the outside that several rooms share. Pure code takes none of them; adapters implement them for real
 * (scripts/rooms.mjs lists these), and `__tests__/fakes` for tests.
 */
import type { Excerpt } from '../model/flow.js';
import type { Load } from '../model/plan.js';

/** What a person reads while it happens. Text that a flow printed never goes through here unescaped. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  debug(message: string): void;
}

/** How a process ended: exactly one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface CommandSpec {
  /** Program and arguments that interpret the command: `bash -eo pipefail`, to which `-c COMMAND` is added; `node -e`. */
  readonly shell: string;
  readonly command: string;
  readonly cwd: string;
  /** The whole environment, not an addition to ours. */
  readonly env: Readonly<globalThis.Record<string, string>>;
  /** The way into the limits that bind it; none do if left out. */
  readonly enclosure?: Enclosure;
  /** Of a flow: a script that each bash of it reads first, unless `env` names another. */
  readonly startup?: string;
}

/** What a host of module flows is started with. */
export type HostSpec = Pick<CommandSpec, 'cwd' | 'env' | 'enclosure'> & {
  /** The interpreter of a Python module and its arguments; Node runs the host if left out. */
  readonly python?: readonly string[];
};

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  /** The beginning, if it is very long. */
  readonly text: string;
  readonly ended: boolean;
}

/** A process that runs beside us, in a process group of its own, its output kept bounded. */
export interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stdout(): Excerpt;
  stderr(): Excerpt;
  /** Called for each line of either stream, and before its end each time that more of it has come. */
  onLine(listener: (line: OutputLine) => void): void;
  /** To the whole process group; nothing happens if it is gone. */
  kill(signal: string): void;
}

/** What differs from one flow of a slot to the next. */
export interface FlowCommand {
  /** Added to the slot's environment. */
  readonly env: Readonly<globalThis.Record<string, string>>;
  readonly listeners?: { readonly stdout: StreamListener; readonly stderr: StreamListener };
}

export interface FlowCommandEnd {
  readonly exit: Exit;
  /** ms of Clock.now(): told to start, let through the barrier (undefined without one), seen to have ended. */
  readonly startedAt: number;
  readonly runningAt: number | undefined;
  readonly endedAt: number;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
}

/**
 * Where flows wait for each other, ready to run. All that wait are released by one act of the kernel, not one after
 * another.
 */
export interface Barrier {
  release(): void;
  /** Nobody comes to it any more. */
  close?(): void;
}

/**
 * A worker slot for command flows: its launcher is forked ahead, so that starting a flow is one write. One flow at a
 * time.
 */
export interface CommandSlot {
  /** Starts one flow and resolves when it has ended, however it ended. */
  run(flow: FlowCommand): Promise<FlowCommandEnd>;
  /**
   * Brings one flow to the slot's barrier and resolves when it waits there. What it resolves to is to be called at
   * the release, and resolves when the flow has ended.
   */
  prepare(flow: FlowCommand): Promise<() => Promise<FlowCommandEnd>>;
  /** Ends the running flow with its process group by SIGKILL; `run` then resolves. The slot can be used again. */
  kill(): void;
  /** Ends the launcher. */
  close(): Promise<void>;
}

interface SlotOptions {
  /** An empty folder of the slot's own. */
  readonly scratch: string;
  readonly barrier: Barrier;
  readonly onLaunch: (root: LaunchedRoot) => void;
}

/** A child process that speaks messages with us: the host of module flows. */
export interface HostProcess extends RunningProcess {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/**
 * Flows run below (`launcher`: its descendants count, itself does not) or as this process; a slot may launch more than
 * one, one after another.
 */
export interface LaunchedRoot {
  readonly pid: number;
  readonly launcher: boolean;
  /**
   * Bytes: the highest resident set of any one process below a launcher, as the kernel noted it when it was waited for
   * (ru_maxrss); undefined where it can not be asked, and while a flow runs. Asked once, after the last flow: the
   * launcher takes no more.
   */
  readonly largestProcess?: () => Promise<number | undefined>;
}

export interface Spawner {
  spawn(spec: CommandSpec): RunningProcess;
  /** `scratch`: an existing folder. */
  openBarrier(scratch: string): Promise<Barrier>;
  openSlot(spec: CommandSpec, options: SlotOptions): Promise<CommandSlot>;
  /** @throws Error if the interpreter of a Python module is missing */
  spawnHost(spec: HostSpec): HostProcess;
  /** SIGKILL (or what the platform has), or another signal, to single processes; those that are gone are passed over. */
  killPids(pids: readonly number[], signal?: string): void;
}

/** Bytes: the most of a file that a person writes, such as a config. */
export const SMALL_FILE = 256_000;

/** Files that we read and write ourselves. Paths are absolute. */
export interface Files {
  /**
   * Undefined if there is no such file. Throws UserError if it is no regular file, or larger than `most` bytes
   * ({@link SMALL_FILE} if left out).
   */
  read(path: string, most?: number): Promise<string | undefined>;
  /**
   * The text of a regular file of any size, piece by piece. Throws as `read` does, and Node's own error if there is no
   * such file.
   */
  pieces(path: string): AsyncIterable<string>;
  /** Creates the folders on the way; replaces the file as a whole. */
  write(path: string, content: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** When its content was last changed, ms of the wall clock; undefined if there is no such file. */
  changedAt(path: string): Promise<number | undefined>;
  /** Names in a folder; empty if there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Reads the regular files below a folder, bounded; false if not all could be read. Never rejects. */
  readBelow(folder: string, reading: FolderReading): Promise<boolean>;
  /** A new empty folder in the temporary directory. */
  makeTemporary(prefix: string): Promise<string>;
  makeFolder(path: string): Promise<void>;
  /**
   * Gives an empty folder another name beside it and says true; false, and nothing is done, if it is not empty or no
   * longer the folder that `makeFolder` made. At once: handing this to another thread takes longer than doing it.
   */
  renameEmptyFolder(path: string, to: string): boolean;
  /**
   * Reads a file that a flow may have written and takes it away; undefined if nothing is there, and why not if it is no
   * regular file or larger than `most` bytes. At once, as most flows write none.
   */
  take(path: string, most: number): Taken | undefined;
  /**
   * Makes a file that flows read and, where there is /proc, none can replace: it has no name any more. To be closed when
   * nothing reads it any more. `path`: of nothing that is there.
   */
  hold(path: string, content: string): Promise<HeldFile>;
  /** With everything in it; nothing happens if it is gone. */
  remove(path: string): Promise<void>;
}

/** Monotonic time in ms, and everything that waits. */
export interface Clock {
  /** ms, monotonic, comparable between processes of one machine; the zero is arbitrary. */
  now(): number;
  /** ms of CPU that our own thread has used; where that cannot be told, this whole process. */
  cpuTime(): number;
  /** Wall-clock time. */
  wall(): Date;
  /** Resolves after `ms`; at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`, unless it is cancelled first. */
  timer(ms: number, callback: () => void): Timer;
  /** The same, punctual to tenths of a ms where a timer is late by a ms or two; for few at a time. */
  alarm(ms: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Hears all that a stream carries, also what is not kept of it. */
export interface StreamListener {
  /** The next bytes; they are only lent. */
  data(chunk: Uint8Array): void;
  /** This many bytes went by unheard. */
  missed(bytes: number): void;
}

export interface HeldFile {
  /** Opens it from any process of the same user. */
  readonly path: string;
  close(): void;
}

export type Taken = { readonly text: string } | { readonly problem: string };

/** How much is read of a folder. */
export interface FolderReading {
  /** Files, and bytes of all of them together. */
  readonly maxFiles: number;
  readonly maxBytes: number;
  /** Called for each file, with its path below the folder; told what is in it. */
  readonly open: (path: string) => StreamListener;
}

/** What the live line of a long run shows. */
export interface Progress {
  readonly scenario: string;
  readonly flows: number;
  readonly load?: Load;
  /** Undefined in a run by duration. */
  readonly total?: number;
  /** ms, and for a run by duration how long in all. */
  readonly elapsed: number;
  readonly duration?: number;
  readonly done: number;
  readonly inFlight: number;
  readonly failed: number;
  /** ok flows per second so far. */
  readonly rate: number;
  /** Bytes and ratio of all cores, latest sample and the row of the last 40 for a sparkline. */
  readonly memory: number;
  readonly memoryHistory: readonly number[];
  readonly cpu: number;
  readonly cpuHistory: readonly number[];
}

/** What the live line of a comparison shows. */
export interface ComparingProgress {
  readonly scenario: string;
  /** What it is compared with, as people call it. */
  readonly base: string;
  /** Pairs that were run, and the most that there will be. */
  readonly pairs: number;
  readonly most: number;
  /** Pairs at which what is known is judged next; undefined if that was the last time. */
  readonly nextLook: number | undefined;
  /** ms. */
  readonly elapsed: number;
  readonly budget: number;
  /** How it is run, and how long that takes. */
  readonly plan: string;
  /** What is known so far, a line each; nothing before the first look. */
  readonly known: readonly string[];
}

export interface ProgressView {
  update(progress: Progress | ComparingProgress): void;
  /** Clears the live line before something else is printed. */
  clear(): void;
}

/** The way into the limits of one place. */
export interface Enclosure {
  /**
   * Text for a POSIX shell, to stand before everything else that it does: the shell enters, and whatever it starts
   * from then on is born inside. If it can not enter it says so on standard error and exits with {@link NOT_ENTERED}. Empty
   * if nothing is in force.
   */
  readonly prelude: string;
  /**
   * Program and arguments of a shell that enters and then becomes (`exec`) the given program, under the same pid:
   * there is no instant in which that program runs outside.
   */
  wrap(argv: readonly [string, ...string[]]): [string, ...string[]];
}

/** Exit status of a shell that could not enter its limits; 126 and 127 are the shell's own. */
export const NOT_ENTERED = 125;

/** Bytes of the longest line that a host may say. */
export const LONGEST_LINE = 64 * 1024 * 1024;
