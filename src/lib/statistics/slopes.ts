import type { ExactDistribution } from '../../model/flow.js';
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
  const kept = thinPoints(points);
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

function thinPoints(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}

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
  const atMost = inversionChances(points);
  const missed = (rank: number): number => 2 * (atMost[rank - 1] ?? 1);
  let rank = 1;
  while (rank < sorted.length / 2 && missed(rank + 1) <= 1 - confidence) rank++;
  return {
    low: sorted[rank - 1] ?? NaN,
    high: sorted[sorted.length - rank] ?? NaN,
    confidence: 1 - missed(rank),
  };
}

/**
 * For each number of inversions from 0 up, the probability that a random order of `count` values has at most so many
 * pairs the wrong way round, exactly: the null distribution of Kendall's rank correlation (Kendall, "A new measure of
 * rank correlation", 1938). The k-th value can be put in k places, which make 0 … k − 1 inversions, each as likely as
 * the other, so that each chance is a mean of k neighbours, kept as a running sum.
 */
export function inversionChances(count: number): Float64Array {
  let chances = Float64Array.of(1);
  for (let values = 2; values <= count; values++) {
    const next = new Float64Array(chances.length + values - 1);
    let window = 0;
    for (let made = 0; made < next.length; made++) {
      if (made < chances.length) window += chances[made] ?? 0;
      if (made >= values) window -= chances[made - values] ?? 0;
      next[made] = window / values;
    }
    chances = next;
  }
  let sum = 0;
  return chances.map((chance) => (sum += chance));
}

/** Values of one group that are compared; 6 groups of them are 600,000 pairs. */
const MOST_VALUES = 200;

/**
 * Probability that groups which do not differ rise in their order as these do: Jonckheere–Terpstra, one-sided, by the
 * normal approximation (Jonckheere, "A distribution-free k-sample test against ordered alternatives", Biometrika 1954).
 * Ties count half; that the variance is then a little less is left out, which errs on the safe side. Of a group of more
 * than 200 values, 200 evenly spaced ones are compared. 1 with fewer than two groups.
 */
export function chanceOfOrder(groups: readonly (readonly number[])[]): number {
  const compared = groups.filter((group) => group.length > 0).map(thinValues);
  if (compared.length < 2) return 1;
  let ordered = 0;
  for (const [index, lower] of compared.entries()) {
    for (const upper of compared.slice(index + 1)) ordered += pairsInOrder(lower, upper);
  }
  const sizes = compared.map((group) => group.length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const mean = (all ** 2 - sum(sizes, (size) => size ** 2)) / 4;
  const variance = (all ** 2 * (2 * all + 3) - sum(sizes, (size) => size ** 2 * (2 * size + 3))) / 72;
  // Half a pair, since the statistic comes in whole ones.
  return upperTail((ordered - 0.5 - mean) / Math.sqrt(variance));
}

function pairsInOrder(lower: readonly number[], upper: readonly number[]): number {
  return sum(lower, (a) => sum(upper, (b) => (b > a ? 1 : b === a ? 0.5 : 0)));
}

function thinValues(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_VALUES) return values;
  const step = (values.length - 1) / (MOST_VALUES - 1);
  return Array.from({ length: MOST_VALUES }, (_, index) => values[Math.round(index * step)]).filter(
    (value) => value !== undefined,
  );
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

/** Of the standard normal distribution: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.17; ±7.5e-8. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.231_641_9 * z);
  const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const polynomial = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_53].reduce(
    (value, coefficient) => (value + coefficient) * t,
    0,
  );
  return density * polynomial;
}

/** Halvings of the interval: more than a double has digits. */
const HALVINGS = 100;

/**
 * The quantile of Student's t that |t| exceeds with probability `chance`.
 * @param chance in (0, 1)
 * @param degrees of freedom, a whole number from 1 up
 */
export function studentQuantile(chance: number, degrees: number): number {
  // The angle of t: tan θ = t ÷ √ν; between none and a right one.
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (chanceWithin(middle, degrees) < 1 - chance) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/**
 * Probability of |t| ≤ √ν·tan θ, exactly, as a finite sum (Abramowitz and Stegun, "Handbook of mathematical functions",
 * 26.7.3 and 26.7.4).
 */
function chanceWithin(theta: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const isOdd = degrees % 2 === 1;
  let sum = 0;
  let term = isOdd ? cosine : 1;
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= (cosine ** 2 * (power + 1)) / (power + 2);
  }
  return isOdd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}
