import { formatConfidence } from '../../lib/format.js';
import { distributionOf, percentile } from '../../lib/statistics/distribution.js';
import type { Misses } from '../../lib/statistics/signed-rank.js';
import type {
  ComparedMetric,
  ComparisonOutcome,
  ComparisonResult,
  Pair,
  Round,
} from '../../model/comparison.js';
import type { ReportedUnit } from '../../model/flow.js';
import { parseMetricName } from '../../model/metrics.js';
import type { Evidence, EvidenceOfPairs } from './batches.js';
import { type Bounds, changeOf, evidenceOf, limitOf, marginOf, pooled } from './evidence.js';

/** The look that a metric is compared at. */
interface Sight {
  readonly misses: Misses;
  /** ln of the ratio by which one start of either side may differ by itself; undefined where starts are in the pairs. */
  readonly starts?: Bounds;
  /** With which the interval holds the truth over all looks. */
  readonly confidence: number;
  readonly looks: number;
  readonly dropped: number;
}

export interface MetricComparison {
  readonly result: ComparisonResult;
  /** Known to be worse, better than base by more than the margin; what the steps over several metrics count. */
  readonly worse: boolean;
  readonly better: boolean;
  /** No further pair will change it. */
  readonly settled: boolean;
  /** It has a limit of base itself, which nothing shows to hold, and there is a hint that head is worse. */
  readonly suspected: boolean;
}

/** One metric at one look; `pairs` are the valid ones. */
export function compareMetric(pairs: readonly Pair[], asked: ComparedMetric, sight: Sight): MetricComparison {
  const metric = withoutRatios(pairs, asked) ? { ...asked, scale: 'absolute' as const } : asked;
  const units = unitsOf(pairs, metric);
  const known = {
    metric: metric.metric,
    scale: metric.scale,
    ...(units[0] === undefined ? {} : { unit: units[0] }),
    ...(isMeantLower(metric) ? { worse: 'lower' as const } : {}),
    ...typicalValues(pairs, metric),
    pairs: pairs.length,
    dropped: sight.dropped,
    looks: sight.looks,
    limit: metric.limit,
  };
  const finding = units.length > 1 ? { reason: inUnits(metric, units) } : evidenceOf(pairs, metric, sight);
  if ('reason' in finding) {
    const result = { ...known, ...NOTHING_KNOWN, reason: finding.reason };
    return { result, worse: false, better: false, settled: pairs.length > 0, suspected: false };
  }
  const { evidence } = finding;
  const limit = limitOf(metric);
  const outcome = outcomeOf(evidence, limit);
  const result = {
    ...known,
    ...changes(metric, evidence),
    confidence: Number.isFinite(evidence.high) ? confidenceOf(evidence, sight.confidence) : null,
    outcome,
    ...detectable(metric, evidence, { ...sight, pairs: pairs.length }),
    dependence: evidence.dependence,
    ...reasonOf(evidence, { metric, pairs: pairs.length, confidence: sight.confidence }),
  };
  const { worse, better } = evidence;
  const suspected = metric.limit === 0 && outcome === 'unresolved' && evidence.suspected;
  // What looks better by as much as would matter for the worse is given the pairs to show it.
  const mayImprove = outcome === 'no_regression' && evidence.center <= -limit;
  return { result, worse, better, settled: outcome !== 'unresolved' && !mayImprove, suspected };
}

/**
 * Flows may well report 0, and a limit of base itself is understood without a ratio: where one side of a pair is 0 and the
 * other is not, amounts are compared. Both sides are asked alike, so that under no difference a pair is still as likely as its opposite.
 */
function withoutRatios(pairs: readonly Pair[], metric: ComparedMetric): boolean {
  const isReported = parseMetricName(metric.metric).definition?.unit === undefined;
  if (!isReported || metric.scale !== 'relative' || metric.limit !== 0 || metric.worse === 'lower')
    return false;
  return pairs.some(({ base, head }) => {
    const [before, after] = [valueOf(base, metric), valueOf(head, metric)];
    return before !== null && after !== null && (before === 0) !== (after === 0);
  });
}

/** Of a metric that flows report: that more of it is better only the config knows. */
function isMeantLower({ metric, worse }: ComparedMetric): boolean {
  return worse === 'lower' && parseMetricName(metric).definition?.worse !== 'lower';
}

/** Of a metric that flows report: more than one if base and head do not report the same. Head's first. */
function unitsOf(pairs: readonly Pair[], { metric }: ComparedMetric): readonly ReportedUnit[] {
  const of = (side: 'head' | 'base') => pairs.flatMap((pair) => pair[side].units?.[metric] ?? []);
  return [...new Set([...of('head'), ...of('base')])];
}

