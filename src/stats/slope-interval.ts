import { inversionsAtMost } from './kendall.js';

/** An interval of the true slope, and how sure it is: at least what was asked for if the points allow it. */
interface SlopeInterval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/**
 * Of `points` points with the slopes `sorted` between all pairs of them: between the r-th slope from either end, since the
 * true one is below the r-th if at most r − 1 pairs are inverted (Sen, "Estimates of the regression coefficient based on
 * Kendall's tau", JASA 1968). `confidence` in 0…1; few points do not reach it, and the interval says what they do reach.
 */
export function slopeInterval(sorted: Float64Array, points: number, confidence: number): SlopeInterval {
  const missed = (rank: number): number => 2 * inversionsAtMost(points, rank - 1);
  let rank = 1;
  while (rank < sorted.length / 2 && missed(rank + 1) <= 1 - confidence) rank++;
  return {
    low: sorted[rank - 1] ?? NaN,
    high: sorted[sorted.length - rank] ?? NaN,
    confidence: 1 - missed(rank),
  };
}
