import { formatQuantity } from '../lib/format.js';
import type { TokensSeen } from '../model/checks.js';
import type { Flow, Hit } from '../model/flow.js';
import type { DataRow } from '../model/plan.js';
import type { Clock, Timer } from '../system/ports.js';

/** One flow as it is handed to whatever runs it. */
export interface FlowStart {
  readonly slot: number;
  /** 0 in warm-up. */
  readonly iteration: number;
  readonly token: string;
  readonly traceparent: string;
  readonly workspace: string;
  /** Its row, if the scenario has data; of module flows without numbers that JavaScript would change. */
  readonly data?: DataRow;
  /** Of a mix: the name of the part that the flow is of. */
  readonly part?: string;
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
  | 'metrics'
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
  /**
   * Brings flows to the barrier; what it gives releases them. Left out where `release` starts flows in the turn in which
   * it is called.
   */
  prepare?(starts: readonly FlowStart[]): Promise<() => readonly Promise<FlowEnd>[]>;
  /** Ends every flow in flight with its whole tree; `release`'s promises then resolve as `killed` with this reason. */
  endAll(reason: string): void;
  /** Resolves when it is known whether the runner has come through the flows that are over. */
  settle(): Promise<void>;
  /** Resolves when the runner itself can not go on (its host process died), to the reason. */
  readonly broken: Promise<string>;
  /** Ends everything that the runner started. */
  close(): Promise<void>;
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

/** A kill that has come to pass. */
export interface FlowKilled {
  /** ms of Clock.now(). */
  readonly hit: Hit;
  /** "killed by a fault: SIGKILL after 340 ms". */
  readonly message: string;
}

/** Calls back when the flow is to be killed; nothing is waited for if it is let be. `startedAt`: ms of Clock.now(). */
export function awaitKill(
  { kill }: Pick<FlowStart, 'kill'>,
  { clock, startedAt }: { readonly clock: Clock; readonly startedAt: number },
  onKill: (killed: FlowKilled, signal: string) => void,
): Timer | undefined {
  if (kill === undefined) return undefined;
  return clock.timer(startedAt + kill.after - clock.now(), () => {
    const at = clock.now();
    onKill({ hit: { kind: 'kill', at }, message: killedBy(kill.signal, at - startedAt) }, kill.signal);
  });
}

/** `how`: a signal, or what else ended it. `after`: ms. */
function killedBy(how: string, after: number): string {
  return `killed by a fault: ${how} after ${formatQuantity(Math.max(0, after), 'ms')}`;
}

/** How a flow ended whose process has ended for this reason: by the kill, if it was killed. */
export function endedBy(
  killed: FlowKilled | undefined,
  reason: string,
): { readonly outcome: FlowEnd['outcome']; readonly message: string } {
  return killed === undefined
    ? { outcome: 'failed', message: reason }
    : { outcome: 'killed', message: killed.message };
}

/** What is done to one flow. */
export interface FlowKill {
  /** ms after its start. */
  readonly after: number;
  readonly signal: string;
}
