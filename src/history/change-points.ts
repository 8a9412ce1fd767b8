import { seededRandom } from '../lib/random.js';

export interface ChangePointOptions {
  /** Probability that a series without a change is said to have one; above 0. */
  readonly level: number;
  readonly seed: number;
}

/** A part of fewer values is not looked for: two equal outliers are no new level. */
const SHORTEST_SEGMENT = 3;
/** Permutations for each that the level lets exceed: with fewer the smallest p-value would be above the level. */
const PERMUTATIONS_PER_LEVEL = 2;

/**
 * Indices at which a new level begins, ascending: E-divisive with means (Matteson and James 2014), as MongoDB, Hunter and
 * Apache Otava use it (Daly et al., ICPE 2020; Fleming et al., ICPE 2023). A series is split where its parts are most
 * unlike, and each part again, as long as a permutation test finds the split significant.
 *
 * Hunter tests with Student's t, which is quick but takes the split for one that was fixed beforehand: on 40 values
 * without a change it alarms many times more often than its level says. The permutation test picks the best split of
 * every permutation too, so that its level holds for any distribution, ties and outliers included, if neighbours are
 * independent; of those that are not, see correlation.ts. Nothing else is assumed.
 */
export function changePoints(values: readonly number[], options: ChangePointOptions): readonly number[] {
  const random = seededRandom(options.seed);
  const found: number[] = [];
  const parts = [{ from: 0, to: values.length }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const segment = Float64Array.from(values.slice(part.from, part.to));
    const split = largestDivergence(segment, SHORTEST_SEGMENT);
    if (split === undefined || !isSignificant(segment, { observed: split.divergence, random, ...options }))
      continue;
    const at = part.from + split.index;
    found.push(at);
    parts.push({ from: part.from, to: at }, { from: at, to: part.to });
  }
  return found.sort((a, b) => a - b);
}

interface Test {
  readonly observed: number;
  readonly level: number;
  readonly random: () => number;
}

/**
 * p = (1 + permutations at least as divergent) ÷ (1 + permutations) ≤ level (Phipson and Smyth, "Permutation p-values
 * should never be zero", 2010). It ends as soon as too many are, which leaves the decision as it is.
 */
function isSignificant(values: Float64Array, { observed, level, random }: Test): boolean {
  if (observed <= 0) return false;
  const permutations = Math.ceil(PERMUTATIONS_PER_LEVEL / level) - 1;
  const allowed = Math.floor(level * (permutations + 1)) - 1;
  // Rounding must not make a permutation that is the same series again count as less divergent.
  const least = observed * (1 - 1e-9);
  const shuffled = Float64Array.from(values);
  let exceeding = 0;
  for (let done = 0; done < permutations; done++) {
    shuffle(shuffled, random);
    if ((largestDivergence(shuffled, SHORTEST_SEGMENT)?.divergence ?? 0) < least) continue;
    exceeding += 1;
    if (exceeding > allowed) return false;
  }
  return true;
}

/** Fisher and Yates. */
function shuffle(values: Float64Array, random: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    const kept = values[last] ?? 0;
    values[last] = values[chosen] ?? 0;
    values[chosen] = kept;
  }
}

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
      added += Math.abs(value - (values[kappa - 1] ?? 0));
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
    for (let index = 0; index < end - 1; index++)
      added += Math.abs((values[end - 1] ?? 0) - (values[index] ?? 0));
    sums[end] = (sums[end - 1] ?? 0) + added;
  }
  return sums;
}
