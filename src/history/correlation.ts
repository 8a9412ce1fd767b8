import { changePoints, type ChangePointOptions } from './change-points.js';

/** Of the test that only looks for candidates; what it takes too many is charged to the correlation. */
const CANDIDATE_LEVEL = 0.01;
/** A series nearer to a random walk has no level at all. */
const MOST_CORRELATION = 0.98;
/** Of the values left to tell the correlation, as a share: fewer would make it anything. */
const LEAST_LEFT = 0.2;
/** Squares of rounding errors, against those of the values. */
const ROUNDING = 1e-18;

/**
 * Change points of a series whose neighbours may be alike. Permutations take neighbours for independent, and find turns of
 * a series that wanders to be changes. So the series is whitened first: y[t] = x[t] − ρ·x[t − 1] has independent noise if
 * that of x is autoregressive, and a new level is a new level of y too (Robbins, Gallagher, Lund and Aue, "Mean shift
 * testing in correlated data", J. Time Series Analysis 2011; Chakar et al., "A robust approach for estimating
 * change-points in the mean of an AR(1) process", Bernoulli 2017).
 *
 * ρ is told from what levels leave, as a real step would look like correlation: first the levels that permutations find,
 * then those that are left of them once the series is whitened, as many of the first are turns. Where they find none, or
 * neighbours are not alike, the answer is that of the permutations.
 */
export function changePointsOfCorrelated(
  values: readonly number[],
  options: ChangePointOptions,
): readonly number[] {
  const candidates = (of: readonly number[]): readonly number[] =>
    changePoints(of, { level: CANDIDATE_LEVEL, seed: options.seed });
  const first = correlationAround(values, candidates(values));
  if (first === 0) return changePoints(values, options);
  const correlation = correlationAround(values, candidates(whitened(values, first)));
  return changePoints(whitened(values, correlation), options);
}

/**
 * The lag-1 autocorrelation of what levels that begin at `starts` leave, at least 0. What is left is less alike than the
 * noise, by (1 + 3ρ) ÷ n for each parameter that was fitted (Kendall, "Note on bias in the estimation of
 * autocorrelation", Biometrika 1954), which is given back; a level costs two: where it begins, and its mean.
 */
export function correlationAround(values: readonly number[], starts: readonly number[]): number {
  const count = values.length;
  const edges = [0, ...starts, count];
  let [products, squares] = [0, 0];
  for (const [index, to] of edges.slice(1).entries()) {
    const level = values.slice(edges[index], to);
    const mean = level.reduce((sum, value) => sum + value, 0) / level.length;
    for (const [place, value] of level.entries()) {
      const rest = value - mean;
      squares += rest ** 2;
      if (place > 0) products += rest * ((level[place - 1] ?? mean) - mean);
    }
  }
  if (squares <= ROUNDING * values.reduce((sum, value) => sum + value ** 2, 0)) return 0;
  const spent = (2 * starts.length + 1) / count;
  const correlation = (products / squares + spent) / Math.max(LEAST_LEFT, 1 - 3 * spent);
  return Math.min(MOST_CORRELATION, Math.max(0, correlation));
}

/** Each value without what it has of the one before it; of the first, what it would have of another of its level. */
export function whitened(values: readonly number[], correlation: number): readonly number[] {
  return values.map((value, index) => value - correlation * (values[index - 1] ?? value));
}
