import { plural } from '../../lib/format.js';
import {
  moreFailed,
  shareBounds,
  signFlipTest,
  stratifiedTest,
  type Stratum,
} from '../../lib/statistics/exact-counts.js';
import { distributionOf, percentile } from '../../lib/statistics/distribution.js';
import { type Misses, signedRankInterval } from '../../lib/statistics/signed-rank.js';
import { studentQuantile } from '../../lib/statistics/slopes.js';
import type { ComparedMetric, ComparisonOutcome, ComparisonResult, Pair } from '../../model/comparison.js';
import { type Evidence, type EvidenceOfPairs, judgedBy } from './batches.js';

/** An amount for either bound. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Either the evidence, or why there is none. */
type Finding = { readonly evidence: EvidenceOfPairs } | { readonly reason: string };

/** @param starts ln of the ratio by which the one start of either side, that all pairs share, may differ by itself */
export function evidenceOf(
  pairs: readonly Pair[],
  metric: ComparedMetric,
  { misses, starts }: { readonly misses: Misses; readonly starts?: Bounds },
): Finding {
  if (pairs.length === 0) return { reason: 'there is no valid pair of rounds' };
  if (metric.scale === 'rate') {
    const strata = pairs.map(({ base, head }) => ({ base: base.flows, head: head.flows }));
    const { base, head } = pooled(strata);
    if (base.started === 0 || head.started === 0) return { reason: 'no flow was started' };
    const judge = (batches: readonly Stratum[]): Evidence => ofRates(batches, misses);
    return { evidence: judgedBy(strata, { difference: moreFailed, joined: pooled, judge }, misses) };
  }
  const differences = differencesOf(pairs, metric);
  if ('reason' in differences) return differences;
  const judge = (batches: readonly number[]): Evidence => ofDifferences(batches, metric, misses);
  const evidence = judgedBy(differences, { difference: (one) => one, joined: meanOf, judge }, misses);
  if (starts === undefined) return { evidence };
  return { evidence: widenedBy(amountsOf(starts, metric, pairs), evidence, marginOf(metric)) };
}

/** Of an absolute difference: so much of base's median. */
function amountsOf(starts: Bounds, { scale, metric }: ComparedMetric, pairs: readonly Pair[]): Bounds {
  if (scale === 'relative') return starts;
  const bases = distributionOf(pairs.map(({ base }) => Math.abs(base.values[metric] ?? 0)));
  const base = bases === undefined ? 0 : percentile(bases, 50);
  return { low: starts.low * base, high: starts.high * base };
}

function widenedBy(by: Bounds, evidence: EvidenceOfPairs, margin: number): EvidenceOfPairs {
  const [low, high] = [evidence.low - by.low, evidence.high + by.high];
  return {
    ...evidence,
    low,
    high,
    worse: evidence.worse && low > margin,
    better: evidence.better && high < -margin,
    atMost: evidence.atMost === undefined ? undefined : high,
    widened: by,
  };
}

function differencesOf(
  pairs: readonly Pair[],
  metric: ComparedMetric,
): readonly number[] | { readonly reason: string } {
  const differences: number[] = [];
  let missing = 0;
  let fallen = 0;
  for (const { base, head } of pairs) {
    const before = base.values[metric.metric] ?? null;
    const after = head.values[metric.metric] ?? null;
    if (before === null || after === null) {
      missing += 1;
      continue;
    }
    if (isNothingLeft(metric, before, after)) fallen += 1;
    const difference = differenceOf(metric, before, after);
    if (difference !== undefined) differences.push(difference);
  }
  // A round without a value is likely one that went wrong: leaving it out would not be blind to the outcome.
  if (missing > 0) return { reason: `${inPairs(missing, pairs)} no ${metric.metric} to compare` };
  if (fallen > 0) return { reason: `${inPairs(fallen, pairs)} nothing left of ${metric.metric} in head` };
  if (differences.length < pairs.length) return { reason: notPositive(pairs.length - differences.length) };
  return differences;
}

