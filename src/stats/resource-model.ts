import type { ResourceLine } from '../model/ladder.js';
import { bendOf } from './bend.js';
import { distributionOf, percentile } from './distribution.js';
import { slopeInterval } from './slope-interval.js';
import { slopesOf, type Point } from './theil-sen.js';

/** Of the interval, where the number of points allows it. */
const CONFIDENCE = 0.95;

/**
 * What a resource takes at N flows as a + b·N: b is the median of the slopes between all pairs of rungs (Theil 1950), a
 * the median of what is left. Each x stands once. The interval of b are two of these slopes, chosen by Kendall's
 * distribution so that it holds the true slope with at least 95% (Sen, "Estimates of the regression coefficient based
 * on Kendall's tau", JASA 1968); three or four rungs do not reach 95%, and the interval then says what they do reach.
 * Undefined with fewer than two points.
 */
export function resourceLine(points: readonly Point[]): ResourceLine | undefined {
  const slopes = slopesOf(points);
  if (slopes === undefined) return undefined;
  const b = percentile(slopes, 50);
  const rest = distributionOf(points.map(({ x, y }) => y - b * x));
  return {
    a: rest === undefined ? 0 : percentile(rest, 50),
    b,
    ...(points.length < 3 ? {} : slopeInterval(slopes.sorted, points.length, CONFIDENCE)),
  };
}

/** The line, and where it bends if it does not fit. */
export function lineWithBend(points: readonly Point[]): ResourceLine | undefined {
  const [line, bend] = [resourceLine(points), bendOf(points)];
  return line === undefined || bend === undefined ? line : { ...line, bend };
}

/** Never less than nothing; null where a line does not fit. */
export function predicted(
  { a, b, bend }: Pick<ResourceLine, 'a' | 'b' | 'bend'>,
  flows: number,
): number | null {
  return bend === undefined ? Math.max(0, a + b * flows) : null;
}
