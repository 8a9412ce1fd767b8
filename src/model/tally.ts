import type { Distribution } from './distribution.js';
import type { Outcome } from './record.js';
import type { ErrorGroup } from './results.js';

export type OutcomeCounts = Readonly<globalThis.Record<Outcome, number>>;

export function totalOf({ ok, failed, timed_out, killed, dropped }: OutcomeCounts): number {
  return ok + failed + timed_out + killed + dropped;
}

/** Of the flows that no fault hit on purpose: what the system under test is judged by. */
export function bystandersOf({ counts, hits }: Pick<FlowTally, 'counts' | 'hits'>): OutcomeCounts {
  return {
    ok: counts.ok - hits.ok,
    failed: counts.failed - hits.failed,
    timed_out: counts.timed_out - hits.timed_out,
    killed: counts.killed - hits.killed,
    dropped: counts.dropped - hits.dropped,
  };
}

/** A stretch of the record's clock, ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What all flows of a run add up to, those that are not kept included. Times are ms, counts are exact. */
export interface FlowTally {
  readonly counts: OutcomeCounts;
  /** Of `counts`, the flows that a fault hit; the others are bystanders. */
  readonly hits: OutcomeCounts;
  /** Of `hits`, those that only may have been hit. */
  readonly untracedHits: number;
  /** First start to last end; undefined if no flow was started. */
  readonly window: Window | undefined;
  /** Between the first and the last actual start behind one barrier; undefined if no flow left one. */
  readonly startSkew: number | undefined;
  /** Flows that were tried more than once. */
  readonly retried: number;
  /** Bytes over the connections of HTTP flows; undefined if there were none. */
  readonly received: number | undefined;
  readonly sent: number | undefined;
  /** Requests of HTTP flows that an idle connection lost and that were sent once more. */
  readonly resent: number;
  /** Most in flight at one instant, and of how many flows that was seen: the first million. */
  mostInFlight(): { readonly most: number; readonly of: number };
  /** Most in flight in each of `slices` equal parts of the window. */
  inFlightOver(slices: number): readonly number[];
  /** Over ok flows that are bystanders, as all times are. */
  flowTimes(): Distribution | undefined;
  /** To the first byte of every response of ok flows. */
  firstByteTimes(): Distribution | undefined;
  /** Over ok flows, by name, in order of appearance; a step that a flow runs twice counts twice. */
  stepTimes(): ReadonlyMap<string, Distribution>;
  /** Of bystanders, the most frequent first; with those of flows that were killed, or without. */
  errorKinds(options: { readonly killed: boolean }): readonly ErrorGroup[];
}
