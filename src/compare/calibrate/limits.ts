import { signedRankInterval } from '../../lib/statistics/signed-rank.js';
import type { CalibratedMetric, ScenarioCalibration } from '../../model/calibration.js';
import type { ComparedMetric, Pair } from '../../model/comparison.js';
import { changeOf, differenceOf, limitOf, marginOf } from '../statistics/evidence.js';
import { beginComparison } from '../statistics/looks.js';
import {
  detectableDistance,
  deviationOf,
  distanceShown,
  requiredPairs,
  startsApart,
  upperNormal,
} from '../statistics/metric.js';
import { thinned } from './replay.js';

/** How much the pairs of the same code differ, on the scale of their differences. */
export interface Noise {
  /** Standard deviation. */
  readonly deviation: number;
  /**
   * Standard deviation of the normal noise for which the signed ranks of so many pairs would give as wide an interval.
   * Of heavy-tailed noise it is smaller than the standard deviation, as the comparison is by ranks. Where values come in
   * steps, so that many differences are zero, an interval by ranks knows nothing of their size: it is the deviation then.
   */
  readonly spread: number;
}

/** Chance with which either bound of the interval that the spread is taken from misses. */
const MISS = 0.05;
/** Share of differences that are zero from which values are taken to come in steps, as CPU time in the kernel's ticks. */
const STEPWISE = 0.1;
/** Of fewer pairs such an interval can not be had. */
const FEWEST = 5;

