import { NOT_COMPARED } from '../compare/thresholds.js';
import { assertNever } from '../lib/errors.js';
import { formatAgainst } from '../lib/format.js';
import { misfitOf, unitWritten } from '../lib/quantity.js';
import type { Measures } from '../measure/figures.js';
import { measure } from '../measure/summarize.js';
import { definitionOf, type Unit } from '../model/metrics.js';
import type { MetricResult, ThresholdResult } from '../model/results.js';
import { isAgainstBase, parsedPart, type Threshold, type ThresholdOp } from '../model/threshold.js';

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

function judgeOne(threshold: Threshold, { value, atMost, unit, note }: MetricResult): ThresholdResult {
  const { op, written } = threshold;
  const limit = typeof threshold.limit === 'number' ? threshold.limit : null;
  const judged = { ...parsedPart(threshold), actual: value, bound: limit, unit };
  const isReported = written !== undefined && definitionOf(threshold.metric).unit === undefined;
  if (value === null) {
    const asked = isReported ? unitWritten(written) : undefined;
    return { ...judged, unit: asked ?? unit, outcome: 'inconclusive', reason: note ?? 'no data' };
  }
  const misfit = isReported && limit !== null ? misfitOf(written, unit) : undefined;
  if (misfit !== undefined) return { ...judged, bound: null, outcome: 'inconclusive', reason: misfit };
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
