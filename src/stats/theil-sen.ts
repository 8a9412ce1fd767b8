import type { ExactDistribution } from '../model/flow.js';
import { distributionOf, percentile } from './distribution.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** 1,000 points are 499,500 pairs, whose slopes take some 60 ms to sort. */
const MOST_POINTS = 1000;

/**
 * The median of the slopes between all pairs of points, in units of y per unit of x: up to 29% of the points may be
 * wild without moving it far (Theil 1950; Sen 1968). Pairs at the same x have no slope and are left out; undefined
 * if no pair is left.
 *
 * A series of more than 1,000 points is thinned to 1,000 evenly spaced ones, first and last among them, always the
 * same ones for the same series.
 */
export function theilSen(points: readonly Point[]): number | undefined {
  const slopes = slopesOf(points);
  return slopes && percentile(slopes, 50);
}

/** The slopes between all pairs of points, in order; undefined if no pair has one. */
export function slopesOf(points: readonly Point[]): ExactDistribution | undefined {
  const kept = thin(points);
  const slopes = new Float64Array((kept.length * (kept.length - 1)) / 2);
  let count = 0;
  for (const [index, from] of kept.entries()) {
    for (let other = index + 1; other < kept.length; other++) {
      const to = kept[other];
      if (to === undefined || to.x === from.x) continue;
      slopes[count++] = (to.y - from.y) / (to.x - from.x);
    }
  }
  return distributionOf(slopes.subarray(0, count));
}

function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}
