import type { ProcessSummary } from '../model/record.js';
import type { ControlGroup } from '../system/cgroup.js';
import type { LaunchedRoot } from '../system/ports.js';

/** A process below which everything is watched. */
export interface TreeRoot extends LaunchedRoot {
  readonly role: ProcessSummary['role'];
  /** It runs already, and is only measured: nothing of it is ever ended, or counted as left behind. */
  readonly onlyWatched?: true;
  /** It is the first process of a container: what counts is all of this control group, and no tree. */
  readonly group?: ControlGroup;
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
  /** As its root is. */
  readonly onlyWatched?: true;
  /** What was read is a control group as a whole: it stands for so many processes. */
  readonly processes?: number;
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
   * Reads all processes below the roots, and reparented ones that were seen below them or, unless a root is only watched,
   * carry the run's mark in their environment; of a control group one reading. Synchronous where it can be.
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

/** What the runners tell about the process trees in which their flows live. */
export interface Watch {
  addRoot(root: TreeRoot): void;
  /** It has ended; what was seen below it still counts. */
  removeRoot(pid: number): void;
  /**
   * The program that was started as `root` has started the host of the flows below it, as `uv run python` does: then that
   * is the host, and the program is not measured. Nothing is done if there is no such process below it.
   */
  hostBelow(root: number, pid: number): Promise<void>;
  /** The first flows, or all behind a barrier, have just been started. */
  released(): void;
  /** pids of the processes that a flow has started and that are alive, launchers and hosts not among them. */
  pidsOfFlow(root: number | undefined, token: string): Promise<readonly number[]>;
}
