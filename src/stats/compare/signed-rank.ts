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