/** With which a hint of something worse has a limit of base itself go on. */
const HINT = 0.1;

function ofDifferences(differences: readonly number[], metric: ComparedMetric, misses: Misses): Evidence {
  const { center, low, high, reached, missed } = signedRankInterval(differences, misses);
  const margin = marginOf(metric);
  return {
    center,
    low,
    high,
    worse: reached.low && low > margin,
    better: reached.high && high < -margin,
    atMost: reached.high ? high : undefined,
    // A limit of base itself alone asks for it, and the averages of many pairs take their time.
    suspected: metric.limit === 0 && signedRankInterval(differences, { low: HINT, high: HINT }).low > margin,
    missed: reached.low && reached.high ? undefined : missed,
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Head has nothing of what is worse when lower: no ratio tells how much worse that is. */
function isNothingLeft({ scale, worse }: ComparedMetric, base: number | null, head: number | null): boolean {
  return scale === 'relative' && worse === 'lower' && head === 0 && base !== null && base > 0;
}

/** `3 of 12 pairs have`. */
function inPairs(count: number, { length }: readonly Pair[]): string {
  return `${count} of ${plural(length, 'pair')} ${count === 1 ? 'has' : 'have'}`;
}

function notPositive(count: number): string {
  const pairs = count === 1 ? '1 pair has' : `${count} pairs have`;
  return `${pairs} a value that is not above 0, and so no ratio; compare by a quantity, such as base + 10, and flows that fail by success_rate`;
}

/**
 * Of what may be missed on a side, half goes to the stratified test, which finds a difference best, and a quarter to
 * each of the two bounds, one for base and one for head, which say how large it can be. All of these take flows to fail
 * independently of each other; rounds that fail as a whole make them cry, or clear what is worse. So the rounds, each
 * taken as one, must tell it too: a difference by their signs, and how large it can be by how they spread.
 */
function ofRates(strata: readonly Stratum[], misses: Misses): Evidence {
  const { base, head } = pooled(strata);
  const flows = stratifiedTest(strata);
  const rounds = signFlipTest(strata);
  const low = shareBounds(head, misses.low / 4).low - shareBounds(base, misses.low / 4).high;
  const high = shareBounds(head, misses.high / 4).high - shareBounds(base, misses.high / 4).low;
  const worse = (flows.greater <= misses.low / 2 || low > 0) && rounds.greater <= misses.low;
  const better = (flows.less <= misses.high / 2 || high < 0) && rounds.less <= misses.high;
  const spread = spreadBounds(strata, misses);
  const lower = Math.min(low, spread.low);
  const upper = Math.max(high, spread.high);
  const atMost = better ? Math.min(upper, 0) : Math.max(upper, JUST_ABOVE);
  // All rounds the same way have this chance: with fewer no difference counts, however many flows tell it.
  const least = 2 ** -strata.length;
  const missed = { low: Math.max(misses.low, least), high: Math.max(misses.high, least) };
  const reached = least <= Math.min(misses.low, misses.high);
  return {
    center: head.failed / head.started - base.failed / base.started,
    low: worse ? Math.max(lower, 0) : Math.min(lower, -JUST_ABOVE),
    high: atMost,
    worse,
    better,
    atMost: reached ? atMost : undefined,
    suspected: flows.greater <= HINT,
    missed: reached ? undefined : missed,
  };
}

/** The mean of what head failed more in each pair, by how the pairs spread (Student, "The probable error of a mean", 1908). */
function spreadBounds(strata: readonly Stratum[], misses: Misses): { low: number; high: number } {
  const degrees = strata.length - 1;
  if (degrees < 1) return { low: -1, high: 1 };
  const differences = strata.map(moreFailed);
  const mean = meanOf(differences);
  const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0);
  const error = Math.sqrt(squares / degrees / strata.length);
  // In flows of a round; as a share of them.
  const flows = meanOf(strata.map(({ base, head }) => Math.min(base.started, head.started)));
  const bound = (miss: number): number => studentQuantile(2 * miss, degrees) * error;
  return {
    low: Math.max(-1, (mean - bound(misses.low)) / flows),
    high: Math.min(1, (mean + bound(misses.high)) / flows),
  };
}

/** An interval that holds 0 and does not only touch it, which would say that the test has found a difference. */
const JUST_ABOVE = Number.EPSILON;

/** All pairs in one table. */
export function pooled(strata: readonly Stratum[]): Stratum {
  const total = (side: 'base' | 'head', of: 'started' | 'failed'): number =>
    strata.reduce((sum, stratum) => sum + stratum[side][of], 0);
  return {
    base: { started: total('base', 'started'), failed: total('base', 'failed') },
    head: { started: total('head', 'started'), failed: total('head', 'failed') },
  };
}

/*
 * Differences are on a scale of their own, turned so that more is worse: ln(head ÷ base) if relative, head − base if
 * absolute or a rate, with the sign turned around for a metric that is worse when lower.
 */

/** 2%: two builds of the same code differ by that much for reasons of memory layout alone. */
export const RELATIVE_MARGIN = 0.02;

/** The difference of one pair; undefined if it has none. */
export function differenceOf(
  { scale, worse }: ComparedMetric,
  base: number,
  head: number,
): number | undefined {
  const sign = worse === 'higher' ? 1 : -1;
  if (scale !== 'relative') return sign * (head - base);
  if (base === 0 && head === 0) return 0;
  return base > 0 && head > 0 ? sign * Math.log(head / base) : undefined;
}

/** The change that a difference means: head ÷ base − 1, or head − base. */
export function changeOf({ scale, worse }: ComparedMetric, difference: number): number {
  const signed = worse === 'higher' ? difference : 0 - difference;
  return scale === 'relative' ? Math.expm1(signed) : signed;
}

export function limitOf(metric: ComparedMetric): number {
  return worsening(metric, metric.limit);
}

export function marginOf(metric: ComparedMetric): number {
  return worsening(metric, metric.margin ?? (metric.scale === 'relative' ? RELATIVE_MARGIN : 0));
}

/** The difference that a change for the worse of this size makes. */
function worsening({ scale, worse }: ComparedMetric, amount: number): number {
  if (scale !== 'relative') return amount;
  return worse === 'higher' ? Math.log1p(amount) : -Math.log1p(-amount);
}

/**
 * What a result says of another limit than the one it was compared by. The interval does not depend on the limit, so
 * whatever it says is as sure as what it says of its own; with what it says of all of them together.
 */
export function outcomeAt(
  result: ComparisonResult,
  { worse, limit, margin }: Pick<ComparedMetric, 'worse' | 'limit' | 'margin'>,
): ComparisonOutcome {
  const { change, low, high, scale, reason } = result;
  if (limit === result.limit) return result.outcome;
  // A reason says that nothing can be claimed.
  if (change === null || low === null || high === null || reason !== undefined) return 'unresolved';
  const sign = worse === 'higher' ? 1 : -1;
  const [from, to] = worse === 'higher' ? [low, high] : [-high, -low];
  const beyond = margin ?? (scale === 'relative' ? RELATIVE_MARGIN : 0);
  // The exact test of rates may find a difference that its bounds only touch.
  const isWorse = scale === 'rate' ? from >= beyond : from > beyond;
  const isBetter = scale === 'rate' ? to <= -beyond : to < -beyond;
  if (isWorse && sign * change >= limit) return 'regression';
  if (isBetter) return 'improvement';
  return to < limit ? 'no_regression' : 'unresolved';
}

/** The changes that decide: the margin on either side, and the limit. */
export function marksOf(metric: ComparedMetric): readonly number[] {
  const margin = marginOf(metric);
  const differences = [margin, -margin, limitOf(metric)];
  return differences.map((difference) => changeOf(metric, difference)).filter(Number.isFinite);
}
