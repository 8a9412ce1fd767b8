import { certaintyWords, type ChangeUnit, formatSize } from '../lib/format-change.js';
import { plural } from '../lib/format.js';
import { directionOf } from '../lib/metric-words.js';
import type { ComparisonResult } from '../model/comparison.js';
import { parseMetricName } from '../model/metrics.js';
import { marksOf } from './statistics/evidence.js';
import { resemblance } from './statistics/metric.js';

/** "flow_time.p95 is 9.8% slower than main (99% interval +7.1% … +12.6%, 24 pairs)". */
export function differenceWords(result: ComparisonResult, base: string): string {
  const { metric, change } = result;
  if (change === null) return `${metric} was not compared with ${base}`;
  if (change === 0) return `${metric} is as with ${base} (${certaintyWords(result, unitOf(result))})`;
  const { up, down } = directionOf(metric, result.worse);
  return `${metric} is ${amountOf(result, change)} ${change > 0 ? up : down} than ${base} (${certaintyWords(result, unitOf(result))})`;
}

/** The difference, "which does not tell; a change of 6.3% for the worse could have been seen; it takes about 40 pairs to see 5%". */
export function unresolvedWords(result: ComparisonResult, base: string): string {
  const { mde, needed, pairs } = result;
  const seen =
    mde === null
      ? []
      : [
          `a change of ${amountOf(result, directionOf(result.metric, result.worse).sign * mde)} for the worse could have been seen`,
        ];
  const more =
    needed === null || needed <= pairs
      ? []
      : [
          `it takes about ${plural(needed, 'pair')} to see ${amountOf(result, directionOf(result.metric, result.worse).sign * result.limit)}`,
        ];
  return [`${differenceWords(result, base)}, which does not tell`, ...seen, ...more].join('; ');
}

/** `pairs resemble their neighbours (correlation 0.62): judged by 10 batches of 2 too`; undefined if they do not. */
export function batchesWords({ dependence, pairs }: ComparisonResult): string | undefined {
  const { batches } = dependence ?? {};
  if (dependence === undefined || batches === undefined || pairs < 2 * batches) return undefined;
  const fewest = Math.floor(pairs / batches);
  const each = pairs % batches === 0 ? fewest : `${fewest} or ${fewest + 1}`;
  return `${resemblance(dependence)}: judged by ${batches} batches of ${each} too`;
}

function amountOf(result: ComparisonResult, change: number): string {
  return formatSize(change, unitOf(result));
}

function unitOf(result: ComparisonResult): ChangeUnit {
  const { metric, scale, unit } = result;
  const worse = directionOf(metric, result.worse).sign === 1 ? 'higher' : 'lower';
  return {
    scale,
    unit: unit ?? parseMetricName(metric).definition?.unit ?? 'count',
    marks: marksOf({ ...result, worse }),
  };
}