/** Undefined for rates, which have no differences of rounds, and for too few pairs, or ones without a value. */
export function noiseOf(pairs: readonly Pair[], metric: ComparedMetric): Noise | undefined {
  if (metric.scale === 'rate') return undefined;
  const differences = pairs.map(({ base, head }) => {
    const [before, after] = [base.values[metric.metric] ?? null, head.values[metric.metric] ?? null];
    return before === null || after === null ? undefined : differenceOf(metric, before, after);
  });
  const known = differences.filter((difference) => difference !== undefined);
  if (known.length < FEWEST || known.length < differences.length) return undefined;
  const ranked = thinned(known);
  const interval = signedRankInterval(ranked, { low: MISS, high: MISS });
  if (!interval.reached.low) return undefined;
  const half = (interval.high - interval.low) / 2;
  const deviation = standardDeviation(known);
  const isStepwise = known.filter((difference) => difference === 0).length > STEPWISE * known.length;
  const spread = isStepwise ? deviation : deviationOf(half / upperNormal(MISS), ranked.length);
  return { deviation, spread };
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Valid pairs at each look of a comparison of these metrics. */
export function looksAt(metrics: readonly ComparedMetric[]): readonly number[] {
  return beginComparison(metrics).plan.looks.map(({ pairs }) => pairs);
}

/**
 * The smallest limit that so many pairs can hold a metric to: a change for the worse of this size is told from the margin
 * in 95% of comparisons, the sample size of a paired test turned around. Null before the first look, where nothing is ever told.
 */
export function smallestLimit(
  { spread }: Pick<Noise, 'spread'>,
  { metric, metrics, startSpread, pairs }: Holding & { readonly pairs: number },
): number | null {
  const distances = chancesToTell(metrics, pairs).map(
    ({ pairs: at, miss }) =>
      distanceShown({ pairs: at, deviation: spread, miss }) + widening({ metrics, startSpread }, miss),
  );
  const distance = Math.min(...distances);
  return Number.isFinite(distance) ? Math.abs(changeOf(metric, marginOf(metric) + distance)) : null;
}

interface Holding {
  readonly metric: ComparedMetric;
  /** All that are compared with it: they share what may be missed. */
  readonly metrics: readonly ComparedMetric[];
  /** As `beginComparison` has it. */
  readonly startSpread?: number;
}

/** How much further from the margin an effect has to be where intervals are widened for starts that differ. */
function widening({ metrics, startSpread = 0 }: Omit<Holding, 'metric'>, miss: number): number {
  const { alpha } = beginComparison(metrics).plan;
  return detectableDistance(startsApart(startSpread, alpha / 2 / metrics.length), miss);
}

/** Looks that so many pairs allow, with what the bound of a metric may miss at each; the last takes what is left over. */
function chancesToTell(
  metrics: readonly ComparedMetric[],
  pairs: number,
): readonly { readonly pairs: number; readonly miss: number }[] {
  const { looks, alpha } = beginComparison(metrics).plan;
  const taken = looks.filter((look) => look.pairs <= pairs);
  const first = looks[0]?.pairs ?? Infinity;
  if (pairs < first) return [];
  const missOf = (share: number): number => (share * alpha) / 2 / metrics.length;
  const left = looks.slice(taken.length).reduce((sum, { share }) => sum + share, 0);
  return [
    ...taken.map((look) => ({ pairs: look.pairs, miss: missOf(look.share) })),
    ...(left > 0 ? [{ pairs, miss: missOf(left) }] : []),
  ];
}

/** Pairs, up to the look that they are for, that hold the metric to its limit; Infinity if no look does. */
export function pairsForLimit(
  { spread }: Pick<Noise, 'spread'>,
  { metric, metrics, startSpread }: Holding,
): number {
  const { looks, alpha } = beginComparison(metrics).plan;
  const enough = looks.find(({ pairs, share }) => {
    const miss = (share * alpha) / 2 / metrics.length;
    const distance = limitOf(metric) - marginOf(metric) - widening({ metrics, startSpread }, miss);
    return distance > 0 && requiredPairs({ distance, deviation: spread, miss }) <= pairs;
  });
  return enough?.pairs ?? Infinity;
}

/** Limits are rounded up to half per cents. */
const STEP = 0.005;
/** At the margin itself, 2%, nothing could be told from it. */
const SMALLEST = 0.025;
/** Beyond it a limit says nothing any more. */
export const LARGEST = 0.5;

/** A limit that people would write; null where there is none to be had. */
export function suggestedLimit({
  smallest,
  scale,
}: Pick<CalibratedMetric, 'smallest' | 'scale'>): number | null {
  if (smallest === null || scale !== 'relative') return null;
  // 0.03 ÷ 0.005 is a little more than 6.
  const rounded = Math.max(SMALLEST, Math.ceil(smallest / STEP - 1e-9) * STEP);
  return rounded > LARGEST ? null : Number(rounded.toFixed(3));
}

/** A pair is sometimes dropped, and both sides are warmed up before. */
const SPARE = 1.25;
/** ms to which a budget is rounded up. */
const BUDGET_STEP = 10_000;

/** Undefined if there is no metric to hold to anything. */
export function suggestionOf(
  metrics: readonly ComparedMetric[],
  {
    calibrated,
    pairTime,
    startSpread,
  }: {
    readonly calibrated: readonly CalibratedMetric[];
    readonly pairTime: number;
    readonly startSpread?: number;
  },
): ScenarioCalibration['suggestion'] {
  const held = metrics.flatMap((metric) => {
    const { suggested = null, spread = null } =
      calibrated.find((each) => each.metric === metric.metric) ?? {};
    return suggested === null || spread === null ? [] : [{ metric: { ...metric, limit: suggested }, spread }];
  });
  if (held.length === 0) return undefined;
  const rates = metrics.filter(({ scale }) => scale === 'rate');
  const looks = looksAt(metrics);
  const needed = held.map(({ metric, spread }) =>
    pairsForLimit({ spread }, { metric, metrics, startSpread }),
  );
  const pairs = Math.min(Math.max(...needed), looks.at(-1) ?? Infinity);
  return {
    thresholds: [
      ...held.map(({ metric }) => expressionOf(metric)),
      ...rates.map(({ metric, worse }) => `${metric} ${worse === 'lower' ? '>=' : '<='} base`),
    ],
    budget: Math.ceil((pairs * pairTime * SPARE) / BUDGET_STEP) * BUDGET_STEP,
    pairs,
    startSpread,
  };
}

function expressionOf({ metric, worse, limit }: ComparedMetric): string {
  const percent = `${Number((limit * 100).toFixed(1))}%`;
  return worse === 'higher' ? `${metric} <= base + ${percent}` : `${metric} >= base - ${percent}`;
}