function inUnits({ metric }: ComparedMetric, units: readonly ReportedUnit[]): string {
  return `${metric} is not reported in one unit (${units.join(' of head, ')} of base)`;
}

const NOTHING_KNOWN = {
  change: null,
  low: null,
  high: null,
  confidence: null,
  outcome: 'unresolved',
  mde: null,
  needed: null,
} as const;

/** The three answers of docs/statistics.md, and one for what became faster. */
function outcomeOf({ center, worse, better, atMost }: Evidence, limit: number): ComparisonOutcome {
  if (worse && center >= limit) return 'regression';
  if (better) return 'improvement';
  return atMost !== undefined && atMost < limit ? 'no_regression' : 'unresolved';
}

function changes(
  metric: ComparedMetric,
  { center, low, high }: Evidence,
): Pick<ComparisonResult, 'change' | 'low' | 'high'> {
  const change = changeOf(metric, center);
  // Without ends it is not known.
  if (!Number.isFinite(high - low)) return { change, low: null, high: null };
  const ends = [changeOf(metric, low), changeOf(metric, high)] as const;
  return { change, low: Math.min(...ends), high: Math.max(...ends) };
}

function confidenceOf({ missed }: Evidence, asked: number): number {
  return missed === undefined ? asked : Math.max(0, 1 - missed.low - missed.high);
}

/** Why the pairs can not tell, whatever they are. A limit of base itself holds without a hint that it is broken. */
function reasonOf(
  evidence: EvidenceOfPairs,
  { metric, pairs, confidence }: { metric: ComparedMetric; pairs: number; confidence: number },
): Pick<ComparisonResult, 'reason'> {
  if (evidence.missed !== undefined) return { reason: tooFew(pairs, confidence) };
  const { batches } = evidence.dependence;
  if (batches === undefined || pairs >= 2 * batches) return {};
  if (metric.limit === 0 && !evidence.suspected) return {};
  return { reason: `${resemblance(evidence.dependence)}: it takes ${2 * batches} to judge them by batches` };
}

/** `pairs resemble their neighbours (correlation 0.62)`. */
export function resemblance({ correlation }: NonNullable<ComparisonResult['dependence']>): string {
  return `pairs resemble their neighbours (correlation ${correlation.toFixed(2)})`;
}

function tooFew(pairs: number, confidence: number): string {
  const few = pairs === 1 ? '1 pair is too few' : `${pairs} pairs are too few`;
  return `${few} to be ${formatConfidence(confidence)} sure of anything`;
}

/**
 * What so many pairs detect, and how many pairs tell a change of the limit from the margin: the interval narrows with
 * the root of their number, but for what it was widened by. A change is detected if the bound is beyond the margin and
 * the estimate reaches the limit; in 95% of runs the estimate falls short of the change by distance − half at most.
 *
 * Nothing where the interval does not hold what was asked for, nor pairs for a limit within the margin, or one that no
 * number of pairs tells.
 */
function detectable(
  metric: ComparedMetric,
  evidence: EvidenceOfPairs,
  { pairs, misses }: { readonly pairs: number; readonly misses: Misses },
): Pick<ComparisonResult, 'mde' | 'needed' | 'widened'> {
  if (evidence.missed !== undefined || !Number.isFinite(evidence.high)) return { mde: null, needed: null };
  const margin = marginOf(metric);
  const limit = limitOf(metric);
  const half = (evidence.high - evidence.low) / 2;
  const widened = evidence.widened && (evidence.widened.low + evidence.widened.high) / 2;
  const ratio = detectableDistance(1, misses.low);
  const room = (limit - margin) / ratio - (widened ?? 0);
  return {
    mde: Math.abs(changeOf(metric, Math.max(margin + ratio * half, limit + (ratio - 1) * half))),
    needed: room > 0 ? Math.ceil(pairs * ((half - (widened ?? 0)) / room) ** 2) : null,
    ...(widened === undefined ? {} : { widened }),
  };
}

/**
 * The minimum detectable effect if there were so many pairs in place of those of a result. How far beyond its interval's
 * half an effect has to be is told by the effect that it has. Null where it has none.
 */
export function detectableWith(
  pairs: number,
  result: ComparisonResult,
  { worse }: Pick<ComparedMetric, 'worse'>,
): number | null {
  const { low, high, mde, widened = 0 } = result;
  if (low === null || high === null || mde === null || result.scale === 'rate') return null;
  const metric: ComparedMetric = { ...result, worse };
  const toWorse = (amount: number): number => limitOf({ ...metric, limit: amount });
  const [margin, limit, effect] = [marginOf(metric), limitOf(metric), toWorse(mde)];
  const sign = worse === 'higher' ? 1 : -1;
  const half = Math.abs(toWorse(sign * high) - toWorse(sign * low)) / 2;
  if (half === 0) return mde;
  const ratio = Math.min((effect - margin) / half, 1 + (effect - limit) / half);
  const then = (half - widened) * Math.sqrt(result.pairs / pairs) + widened;
  return Math.abs(changeOf(metric, Math.max(margin + ratio * then, limit + (ratio - 1) * then)));
}

