import {
  bystandersOf,
  type Distribution,
  type FlowTally,
  type Outcome,
  type ReportedTotals,
} from '../model/flow.js';
import type { Told } from '../model/imported.js';
import type { MetricId, PartMetric } from '../model/metrics.js';
import type { RetryPlan } from '../model/plan.js';
import type { Record } from '../model/record.js';
import { MOST_KINDS } from './errors.js';

/** One number in its base unit. Null is no data, and then the note says why; else it is a word on what was measured. */
export interface Figure {
  readonly value: number | null;
  /** The value is only known to be between `value` and this. */
  readonly atMost?: number;
  readonly note?: string;
}

/** Metrics that are made of samples; every other one is a scalar. */
export type DistributionId = 'flow_time' | 'step' | 'ttfb' | 'metric';
/** One value for each label. */
export type LabelledId = 'efficiency';
export type ScalarId = Exclude<MetricId, DistributionId | LabelledId>;

export type Figures<Id extends ScalarId> = { readonly [K in Id]: Figure };

/** Everything that can be asked of a record, ready to be looked up. */
export interface Measures {
  readonly scalars: Figures<ScalarId>;
  /** ms, over ok flows. */
  readonly flowTime: Distribution | undefined;
  /** ms, of every response of ok flows. */
  readonly ttfb: Distribution | undefined;
  /** By name, in order of appearance; ms, over ok flows. */
  readonly steps: ReadonlyMap<string, Distribution>;
  /** What started flows reported, by name, in order of appearance. */
  readonly reported: ReadonlyMap<string, ReportedTotals>;
  /** What the flows of a part of a mix tell by themselves; undefined if there is no such part, or none of its flows ran. */
  readonly partOf: (name: string) => PartMeasures | undefined;
  /** Undefined if the scenario has no ladder. */
  readonly ladder: LadderMeasures | undefined;
  /** Of what another tool has run: what its file tells, and how it is called. */
  readonly told?: (Told & { readonly format: string }) | undefined;
}

/** Of one part of a mix. */
export interface PartMeasures extends Pick<Measures, 'flowTime' | 'ttfb'> {
  readonly scalars: Figures<Extract<PartMetric, ScalarId>>;
}

type LadderMetric = 'memory_per_flow' | 'cpu_per_flow_share' | 'threads_per_flow' | 'knee';

/** What only a ladder tells: `summarize` is given it. */
export interface LadderMeasures {
  readonly scalars: Figures<LadderMetric>;
  /** Labels of the efficiencies: flows at once of each rung. */
  readonly rungs: readonly string[];
  readonly efficiency: (label: string) => Figure;
}

export const NO_FLOW = 'no flow was started';
export const NO_REQUEST = 'no flow made an HTTP request';
export const NONE_OK = 'no flow was ok';

export function figure(value: number, note?: string): Figure {
  return note === undefined ? { value } : { value, note };
}

export function noData(note: string): Figure {
  return { value: null, note };
}

export const NO_LADDER = noData('the scenario has no ladder');

/** The figure of a value that may not be there. */
export function figureOr(value: number | undefined, note: string): Figure {
  return value === undefined ? noData(note) : figure(value);
}

type FlowMetric =
  | 'success_rate'
  | 'error_rate'
  | 'total_time'
  | 'throughput'
  | 'start_skew'
  | 'dropped'
  | 'failed'
  | 'timed_out'
  | 'retried'
  | 'error_types';

/** What the flows alone tell. Without any flow nothing is zero: all of it is no data. */
export function flowFigures(
  tally: FlowTally,
  record: Pick<Record, 'interrupted' | 'aborted' | 'retries'>,
): Figures<FlowMetric> {
  const counts = bystandersOf(tally);
  const counted = countedFlows(tally, record);
  const why = whyNone(tally, record);
  const count = (outcome: Outcome): Figure => (counted === 0 ? noData(why) : figure(counts[outcome]));
  const total = totalTime(tally);
  return {
    success_rate: share(counts.ok, counted, why),
    error_rate: share(counted - counts.ok, counted, why),
    total_time: total,
    throughput: throughput(tally.counts.ok, total),
    start_skew: figureOr(tally.startSkew, 'no flow left a start barrier'),
    dropped: count('dropped'),
    failed: count('failed'),
    timed_out: count('timed_out'),
    retried: retried(tally, record.retries),
    error_types: counted === 0 ? noData(why) : errorTypes(tally, record),
  };
}

