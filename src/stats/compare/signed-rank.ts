/** What becomes of differences that are exactly zero; see docs/statistics.md. */
export type Zeros = 'pratt' | 'wilcoxon';

interface SignedRankTest {
  /** Sum of the (mid)ranks of the positive differences: W⁺, R's V. */
  readonly statistic: number;
  /** One-sided p-values: the differences tend to be above zero, below zero. */
  readonly greater: number;
  readonly less: number;
  /** Twice the smaller one, at most 1. */
  readonly twoSided: number;
}

/** Beyond it 2⁻ⁿ is no longer a number. */
const MOST_PAIRS = 1000;

/**
 * Wilcoxon's signed-rank test (Wilcoxon 1945), exact given the absolute differences, whatever ties there are: under the
 * null hypothesis each difference is as likely as its opposite, so all 2ⁿ signs are equally likely, and the
 * distribution of W⁺ follows by dynamic programming over the doubled midranks, which are whole numbers (Streitberg and
 * Röhmel, "Exact distributions for permutation and rank tests", 1986).
 *
 * Zeros, by Pratt ("Remarks on zeros and ties in the Wilcoxon signed rank procedures", JASA 1959), take part in the
 * ranking and then have no sign; `wilcoxon` drops them before it, as R's wilcox.test does.
 * @throws RangeError if a difference is not finite, or there are more than 1,000
 */
export function signedRankTest(differences: readonly number[], zeros: Zeros = 'pratt'): SignedRankTest {
  if (!differences.every(Number.isFinite)) throw new RangeError('differences are finite numbers');
  const ranked = zeros === 'pratt' ? differences : differences.filter((difference) => difference !== 0);
  const doubled = doubledMidranks(ranked.map(Math.abs));
  const signed = doubled.filter((_, index) => ranked[index] !== 0);
  const sum = doubled.reduce((total, rank, index) => total + ((ranked[index] ?? 0) > 0 ? rank : 0), 0);
  const all = signed.reduce((total, rank) => total + rank, 0);
  const chances = rankSumChances(signed);
  // The distribution is symmetric: at least `sum` is as likely as at most `all − sum`.
  const greater = atMost(chances, all - sum);
  const less = atMost(chances, sum);
  return { statistic: sum / 2, greater, less, twoSided: Math.min(1, 2 * Math.min(greater, less)) };
}

/** Twice the rank of each value, ties sharing the mean of their ranks. */
function doubledMidranks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((one, other) => one - other);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [index, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, index + 1);
    last.set(value, index + 1);
  }
  return values.map((value) => (first.get(value) ?? 0) + (last.get(value) ?? 0));
}

/** Probability of each sum, when every rank (a whole number) is taken or left with a chance of ½. */
function rankSumChances(ranks: readonly number[]): Float64Array {
  if (ranks.length > MOST_PAIRS)
    throw new RangeError(`at most ${MOST_PAIRS} differences, not ${ranks.length}`);
  const chances = new Float64Array(ranks.reduce((total, rank) => total + rank, 0) + 1);
  chances[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      chances[sum] = ((chances[sum] ?? 0) + (sum < rank ? 0 : (chances[sum - rank] ?? 0))) / 2;
    }
  }
  return chances;
}

function atMost(chances: Float64Array, most: number): number {
  let probability = 0;
  for (let sum = 0; sum <= most; sum++) probability += chances[sum] ?? 0;
  return Math.min(1, probability);
}

/**
 * P(W⁺ ≤ w) for n pairs without ties: R's psignrank(w, n).
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
  const table = rankSumChances(Array.from({ length: pairs }, (_, index) => index + 1)).map(
    (chance) => (sum += chance),
  );
  tables.set(pairs, table);
  return table;
}