function typicalValues(
  pairs: readonly Pair[],
  metric: ComparedMetric,
): Pick<ComparisonResult, 'base' | 'head'> {
  if (metric.scale !== 'rate') {
    return {
      base: medianOf(pairs.map(({ base }) => valueOf(base, metric))),
      head: medianOf(pairs.map(({ head }) => valueOf(head, metric))),
    };
  }
  const { base, head } = pooled(pairs.map((pair) => ({ base: pair.base.flows, head: pair.head.flows })));
  const rate = ({ started, failed }: Round['flows']): number | null => {
    if (started === 0) return null;
    return (metric.worse === 'higher' ? failed : started - failed) / started;
  };
  return { base: rate(base), head: rate(head) };
}

function valueOf({ values }: Round, { metric }: ComparedMetric): number | null {
  return values[metric] ?? null;
}

/** Of those that are known; null if none is. */
export function medianOf(values: readonly (number | null)[]): number | null {
  const distribution = distributionOf(values.filter((value) => value !== null));
  return distribution === undefined ? null : percentile(distribution, 50);
}

/** In how many of a hundred runs an effect of the stated size is to be seen. */
const POWER = 0.95;

/** Variance of the Hodges–Lehmann estimate over that of the mean, for normal noise: π/3 ≈ 1.05 (Hodges and Lehmann 1956). */
const PRICE_OF_RANKS = Math.PI / 3;

interface Sizing {
  /** Distance from the margin to the effect, on the scale of the differences: ln((1 + effect) ÷ (1 + margin)). */
  readonly distance: number;
  /** Standard deviation of a difference. */
  readonly deviation: number;
  /** With which the bound may miss on this side. */
  readonly miss: number;
}

/**
 * K = π/3 · ((z_miss + z_power)·σ ÷ distance)² + z_miss²/2: pairs for one look at one metric, not rounded. The last term
 * is what it takes to learn σ from the same pairs (Guenther, "Sample size formulas for normal theory t tests", 1981).
 */
export function requiredPairs({ distance, deviation, miss }: Sizing): number {
  const z = upperNormal(miss);
  return PRICE_OF_RANKS * (((z + upperNormal(1 - POWER)) * deviation) / distance) ** 2 + z ** 2 / 2;
}

/**
 * The same turned around: how far from the margin an effect has to be for so many pairs to show it. Infinite for pairs
 * too few to learn σ from.
 */
export function distanceShown({
  pairs,
  deviation,
  miss,
}: Omit<Sizing, 'distance'> & { readonly pairs: number }): number {
  const z = upperNormal(miss);
  const left = pairs - z ** 2 / 2;
  return left <= 0 ? Infinity : (z + upperNormal(1 - POWER)) * deviation * Math.sqrt(PRICE_OF_RANKS / left);
}

/** Standard deviation of a difference whose estimate over so many pairs has this standard error. */
export function deviationOf(standardError: number, pairs: number): number {
  return standardError * Math.sqrt(pairs / PRICE_OF_RANKS);
}

/**
 * z·√2·ln(1 + s): ln of the ratio of two starts of the same program exceeds it with a chance of `miss`, if starts differ
 * by s (standard deviation): 2.58·√2·s at ½%. Added to the bounds of the pairs it is more than both together come to,
 * √(z²a² + z²b²) ≤ za + zb, so that what may be missed stays what it was.
 */
export function startsApart(startSpread: number, miss: number): number {
  return upperNormal(miss) * Math.SQRT2 * Math.log1p(startSpread);
}

/**
 * How far from the margin an effect has to be to be seen, when its interval is `half` to either side: the bound lies
 * half = z_miss·s below the estimate, s its standard error, and the estimate is above its truth − z_power·s in `POWER`
 * of all runs.
 */
export function detectableDistance(half: number, miss: number): number {
  return half * (1 + upperNormal(1 - POWER) / upperNormal(miss));
}

/**
 * z with P(Z > z) = p for 0 < p < 1, within 0.00045 (Hastings 1955; Abramowitz and Stegun 26.2.23): enough to count
 * pairs, not to judge them.
 */
export function upperNormal(p: number): number {
  if (p > 0.5) return -upperNormal(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  return t - above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
