/** Beyond it 2⁻ⁿ is no longer a number. */
const MOST_PAIRS = 1000;

/**
 * P(W⁺ ≤ w) for n pairs without ties, by counting the sets of ranks with each sum (Wilcoxon 1945): R's psignrank(w, n).
 * @throws RangeError for more than 1,000 pairs
 */
export function signedRankAtMost(w: number, pairs: number): number {
  if (w < 0) return 0;
  const cumulative = cumulativeOf(pairs);
  return cumulative[Math.min(Math.floor(w), cumulative.length - 1)] ?? 1;
}

/** The largest w with P(W⁺ ≤ w) ≤ level; −1 if even W⁺ = 0, with 2⁻ⁿ, is likelier. */
export function signedRankCritical(level: number, pairs: number): number {
  const cumulative = cumulativeOf(pairs);
  let w = -1;
  while ((cumulative[w + 1] ?? Infinity) <= level) w++;
  return w;
}

/** A table that depends on nothing but n: kept, as every look at every metric asks for the same few. */
const tables = new Map<number, Float64Array>();

function cumulativeOf(pairs: number): Float64Array {
  const known = tables.get(pairs);
  if (known !== undefined) return known;
  let sum = 0;
  const table = rankSumChances(pairs).map((chance) => (sum += chance));
  tables.set(pairs, table);
  return table;
}

/** Probability of each sum, when every rank from 1 to `pairs` is taken or left with a chance of ½. */
function rankSumChances(pairs: number): Float64Array {
  if (pairs > MOST_PAIRS) throw new RangeError(`at most ${MOST_PAIRS} differences, not ${pairs}`);
  const chances = new Float64Array((pairs * (pairs + 1)) / 2 + 1);
  chances[0] = 1;
  let reached = 0;
  for (let rank = 1; rank <= pairs; rank++) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      chances[sum] = ((chances[sum] ?? 0) + (sum < rank ? 0 : (chances[sum - rank] ?? 0))) / 2;
    }
  }
  return chances;
}

/** Probabilities, 0…½, with which either bound of an interval may miss the truth. */
export interface Misses {
  readonly low: number;
  readonly high: number;
}

interface SignedRankInterval {
  /** Hodges–Lehmann estimate. */
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** What the bounds really miss with: at most what was asked for, where that can be reached. */
  readonly missed: Misses;
  /** Whether so few differences can be that sure; if not, the bound is the outermost difference. */
  readonly reached: { readonly low: boolean; readonly high: boolean };
}

/**
 * Center of symmetry of the differences and an interval for it (Hodges and Lehmann, "Estimates of location based on
 * rank tests", 1963; Tukey 1949). With the M = n(n+1)/2 Walsh averages (dᵢ + dⱼ)/2, i ≤ j, in order A₁ ≤ … ≤ A_M, the
 * estimate is their median and the bounds are A_{c+1} and A_{M−c}, c the largest with P(W⁺ ≤ c) ≤ the miss asked for.
 *
 * Exact without ties. With ties or zeros the closed interval misses no more often: break the ties by vanishing
 * symmetric noise, and it can only shrink.
 *
 * 200 differences are 20,100 averages, some 2 ms.
 * @throws RangeError if there is no difference, or one is not finite
 */
export function signedRankInterval(differences: readonly number[], misses: Misses): SignedRankInterval {
  if (differences.length === 0 || !differences.every(Number.isFinite)) {
    throw new RangeError('differences are finite numbers, one at least');
  }
  const sorted = walshAverages(differences).sort();
  const pairs = differences.length;
  const below = signedRankCritical(misses.low, pairs);
  const above = signedRankCritical(misses.high, pairs);
  return {
    center: middleOf(sorted),
    low: sorted[Math.max(0, below)] ?? NaN,
    high: sorted[sorted.length - 1 - Math.max(0, above)] ?? NaN,
    missed: {
      low: signedRankAtMost(Math.max(0, below), pairs),
      high: signedRankAtMost(Math.max(0, above), pairs),
    },
    reached: { low: below >= 0, high: above >= 0 },
  };
}

function walshAverages(differences: readonly number[]): Float64Array {
  const averages = new Float64Array((differences.length * (differences.length + 1)) / 2);
  let count = 0;
  for (let one = 0; one < differences.length; one++) {
    for (let other = one; other < differences.length; other++) {
      averages[count++] = ((differences[one] ?? NaN) + (differences[other] ?? NaN)) / 2;
    }
  }
  return averages;
}

/** The median of values in order. */
function middleOf(sorted: Float64Array): number {
  const below = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (below + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}
