/** Where a series is most unlike itself. */
export interface Split {
  /** Index of the first value of the second part. */
  readonly index: number;
  /** How unlike the parts are; at least 0. */
  readonly divergence: number;
}

/**
 * The split of largest divergence Q̂ = (m·n ÷ (m + n))·Ê over all τ and κ, x[0 … τ) against x[τ … κ), both of at least
 * `fewest` values (Matteson and James, "A nonparametric approach for multiple change point analysis of multivariate
 * data", JASA 2014, equations 5 to 7, α = 1). Ê is the energy distance: twice the mean distance between the parts, less
 * the mean distances within each. κ may lie before the end, so that a level which comes back hides no change.
 *
 * With L the sum of distances within the first part and R within the second, those between them are L(κ) − L(τ) − R; R
 * is added up for falling τ, so that all of it takes n² ÷ 2 steps. Undefined if there are too few values.
 */
export function largestDivergence(values: ArrayLike<number>, fewest: number): Split | undefined {
  const count = values.length;
  if (count < 2 * fewest) return undefined;
  const left = distancesWithin(values);
  const right = new Float64Array(count + 1);
  let best: Split = { index: fewest, divergence: 0 };
  for (let tau = count - 1; tau >= fewest; tau--) {
    const value = values[tau] ?? 0;
    const before = left[tau] ?? 0;
    const within = tau < 2 ? 0 : before / (tau - 1);
    let added = 0;
    for (let kappa = tau + 1; kappa <= count; kappa++) {
      added += distance(value, values[kappa - 1] ?? 0);
      const after = (right[kappa] ?? 0) + added;
      right[kappa] = after;
      const size = kappa - tau;
      if (size < fewest) continue;
      const between = (left[kappa] ?? 0) - before - after;
      const own = size * within + (size < 2 ? 0 : (tau * after) / (size - 1));
      const divergence = (2 * (between - own)) / kappa;
      if (divergence > best.divergence) best = { index: tau, divergence };
    }
  }
  return best;
}

/** The sum of distances between all pairs of the first k values, for each k. */
function distancesWithin(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let end = 1; end <= values.length; end++) {
    let added = 0;
    for (let index = 0; index < end - 1; index++) added += distance(values[end - 1] ?? 0, values[index] ?? 0);
    sums[end] = (sums[end - 1] ?? 0) + added;
  }
  return sums;
}

/** As Math.abs, which a sandbox such as Jest's looks up anew each time: this is done some hundred million times. */
function distance(one: number, other: number): number {
  return one < other ? other - one : one - other;
}
