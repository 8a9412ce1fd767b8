/**
 * The only doors to the outside. Pure code takes none of them; `run`, `scenarios`, `monitor` and `publish` take what
 * they need; `adapters` implement them for real and `__tests__/fakes` for tests.
 */
import type { Excerpt } from './model/flow.js';
import type { ProcessSummary } from './model/record.js';
import type { FolderReading, StreamListener } from './ports/stream-listener.js';
import type { DataBranch } from './ports/data-branch.js';
import type { Enclosure } from './ports/resource-limits.js';

export type { BranchFile, DataBranch, FileCommit } from './ports/data-branch.js';
export type { Clock, Timer } from './ports/clock.js';
export type {
  HttpClient,
  HttpClientOptions,
  HttpConnection,
  HttpReceiver,
  HttpRequest,
  Traffic,
  OpenHttpClient,
} from './ports/http-client.js';
export type { ListeningSocket, MachineState, OutputWriter } from './ports/machine-state.js';
export type { FolderReading, StreamListener } from './ports/stream-listener.js';
export type { ComparingProgress, Progress, ProgressView } from './ports/progress.js';
export type { NetworkProxy, NetworkProxyOptions, OpenNetworkProxy } from './ports/network-proxy.js';

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
  readonly enclosure?: Pick<Enclosure, 'prelude' | 'wrap'>;
}

/** What a host of module flows is started with. */
export type HostSpec = Pick<CommandSpec, 'cwd' | 'env' | 'enclosure'>;

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
  spawnHost(spec: HostSpec): HostProcess;
  /** SIGKILL (or what the platform has), or another signal, to single processes; those that are gone are passed over. */
  killPids(pids: readonly number[], signal?: string): void;
}

/** A process below which everything is watched. */
export interface TreeRoot extends LaunchedRoot {
  readonly role: ProcessSummary['role'];
}

/** One process of the tree at one instant. */
export interface ProcessReading {
  readonly pid: number;
  readonly parent: number;
  /** Tells apart two processes that had the same pid; any unit. */
  readonly startTime: number;
  readonly role: ProcessSummary['role'];
  /** pid of the root that it was found under. */
  readonly root: number;
  readonly launcher: boolean;
  readonly command: string;
  /** Resident bytes now, and the kernel's high-water mark if it has one (else the same). */
  readonly memory: number;
  readonly peakMemory: number;
  /** ms of its own CPU, and of the children that it has waited for. */
  readonly cpuTime: number;
  readonly childrenCpuTime: number;
  /** Page faults of the children that it has waited for, where the system tells: it rises with each of them. */
  readonly childrenFaults?: number;
  readonly threads: number;
  /** It has ended and was not yet waited for: its CPU counts, it uses nothing else any more. */
  readonly zombie?: true;
  readonly files?: number;
  /** FLOWGATE_TOKEN of its environment: the flow that started it, even when it was reparented. */
  readonly token?: string;
}

export interface ReadingCare {
  /** CPU is to be as exact as can be, whatever it costs: so that two such readings tell what was used in between. */
  readonly careful?: boolean;
}

/** The operating system's processes, read as trees. */
export interface ProcessTable {
  /** "procfs", "pidusage": named in the report. */
  readonly source: string;
  /**
   * Reads all processes below the roots, and reparented ones that were seen below them or carry the run's mark in
   * their environment. Synchronous where it can be.
   */
  read(
    roots: readonly TreeRoot[],
    care?: ReadingCare,
  ): readonly ProcessReading[] | Promise<readonly ProcessReading[]>;
  /**
   * How many processes and threads the system can have started from the first read to the last one, on the whole
   * machine: no more than that were there unseen. Undefined, or no such method, where nothing counts them.
   */
  started?(): number | undefined;
  close(): void;
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
  /** Creates the folders on the way; replaces the file as a whole. */
  write(path: string, content: string): Promise<void>;
  exists(path: string): Promise<boolean>;
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
  /** With everything in it; nothing happens if it is gone. */
  remove(path: string): Promise<void>;
}

/** Probes of readiness. Both resolve to a reason why not ("answered 401", "connection refused: …"), or to undefined when ready. */
export interface Http {
  /** GET; ready on status 200…399. `ca`: certificates in PEM that are trusted besides the usual ones. Timeout in ms. */
  probe(
    url: string,
    options: { readonly timeout: number; readonly ca?: string },
  ): Promise<string | undefined>;
  connect(host: string, port: number, timeout: number): Promise<string | undefined>;
}

/** TCP ports of this machine that nobody listens on. */
export interface FreePorts {
  /** `count` different ones. They are only found, not held: whoever is given one had better take it soon. */
  find(count: number): Promise<readonly number[]>;
}

export interface PullRequestComment {
  readonly id: number;
  readonly body: string;
  /** Login of who wrote it, `NAME[bot]` for an app; undefined if the account is gone. */
  readonly author: string | undefined;
}

/** A pull request, as far as we need it. */
export interface PullRequest {
  readonly headSha: string;
  /** `owner/name` of where its commits are; undefined if that fork is gone. */
  readonly headRepository: string | undefined;
  readonly baseSha: string;
  readonly baseBranch: string;
  readonly author: string | undefined;
}

export interface CheckRunUpdate {
  readonly status: 'in_progress' | 'completed';
  readonly conclusion?: 'success' | 'failure' | 'neutral' | 'cancelled';
  readonly title: string;
  readonly summary: string;
}

/** A refusal by GitHub that retrying did not mend. */
export class GitHubError extends Error {
  /** HTTP status, or undefined if the API could not be reached. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined) {
    super(message);
    this.name = 'GitHubError';
    this.status = status;
  }
}

/** GitHub's API, as far as we need it; every method throws GitHubError and nothing else. */
export interface GitHub extends DataBranch {
  /** Login of the user that the token writes as, as in {@link PullRequestComment.author}. */
  tokenUser(): Promise<string>;
  pullRequest(number: number): Promise<PullRequest>;
  /** All pages. */
  listComments(pullRequest: number): Promise<readonly PullRequestComment[]>;
  createComment(pullRequest: number, body: string): Promise<number>;
  updateComment(id: number, body: string): Promise<void>;
  createCheckRun(name: string, sha: string, update: CheckRunUpdate): Promise<number>;
  updateCheckRun(id: number, update: CheckRunUpdate): Promise<void>;
}
