import type { Count } from './signed-rank.js';

/**
 * Bounds of the share that fails, each missed with a probability of at most `miss` (Clopper and Pearson, "The use of
 * confidence or fiducial limits illustrated in the case of the binomial", 1934). They hold for the mean share too when
 * it differs from round to round (Hoeffding, "On the distribution of the number of successes in independent trials",
 * 1956). 0 and 1 if nothing was started.
 */
export function shareBounds({ started, failed }: Count, miss: number): { low: number; high: number } {
  return { low: 1 - highest(started - failed, started, miss), high: highest(failed, started, miss) };
}

/** 2⁻⁴⁰ is a flow in a million millions. */
const HALVINGS = 40;

/** The largest chance with which at most so many of the trials are no rarer than `miss`. */
function highest(most: number, trials: number, miss: number): number {
  if (most >= trials) return 1;
  const atMost = binomial(most, trials);
  let low = 0;
  let high = 1;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (atMost(middle) > miss) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ most) as a function of the chance of each trial, for most < trials. */
function binomial(most: number, trials: number): (chance: number) => number {
  const lower = tail(most, trials);
  const upper = tail(trials - most - 1, trials);
  // Past the mode the terms rise towards it: the other tail is then the small one.
  return (chance) => (most > trials * chance ? 1 - upper(1 - chance) : lower(chance));
}

/** Of the sum, what the digits of a number no longer show. */
const NEGLIGIBLE = 1e-16;

/** The same where `most` is below the mean: added up from the largest term down. */
function tail(most: number, trials: number): (chance: number) => number {
  const ways = logChoose(trials, most);
  return (chance) => {
    let term = Math.exp(ways + most * Math.log(chance) + (trials - most) * Math.log1p(-chance));
    let sum = 0;
    for (let count = most; count >= 0 && term > sum * NEGLIGIBLE; count--) {
      sum += term;
      term *= (count * (1 - chance)) / ((trials - count + 1) * chance);
    }
    return sum;
  };
}

const EXACT = 32;
const TABLE = Array.from({ length: EXACT }, () => 0);
for (let n = 2; n < EXACT; n++) TABLE[n] = (TABLE[n - 1] ?? 0) + Math.log(n);

const LN_ROOT_2PI = Math.log(2 * Math.PI) / 2;

/** ln n!, by Stirling's series from 32 on, where three terms are good to the last digit (Abramowitz and Stegun 6.1.41). */
export function logFactorial(n: number): number {
  const known = TABLE[n];
  if (known !== undefined) return known;
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return (n + 0.5) * Math.log(n) - n + LN_ROOT_2PI + series;
}

/** ln of n over k. */
export function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}
