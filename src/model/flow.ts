import { z } from 'zod';
import type { Inferred } from './inferred.js';
import type { Unit } from './metrics.js';

export const OUTCOMES = ['ok', 'failed', 'timed_out', 'killed', 'dropped'] as const;

export type Outcome = (typeof OUTCOMES)[number];

export const countsSchema = z.object({
  ok: z.int(),
  failed: z.int(),
  timed_out: z.int(),
  killed: z.int(),
  dropped: z.int(),
});

export type OutcomeCounts = Inferred<typeof countsSchema>;

export const excerptSchema = z.object({
  head: z.string(),
  tail: z.string(),
  /** In all, kept or not. */
  bytes: z.number(),
});

/** What a flow printed, bounded: the first and the last part of it. */
export type Excerpt = Inferred<typeof excerptSchema>;

const flowError = z.object({
  /** "exit status 3", "timed out after 30 s", or what a module's flow threw; one line. */
  message: z.string(),
  /** Exit status of a command flow; 128 + n if signal n ended it. */
  exitStatus: z.int().optional(),
  /** Of what a module's flow threw. */
  stack: z.string().optional(),
});

export type FlowError = Inferred<typeof flowError>;

/** Times are ms on the record's clock. */
export const stepSchema = z.object({ name: z.string(), startedAt: z.number(), endedAt: z.number() });

export type StepTiming = Inferred<typeof stepSchema>;

/** What a flow reports is a time, a size, a share or a number of something. */
export const REPORTED_UNITS = ['ms', 'bytes', 'ratio', 'count'] as const satisfies readonly Unit[];

export type ReportedUnit = (typeof REPORTED_UNITS)[number];

const reported = z.object({
  name: z.string(),
  value: z.number().meta({ description: 'the sum of its reports, in the base unit' }),
  unit: z.enum(REPORTED_UNITS),
});

/** What the config says once of a metric that flows report: which way is better, and its unit if it has only one. */
export interface MetricMeaning {
  readonly better: 'lower' | 'higher';
  readonly unit?: ReportedUnit;
}

/** By name. */
export type MetricMeanings = Readonly<Record<string, MetricMeaning>>;

/** What one flow reported by one name. */
export type Reported = Inferred<typeof reported>;

export const faultKind = z.enum([
  'kill',
  'latency',
  'bandwidth',
  'reset',
  'blackhole',
  'slow_close',
  'refuse',
  'down',
]);

const hit = z
  .object({
    kind: faultKind,
    at: z.number(),
    untraced: z.literal(true).optional().meta({ description: 'it may have been hit: nobody saw whom' }),
  })
  .meta({ description: 'the first fault that hit the flow on purpose; a flow without is a bystander' });

/** The first fault that hit a flow: what became of it is not the doing of the system under test. */
export type Hit = Inferred<typeof hit>;

export const flowSchema = z.object({
  slot: z.int().min(0).meta({ description: 'from 1; 0 for a dropped flow' }),
  /** From 1 in order of start. */
  iteration: z.int().min(1),
  /** A canary, unique to the flow. */
  token: z.string(),
  outcome: z.enum(OUTCOMES),
  /** When it was due: the barrier's release, or the moment its slot was free. */
  scheduledAt: z.number().meta({ description: 'ms from the start of the scenario' }),
  /** When it was told to start: its time counts from here in the closed model. */
  startedAt: z.number(),
  /** When it came through the start barrier; later than `startedAt` by what a busy machine takes to wake it. */
  runningAt: z.number().optional(),
  endedAt: z.number(),
  /** It left the start barrier of its rung: the spread of their `runningAt ?? startedAt` is the start skew. */
  barrier: z.literal(true).optional(),
  /** Its time is that of all attempts and of the waits between them. */
  attempts: z.int().optional().meta({ description: 'if it was tried more than once' }),
  part: z.string().optional().meta({ description: 'of a mix: the scenario that it is a flow of' }),
  rung: z.int().optional().meta({ description: 'flows at once on its rung of the ladder' }),
  hit: hit.optional(),
  wave: z.int().optional().meta({ description: 'of a run with faults: its wave, from 1' }),
  error: flowError.optional(),
  steps: z.array(stepSchema).optional(),
  metrics: z.array(reported).optional().meta({ description: 'what it reported, by name' }),
  /** Of an HTTP flow, as the following. */
  ttfb: z
    .array(z.number())
    .optional()
    .meta({ description: 'ms from sending each request to the first byte of its response' }),
  /** Bytes that its connection carried, heads and handshakes included. */
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  resent: z
    .int()
    .optional()
    .meta({ description: 'requests that an idle connection lost and that were sent once more' }),
  stdout: excerptSchema.optional(),
  stderr: excerptSchema.optional(),
});

/** One unit of work, started and ended once. Times are ms on the record's monotonic clock, from `Record.startedAt`. */
export type Flow = Inferred<typeof flowSchema>;

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

/** Every value that several machines measured, each with its own: percentiles are exact. */
export interface JoinedDistribution {
  readonly count: number;
  readonly mean: number;
  /** The value that has so many before it, ascending: of 0 it is the least. */
  readonly ranked: (before: number) => number;
}

export type Distribution = ExactDistribution | JoinedDistribution | CoarseDistribution;

/** What flows reported by one name; one value a flow. */
export interface ReportedTotals {
  readonly unit: ReportedUnit;
  readonly values: Distribution;
  readonly sum: number;
}

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

export type ErrorGroup = Inferred<typeof errorGroupSchema>;

/** A stretch of the record's clock, ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Most flows in flight at one instant, and of how many flows that was seen. */
export interface InFlight {
  readonly most: number;
  readonly of: number;
  /** On each of the machines that have shared the run; `most` is the largest of them: they did not start together. */
  readonly machines?: readonly number[];
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
  /** Of a mix: the same of the flows of each part. */
  readonly parts?: ReadonlyMap<string, FlowTally>;
  /** Most in flight at one instant, and of how many flows that was seen: the first million. */
  mostInFlight(): InFlight;
  /** Most in flight in each of `slices` equal parts of the window. */
  inFlightOver(slices: number): readonly number[];
  /** Over ok flows that are bystanders, as all times are. */
  flowTimes(): Distribution | undefined;
  /** To the first byte of every response of ok flows. */
  firstByteTimes(): Distribution | undefined;
  /** Over ok flows, by name, in order of appearance; a step that a flow runs twice counts twice. */
  stepTimes(): ReadonlyMap<string, Distribution>;
  /** What started flows reported, however they ended, by name, in order of appearance. */
  reported(): ReadonlyMap<string, ReportedTotals>;
  /** Of bystanders, the most frequent first; with those of flows that were killed, or without. */
  errorKinds(options: { readonly killed: boolean }): readonly ErrorGroup[];
}
