import { z } from 'zod';
import type { Hit } from './faults.js';

export type Outcome = 'ok' | 'failed' | 'timed_out' | 'killed' | 'dropped';

/** What a flow printed, bounded: the first and the last part of it. */
export interface Excerpt {
  readonly head: string;
  readonly tail: string;
  /** Bytes in all, kept or not. */
  readonly bytes: number;
}

export interface FlowError {
  /** "exit status 3", "timed out after 30 s", or what a module's flow threw; one line. */
  readonly message: string;
  /** Exit status of a command flow; 128 + n if signal n ended it. */
  readonly exitStatus?: number;
  /** The stack of what a module's flow threw. */
  readonly stack?: string;
}

export interface StepTiming {
  readonly name: string;
  /** ms, on the record's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One unit of work, started and ended once. Times are ms on the record's monotonic clock, from `Record.startedAt`. */
export interface Flow {
  /** The worker slot, from 1; 0 for a dropped flow, which never had one. */
  readonly slot: number;
  /** From 1 in order of start. */
  readonly iteration: number;
  /** A canary, unique to the flow. */
  readonly token: string;
  readonly outcome: Outcome;
  /** When it was due: the barrier's release, or the moment its slot was free. */
  readonly scheduledAt: number;
  /** When it was told to start: its time counts from here in the closed model. */
  readonly startedAt: number;
  /** When it came through the start barrier; later than `startedAt` by what a busy machine takes to wake it. */
  readonly runningAt?: number;
  readonly endedAt: number;
  /** It left the start barrier of its rung: the spread of their `runningAt ?? startedAt` is the start skew. */
  readonly barrier?: true;
  /** On a ladder: how many were in flight at once on its rung. */
  readonly rung?: number;
  /** How often it was tried, if more than once: its time is that of all attempts and of the waits between them. */
  readonly attempts?: number;
  /** A fault that hit it: flows without are bystanders. */
  readonly hit?: Hit;
  /** Of a run with faults: which wave it is in, from 1. */
  readonly wave?: number;
  readonly error?: FlowError;
  readonly steps?: readonly StepTiming[];
  /** Of an HTTP flow: ms from sending each request to the first byte of its response. */
  readonly ttfb?: readonly number[];
  /** Of an HTTP flow: bytes that its connection carried, heads and handshakes included. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** Of an HTTP flow: requests that an idle connection lost and that were sent once more, if there were any. */
  readonly resent?: number;
  readonly stdout?: Excerpt;
  readonly stderr?: Excerpt;
}

/** Every value that was measured: percentiles are exact. */
export interface ExactDistribution {
  /** Ascending, at least one value. */
  readonly sorted: Float64Array;
  readonly mean: number;
}

/** More values than are kept: percentiles are read from a histogram. Count, mean, min and max are exact. */
export interface CoarseDistribution {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Of 0…100 per cent; at most 0.1% from the exact one. */
  readonly percentile: (percent: number) => number;
}

export type Distribution = ExactDistribution | CoarseDistribution;

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

/** Errors of one kind: flows whose messages are the same once numbers, paths and the like are left out. */
export const errorGroupSchema = z.object({
  type: z.string().meta({ description: 'normalised message' }),
  count: z.int(),
  sample: z.string().meta({ description: 'the first message as it came, with the last line it printed' }),
  lines: z.array(z.string()).optional().meta({
    description:
      'at most 20 lines of what the first of them printed, or of its stack, around the line that says why',
  }),
  flows: z.array(z.int()).meta({ description: 'iterations of the flows concerned, at most 100' }),
});

export type ErrorGroup = z.infer<typeof errorGroupSchema>;

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
