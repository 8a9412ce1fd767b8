import { formatRatio, formatTime } from '../../lib/format.js';
import { seededRandom, seedOf } from '../../lib/random.js';
import { countedFlows } from '../../measure/figures.js';
import { measure, summarize } from '../../measure/summarize.js';
import { tallyOf } from '../../measure/tally.js';
import type { Pair, PairOrder, Round } from '../../model/comparison.js';
import { metricName, type MetricRef } from '../../model/metrics.js';
import type { Record, Sample } from '../../model/record.js';
import { SIDES } from '../opponent.js';

/** Shown and used to explain a difference, whatever the thresholds ask for. */
const ALWAYS: readonly MetricRef[] = [
  { metric: 'flow_time', stat: 'med' },
  { metric: 'flow_time', stat: 'p95' },
  { metric: 'throughput' },
  { metric: 'cpu_per_flow' },
  { metric: 'peak_memory' },
  { metric: 'peak_threads' },
  { metric: 'success_rate' },
];

/** Steps whose median a round holds: a name made anew by every flow must not swell the results. */
const MOST_STEPS = 20;

interface RoundSurroundings {
  /** Asked for by thresholds. */
  readonly metrics: readonly MetricRef[];
  /** Share of the machine's CPU time that was given to others, 0…1; undefined where it is not known. */
  readonly steal: number | undefined;
}

/** What a comparison keeps of one run of the concurrent scenario. */
export function roundOf(record: Record, { metrics, steal }: RoundSurroundings): Round {
  const measures = summarize(record);
  const tally = tallyOf(record);
  const steps = [...measures.steps.keys()]
    .slice(0, MOST_STEPS)
    .map((label): MetricRef => ({ metric: 'step', label, stat: 'med' }));
  const values = [...ALWAYS, ...steps, ...metrics].map((ref) => [
    metricName(ref),
    measure(measures, ref).value,
  ]);
  const units = metrics.flatMap((ref) => {
    const unit = ref.metric === 'metric' ? measures.reported.get(ref.label ?? '')?.unit : undefined;
    return unit === undefined ? [] : [[metricName(ref), unit] as const];
  });
  const started = countedFlows(tally, record);
  const held = heldIn(record.monitor.samples);
  const startSkew = measures.scalars.start_skew.value;
  return {
    values: Object.fromEntries(values) as Round['values'],
    ...(units.length === 0 ? {} : { units: Object.fromEntries(units) }),
    // What was killed by a limit has failed; nothing is injected in a round.
    flows: { started, failed: started - tally.counts.ok },
    steal,
    startSkew: startSkew ?? undefined,
    held,
  };
}

/** A pair in which either round is beyond one of these is dropped as a whole. */
export interface ValidityLimits {
  /** Share of the machine's CPU time given to others, 0…1. */
  readonly steal: number;
  /** ms */
  readonly startSkew: number;
}

export const VALIDITY_LIMITS: ValidityLimits = { steal: 0.05, startSkew: 100 };

/**
 * Blind to the outcome twice over: no metric is looked at, and base and head are treated alike, so that swapping the
 * two rounds changes nothing and under the null hypothesis a kept difference is still as likely as its opposite.
 */
export function isValid({ base, head }: Pair, limits: ValidityLimits): boolean {
  return isUndisturbed(base, limits) && isUndisturbed(head, limits);
}

/** Why a pair is dropped, for people; undefined if it is kept. */
export function whyDropped(pair: Pair, limits: ValidityLimits): string | undefined {
  const reasons = SIDES.flatMap((side) => {
    const { steal = 0, startSkew = 0 } = pair[side];
    return [
      ...(steal > limits.steal
        ? [`${formatRatio(steal)} of the machine was given to others while ${side} ran`]
        : []),
      ...(startSkew > limits.startSkew ? [`flows of ${side} started ${formatTime(startSkew)} apart`] : []),
    ];
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** What was not measured can not speak against a round. */
export function isUndisturbed({ steal = 0, startSkew = 0 }: Round, limits: ValidityLimits): boolean {
  return steal <= limits.steal && startSkew <= limits.startSkew;
}

/** Standard deviation of ln of the values; undefined for fewer than two, or where one is not above 0. */
export function deviationOfLogs(values: readonly number[]): number | undefined {
  const logs = values.map(Math.log);
  if (logs.length < 2 || !logs.every(Number.isFinite)) return undefined;
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  return Math.sqrt(squares / (logs.length - 1));
}

type Held = NonNullable<Round['held']>;

/**
 * The lowest that service and host were seen to hold in a round, resident bytes: what a garbage collector has yet to
 * collect, and what the flows under way hold, is above it. Undefined if nothing outlives the flows, or nothing was seen.
 */
export function heldIn(samples: readonly Sample[]): Held | undefined {
  const service = lowest(samples.flatMap(({ serviceMemory }) => serviceMemory ?? []));
  const host = lowest(samples.flatMap(({ hostMemory }) => hostMemory ?? []));
  if (service === undefined && host === undefined) return undefined;
  return { service, host };
}

function lowest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((least, value) => Math.min(least, value));
}

/**
 * Which tree of a pair runs first: a seeded coin for each pair by itself, dropped ones included. Under whatever noise of
 * the machine (drift, a period, a place that is slower), a difference is then as likely as its opposite, whatever the
 * pairs before it were (Fisher, "The design of experiments", 1935). Balance within blocks would give that up.
 */
export function orderOf(pair: number, seed: number): PairOrder {
  return seededRandom(seedOf(seed, pair))() < 0.5 ? 'base_first' : 'head_first';
}
