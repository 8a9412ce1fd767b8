import type {
  ComparedMetric,
  ComparisonOutcome,
  ComparisonResult,
  Pair,
  Round,
} from '../../model/comparison.js';
import { formatConfidence } from '../../lib/format.js';
import { distributionOf, percentile } from '../distribution.js';
import { evidenceOf, pooled, type Evidence } from './evidence.js';
import { changeOf, limitOf, marginOf } from './scale.js';
import { detectableDistance } from './sizing.js';
import type { Misses } from './walsh.js';

/** The look that a metric is compared at. */
interface Sight {
  readonly misses: Misses;
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
}

/** One metric at one look; `pairs` are the valid ones. */
export function compareMetric(
  pairs: readonly Pair[],
  metric: ComparedMetric,
  sight: Sight,
): MetricComparison {
  const known = {
    metric: metric.metric,
    scale: metric.scale,
    ...typicalValues(pairs, metric),
    pairs: pairs.length,
    dropped: sight.dropped,
    looks: sight.looks,
    limit: metric.limit,
  };
  const finding = evidenceOf(pairs, metric, sight.misses);
  if ('reason' in finding) {
    const result = { ...known, ...NOTHING_KNOWN, reason: finding.reason };
    return { result, worse: false, better: false, settled: pairs.length > 0 };
  }
  const { evidence } = finding;
  const limit = limitOf(metric);
  const outcome = outcomeOf(evidence, limit);
  const result = {
    ...known,
    ...changes(metric, evidence),
    confidence: confidenceOf(evidence, sight.confidence),
    outcome,
    ...detectable(metric, evidence, { ...sight, pairs: pairs.length }),
    ...(evidence.missed === undefined ? {} : { reason: tooFew(pairs.length, sight.confidence) }),
  };
  const { worse, better } = evidence;
  // What looks better by as much as would matter for the worse is given the pairs to show it.
  const mayImprove = outcome === 'no_regression' && evidence.center <= -limit;
  return { result, worse, better, settled: outcome !== 'unresolved' && !mayImprove };
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
  const ends = [changeOf(metric, low), changeOf(metric, high)] as const;
  return { change: changeOf(metric, center), low: Math.min(...ends), high: Math.max(...ends) };
}

function confidenceOf({ missed }: Evidence, asked: number): number {
  return missed === undefined ? asked : Math.max(0, 1 - missed.low - missed.high);
}

function tooFew(pairs: number, confidence: number): string {
  const few = pairs === 1 ? '1 pair is too few' : `${pairs} pairs are too few`;
  return `${few} to be ${formatConfidence(confidence)} sure of anything`;
}

/**
 * What so many pairs detect, and how many pairs tell a change of the limit from the margin: the interval narrows with
 * the root of their number. A change is detected if the bound is beyond the margin and the estimate reaches the limit; in
 * 95% of runs the estimate falls short of the change by distance − half at most.
 *
 * Nothing where the interval does not hold what was asked for, nor pairs for a limit within the margin.
 */
function detectable(
  metric: ComparedMetric,
  evidence: Evidence,
  { pairs, misses }: { readonly pairs: number; readonly misses: Misses },
): Pick<ComparisonResult, 'mde' | 'needed'> {
  if (evidence.missed !== undefined) return { mde: null, needed: null };
  const margin = marginOf(metric);
  const limit = limitOf(metric);
  const half = (evidence.high - evidence.low) / 2;
  const distance = detectableDistance(half, misses.low);
  const toLimit = limit - margin;
  return {
    mde: Math.abs(changeOf(metric, Math.max(margin + distance, limit + distance - half))),
    needed: toLimit > 0 ? Math.ceil(pairs * (distance / toLimit) ** 2) : null,
  };
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

function medianOf(values: readonly (number | null)[]): number | null {
  const distribution = distributionOf(values.filter((value) => value !== null));
  return distribution === undefined ? null : percentile(distribution, 50);
}
