import type { ComparedMetric } from '../../model/comparison.js';
import { changeOf, limitOf, marginOf } from './scale.js';

/** The changes that decide: the margin on either side, and the limit. */
export function marksOf(metric: ComparedMetric): readonly number[] {
  const margin = marginOf(metric);
  const differences = [margin, -margin, limitOf(metric)];
  return differences.map((difference) => changeOf(metric, difference)).filter(Number.isFinite);
}
