import type { Misses } from './walsh.js';

/** One look at the pairs so far. */
export interface Look {
  /** Valid pairs that it takes. */
  readonly pairs: number;
  /** Its part of what may be missed in all looks together, 0…1. */
  readonly share: number;
}

interface LooksOptions {
  /** Ascending numbers of valid pairs. */
  readonly pairs: readonly number[];
  /** With which a run may claim something wrong, all looks, metrics and directions together. */
  readonly alpha: number;
  readonly metrics: number;
}

/**
 * The looks of a run, alpha spent in equal parts. The parts add up to alpha, so whatever the looks have in common and
 * whichever one ends the run, no more than alpha of all runs go wrong (Bonferroni over looks; docs/statistics.md says
 * why no finer boundary).
 *
 * A look too early to ever tell is put off to the first even number of pairs that can: n pairs reach a p-value of
 * 2⁻ⁿ at best. With one metric and 1% that is 10, with two to five it is 12.
 * @throws RangeError unless the numbers of pairs ascend from 1 up
 */
export function looksOf({ pairs, alpha, metrics }: LooksOptions): readonly Look[] {
  if (pairs.length === 0 || pairs.some((count, index) => !(count > (pairs[index - 1] ?? 0)))) {
    throw new RangeError(`looks are ascending numbers of pairs, not ${pairs.join(', ')}`);
  }
  const smallest = alpha / 2 / metrics / pairs.length;
  const earliest = 2 * Math.ceil(Math.log2(1 / smallest) / 2);
  const distinct = [...new Set(pairs.map((count) => Math.max(count, earliest)))];
  return distinct.map((count) => ({ pairs: count, share: 1 / distinct.length }));
}

/** What one metric's bounds may miss at a look, when that many metrics still share the level of either side. */
export function missesOf(look: Look, alpha: number, sharing: { low: number; high: number }): Misses {
  const side = (look.share * alpha) / 2;
  return { low: side / Math.max(1, sharing.low), high: side / Math.max(1, sharing.high) };
}