/** Beyond a thousand kinds all others are one, so that a limit above it would hold by what was not counted. */
function errorTypes(tally: FlowTally, record: Pick<Record, 'interrupted' | 'aborted' | 'retries'>): Figure {
  const kinds = tally.errorKinds({ killed: countsKilled(record) }).length;
  return kinds > MOST_KINDS
    ? noData(`more than ${MOST_KINDS} kinds of error, too many to count`)
    : figure(kinds);
}

function retried({ retried: count }: FlowTally, retries: RetryPlan | undefined): Figure {
  return retries === undefined ? noData('no retries are asked for') : figure(count);
}

/** Why there is no bystander to judge by, if there is none. */
function whyNone(tally: FlowTally, record: Pick<Record, 'interrupted' | 'aborted'>): string {
  if (startedFlows(tally) + tally.counts.dropped === 0) return NO_FLOW;
  return countsKilled(record) || bystandersOf(tally).killed === 0
    ? 'every flow was hit by a fault on purpose'
    : 'no flow had ended when the run was interrupted';
}

/** Sorts all starts and ends: of many flows it is asked for only where it is needed. */
export function concurrencyFigure(tally: FlowTally): Figure {
  const started = startedFlows(tally);
  if (started === 0) return noData(NO_FLOW);
  const { most, of, machines = [most] } = tally.mostInFlight();
  if (machines.length > 1) {
    const atMost = machines.reduce((sum, each) => sum + each, 0);
    return {
      value: most,
      atMost,
      note: `on one of ${machines.length} machines, which did not start together`,
    };
  }
  return figure(most, of === started ? undefined : `among the first ${of} flows that ended`);
}

function share(part: number, whole: number, why: string): Figure {
  // Divided, not 1 − x: 1 of 10 is exactly the 0.1 that `error_rate <= 10%` is read as.
  return whole === 0 ? noData(why) : figure(part / whole, `${part} of ${whole}`);
}

export function totalTime({ window }: Pick<FlowTally, 'window'>): Figure {
  return window === undefined ? noData(NO_FLOW) : figure(window.to - window.from);
}

export function throughput(ok: number, total: Figure): Figure {
  if (total.value === null) return total;
  if (total.value === 0) return noData('the run took no measurable time');
  return figure(ok / (total.value / 1000));
}

/** A run that was cut short, and what cut it killed flows. */
type CutShort = Pick<Record, 'interrupted' | 'aborted'>;

/**
 * Whether flows that were killed count as tried. Those that the interruption or the abortion of the run cut short are
 * neither ok nor failed: a cancelled run must not look like a broken pull request, and an aborted one not worse than
 * it was.
 */
export function countsKilled({ interrupted, aborted }: CutShort): boolean {
  return interrupted === undefined && aborted === undefined;
}

/** How many bystanders count as tried. */
export function countedFlows(tally: FlowTally, record: CutShort): number {
  const { ok, failed, timed_out, killed, dropped } = bystandersOf(tally);
  return ok + failed + timed_out + dropped + (countsKilled(record) ? killed : 0);
}

/** How many flows ran, however they ended; a dropped one never did. */
export function startedFlows({ counts: { ok, failed, timed_out, killed } }: FlowTally): number {
  return ok + failed + timed_out + killed;
}

/** What the connections of HTTP flows carried. */
export function httpFigures({
  received,
  sent,
  resent,
}: FlowTally): Figures<'bytes_received' | 'bytes_sent' | 'resent'> {
  return {
    bytes_received: figureOr(received, NO_REQUEST),
    bytes_sent: figureOr(sent, NO_REQUEST),
    resent: figureOr(sent === undefined ? undefined : resent, NO_REQUEST),
  };
}
