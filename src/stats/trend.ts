import { distributionOf, percentile } from './distribution.js';
import { inversionsAtMost } from './kendall.js';

/**
 * Parts of a series that are compared. With fewer, a rise is missed more often; with more, neighbours in time, which are
 * alike, fall into different parts: at 20 an AR(1) series of φ = 0.8 alarms in 0.9% of runs, at 14 in 0.6%.
 */
const PARTS = 14;

/** Fewer values than this make medians of noise. */
export const FEWEST_FOR_TREND = 10 * PARTS;

/**
 * Probability that a series without a trend rises as steadily as this one: Mann–Kendall, one-sided and exact, on the
 * medians of fourteen equal parts (Mann, "Nonparametric tests against trend", 1945). It is below α just where Sen's interval
 * of the slope, at 1 − α, lies above zero. Equal medians count against a rise. 1 if there are too few values to tell.
 */
export function chanceOfRise(values: readonly number[]): number {
  if (values.length < FEWEST_FOR_TREND) return 1;
  const medians = Array.from({ length: PARTS }, (_, part) => {
    const from = Math.round((part * values.length) / PARTS);
    return medianOf(values.slice(from, Math.round(((part + 1) * values.length) / PARTS)));
  });
  let inversions = 0;
  for (const [index, earlier] of medians.entries()) {
    inversions += medians.slice(index + 1).filter((later) => later <= earlier).length;
  }
  return inversionsAtMost(PARTS, inversions);
}

/** NaN of nothing. */
export function medianOf(values: readonly number[]): number {
  const distribution = distributionOf(values);
  return distribution === undefined ? NaN : percentile(distribution, 50);
}
