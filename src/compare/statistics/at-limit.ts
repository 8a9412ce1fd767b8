import type { ComparedMetric, ComparisonOutcome, ComparisonResult } from '../../model/comparison.js';
import { changeOf, limitOf, marginOf, RELATIVE_MARGIN } from './evidence.js';

type Compared = Pick<ComparedMetric, 'worse' | 'limit' | 'margin'>;

/**
 * What a result says of another limit than the one it was compared by. The interval does not depend on the limit, so
 * whatever it says is as sure as what it says of its own; with what it says of all of them together.
 */
export function outcomeAt(result: ComparisonResult, { worse, limit, margin }: Compared): ComparisonOutcome {
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
