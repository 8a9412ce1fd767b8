import { marksOf } from '../compare/statistics/evidence.js';
import { directionOf } from '../lib/metric-words.js';
import type { ComparisonResult } from '../model/comparison.js';
import type { ThresholdResult } from '../model/results.js';

/** The changes that decide, and the limits of all thresholds that hang on the metric. */
export function marksOfLine(
  source: ComparisonResult,
  thresholds: readonly ThresholdResult[],
): readonly number[] {
  const worse = directionOf(source.metric).sign === 1 ? 'higher' : 'lower';
  const limits = thresholds.flatMap((threshold) => limitAsChange(threshold, source) ?? []);
  return [...marksOf({ ...source, worse }), ...limits.filter(Number.isFinite)];
}

function limitAsChange({ bound }: ThresholdResult, { base, scale }: ComparisonResult): number | undefined {
  if (bound === null || base === null) return undefined;
  return scale === 'relative' ? bound / base - 1 : bound - base;
}
