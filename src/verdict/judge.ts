import { assertNever } from '../lib/errors.js';
import { formatAgainst } from '../lib/format.js';
import type { Measures } from '../measure/figures.js';
import { measure } from '../measure/summarize.js';
import type { Unit } from '../model/metrics.js';
import type { MetricResult, ThresholdResult } from '../model/results.js';
import { isAgainstBase, type Threshold, type ThresholdOp } from '../model/threshold.js';

/** Every threshold against what was measured, in their order. No data is inconclusive, never a pass. */
export function judge(thresholds: readonly Threshold[], measures: Measures): ThresholdResult[] {
  return thresholds.map((threshold) => judgeOne(threshold, measure(measures, threshold)));
}

/** The same where nobody wants to compare: limits on the base are not judged, which is no pass either. */
export function judgeAlone(thresholds: readonly Threshold[], measures: Measures): ThresholdResult[] {
  return judge(thresholds, measures).map((result) =>
    isAgainstBase(result) ? { ...result, outcome: 'not_judged', reason: NOT_COMPARED } : result,
  );
}

/** Why a limit on the base was not judged. */
export const NOT_COMPARED = 'nothing was compared (--no-compare)';

function judgeOne(threshold: Threshold, { value, atMost, unit, note }: MetricResult): ThresholdResult {
  const { op } = threshold;
  const limit = typeof threshold.limit === 'number' ? threshold.limit : null;
  const judged = { ...parsedPart(threshold), actual: value, bound: limit, unit };
  if (value === null) return { ...judged, outcome: 'inconclusive', reason: note ?? 'no data' };
  if (limit === null) {
    return { ...judged, outcome: 'inconclusive', reason: 'there is no base to compare with' };
  }
  const least = order(value, limit, unit);
  const most = atMost === undefined ? least : order(atMost, limit, unit);
  // Between the two the value is not known: only what holds, or fails, at both is certain.
  if (
    holds(least, op) === holds(most, op) &&
    (op !== '==' || least === most || Math.sign(least) === Math.sign(most))
  )
    return { ...judged, outcome: holds(least, op) ? 'pass' : 'fail' };
  const range = `at least ${formatAgainst(value, limit, unit)} and at most ${formatAgainst(atMost ?? null, limit, unit)}`;
  return {
    ...judged,
    outcome: 'inconclusive',
    reason: `it was ${range}: ${note ?? 'it was not seen all the time'}`,
  };
}

/** What results keep of it: when a run is ended early is no part of that. */
export function parsedPart(threshold: Threshold): Omit<Threshold, 'abort'> {
  const { expression, level, metric, label, stat, op, limit, written, origin } = threshold;
  return { expression, level, metric, label, stat, op, limit, written, origin };
}

/** Below 0, 0 or above 0, as the value is less than, equal to or greater than the limit. */
function order(value: number, limit: number, unit: Unit): number {
  if (unit === 'ratio' && sameRatio(value, limit)) return 0;
  return value - limit;
}

/**
 * Ratios are quotients, and limits in per cent are too: 999 of 1000 is not the double that 99.9 ÷ 100 gives, yet meets
 * `>= 99.9%`. Two quotients of the same number are within a few units in the last place; two that differ because a
 * flow does are a million times further apart.
 */
function sameRatio(one: number, other: number): boolean {
  return Math.abs(one - other) <= 4 * Number.EPSILON * Math.max(Math.abs(one), Math.abs(other));
}

function holds(order: number, op: ThresholdOp): boolean {
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '==':
      return order === 0;
    default:
      return assertNever(op);
  }
}
