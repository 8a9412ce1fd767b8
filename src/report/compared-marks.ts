import type { ComparedMetric, ComparisonResult } from '../model/comparison.js';
import type { ThresholdResult } from '../model/results.js';
import { changeOf, limitOf, marginOf } from '../stats/compare/scale.js';
import { directionOf } from './direction.js';

/**
 * The changes that decide: the margin on either side, the limit that the metric was compared by, and those of the
 * thresholds that hang on it.
 */
export function marksOf(source: ComparisonResult, thresholds: readonly ThresholdResult[]): readonly number[] {
  const worse = directionOf(source.metric).sign === 1 ? 'higher' : 'lower';
  const metric: ComparedMetric = { ...source, worse };
  const margin = marginOf(metric);
  const deciding = [margin, -margin, limitOf(metric)].map((difference) => changeOf(metric, difference));
  const limits = thresholds.flatMap((threshold) => limitAsChange(threshold, source) ?? []);
  return [...deciding, ...limits].filter(Number.isFinite);
}

/** A threshold holds what base's own value makes of its limit. */
function limitAsChange({ limit }: ThresholdResult, { base, scale }: ComparisonResult): number | undefined {
  if (limit === null || base === null) return undefined;
  return scale === 'relative' ? limit / base - 1 : limit - base;
}
