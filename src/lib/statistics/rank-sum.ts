import type { Misses } from './signed-rank.js';

/**
 * Chance of a rank sum at least as large as that of `some` among both, if it makes no difference to which of the two a
 * value belongs (Wilcoxon 1945, Mann and Whitney 1947). Exact given the values, whatever ties there are: every choice of
 * as many of them is then equally likely, and the distribution of the sum of their midranks follows by dynamic
 * programming (Streitberg and Röhmel, "Exact distributions for permutation and rank tests", 1986).
 *
 * Nothing is assumed but that the values are exchangeable: what is inside of each of them may depend on itself at will.
 * 1 if either is empty.
 * @throws RangeError if a value is not finite
 */
export function chanceOfHigher(some: readonly number[], others: readonly number[]): number {
  if (some.length === 0 || others.length === 0) return 1;
  const doubled = doubledMidranks([...some, ...others]);
  const sum = doubled.slice(0, some.length).reduce((total, rank) => total + rank, 0);
  const ways = waysToSums(doubled, some.length);
  let [atLeast, all] = [0, 0];
  ways.forEach((count, total) => {
    all += count;
    if (total >= sum) atLeast += count;
  });
  return atLeast / all;
}

/** The least that `chanceOfHigher` can be for so many values: one of all choices. */
export function leastChance(some: number, others: number): number {
  let choices = 1;
  for (let taken = 1; taken <= some; taken++) choices = (choices * (others + taken)) / taken;
  return 1 / choices;
}

export interface Shift {
  /** Hodges–Lehmann estimate of how far `some` lie above the others. */
  readonly center: number;
  readonly low: number;
  readonly high: number;
}

/**
 * By how much `some` are above the others, with bounds: the median and two order statistics of all differences (Hodges
 * and Lehmann 1963; Hollander and Wolfe, Nonparametric Statistical Methods, §4.3). With c the largest number for which
 * P(U ≤ c) is at most the miss, the low bound is the (c + 1)-th difference; it is above the truth no more often than
 * that, ties or not. −∞ or ∞ where so few values can not be that sure. Undefined if either is empty.
 */
export function shiftOf(
  some: readonly number[],
  others: readonly number[],
  misses: Misses,
): Shift | undefined {
  const differences = Float64Array.from(
    some.flatMap((one) => others.map((other) => (one === other ? 0 : one - other))),
  ).sort();
  if (differences.length === 0) return undefined;
  const last = differences.length - 1;
  const criticalAt = criticals(some.length, others.length);
  const [below, above] = [criticalAt(misses.low), criticalAt(misses.high)];
  const [left, right] = [differences[last >> 1] ?? NaN, differences[(last + 1) >> 1] ?? NaN];
  return {
    center: left === -right ? 0 : (left + right) / 2,
    low: below < 0 ? -Infinity : (differences[below] ?? NaN),
    high: above < 0 ? Infinity : (differences[last - above] ?? NaN),
  };
}

/** The largest u with P(U ≤ u) ≤ level, by level; −1 if even U = 0 is likelier. */
function criticals(some: number, others: number): (level: number) => number {
  const ranks = Array.from({ length: some + others }, (_, index) => 2 * (index + 1));
  const least = some * (some + 1);
  const all = 1 / leastChance(some, others);
  const chances = waysToSums(ranks, some)
    .filter((_, sum) => sum >= least && sum % 2 === 0)
    .map((count) => count / all);
  return (level) => {
    let [u, sum] = [-1, 0];
    for (const chance of chances) {
      sum += chance;
      if (sum > level) break;
      u += 1;
    }
    return u;
  };
}

/** Twice the rank of each value, ties sharing the mean of their ranks. */
function doubledMidranks(values: readonly number[]): readonly number[] {
  if (!values.every(Number.isFinite)) throw new RangeError('what is ranked are finite numbers');
  return values.map((value) =>
    values.reduce((rank, other) => rank + (other < value ? 2 : other === value ? 1 : 0), 1),
  );
}

/** In how many ways `count` of the ranks, which are whole numbers, add up to each sum. */
function waysToSums(ranks: readonly number[], count: number): Float64Array {
  const most = ranks.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: count + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (const rank of ranks) {
    for (let taken = count; taken >= 1; taken--) {
      const [from, to] = [ways[taken - 1] as Float64Array, ways[taken] as Float64Array];
      for (let sum = most; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return ways[count] as Float64Array;
}
