import type { FlowKill } from '../faults/kill-plan.js';
import type { TokensSeen } from '../model/checks.js';
import type { Flow } from '../model/flow.js';
import type { Clock, TreeRoot } from '../ports.js';

/** One flow as it is handed to whatever runs it. */
export interface FlowStart {
  readonly slot: number;
  /** 0 in warm-up. */
  readonly iteration: number;
  readonly token: string;
  readonly traceparent: string;
  readonly workspace: string;
  /** The flow is killed on purpose, unless it ends before. */
  readonly kill?: FlowKill;
}

/** How it went; times are ms of Clock.now(). */
export type FlowEnd = Pick<
  Flow,
  | 'outcome'
  | 'startedAt'
  | 'runningAt'
  | 'attempts'
  | 'endedAt'
  | 'hit'
  | 'error'
  | 'steps'
  | 'ttfb'
  | 'bytesIn'
  | 'bytesOut'
  | 'resent'
  | 'stdout'
  | 'stderr'
> & {
  /** Left out if nobody looked, or if the flow was given up before it could be said. */
  readonly seen?: TokensSeen;
};

/** Whatever can run flows of one kind. */
export interface FlowRunner {
  /**
   * Releases all these flows at the same instant: the start barrier, when there is more than one. Each promise
   * resolves when its flow has ended, however it ended; none rejects.
   */
  release(starts: readonly FlowStart[]): readonly Promise<FlowEnd>[];
  /** Ends every flow in flight with its whole tree; `release`'s promises then resolve as `killed` with this reason. */
  endAll(reason: string): void;
  /** Resolves when it is known whether the runner has come through the flows that are over. */
  settle(): Promise<void>;
  /** Resolves when the runner itself can not go on (its host process died), to the reason. */
  readonly broken: Promise<string>;
  /** Ends everything that the runner started. */
  close(): Promise<void>;
}

/** What the runners tell about the process trees in which their flows live. */
export interface Watch {
  addRoot(root: TreeRoot): void;
  /** It has ended; what was seen below it still counts. */
  removeRoot(pid: number): void;
  /** The first flows, or all behind a barrier, have just been started. */
  released(): void;
  /** pids of the processes that a flow has started and that are alive, launchers and hosts not among them. */
  pidsOfFlow(root: number | undefined, token: string): Promise<readonly number[]>;
}

export const NEVER_BROKEN: Promise<string> = new Promise(() => undefined);

/** "timed out after 30 s". */
export function timedOut(timeout: number): string {
  return timeout < 1000 ? `timed out after ${timeout} ms` : `timed out after ${timeout / 1000} s`;
}

/** Resolves to the flow's end, or calls `onTimeout` once when it takes longer than `timeout` ms. */
export async function withTimeout<T>(
  flow: Promise<T>,
  { clock, timeout, onTimeout }: { clock: Clock; timeout: number; onTimeout: () => void },
): Promise<T> {
  const timer = clock.timer(timeout, onTimeout);
  try {
    return await flow;
  } finally {
    timer.cancel();
  }
}
