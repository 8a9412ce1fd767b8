import type { Stratum } from './stratified.js';

export interface SignFlipTest {
  /** One-sided p-values: rounds of head fail more, fewer flows than those of base. */
  readonly greater: number;
  readonly less: number;
}

/**
 * Do rounds of head fail more flows? Exact sign-flip test over the pairs (Fisher, The Design of Experiments, §21): if it
 * makes no difference, base and head of a pair could as well be each other, so that head.failed − base.failed is as
 * likely as its opposite; all 2ⁿ ways to swap them give the distribution of the sum.
 *
 * Assumes nothing of the flows within a round: they may fail together.
 */
export function signFlipTest(strata: readonly Stratum[]): SignFlipTest {
  const differences = strata.map(({ base, head }) => head.failed - base.failed);
  const sum = differences.reduce((total, difference) => total + difference, 0);
  let chances = new Map([[0, 1]]);
  for (const difference of differences.map(Math.abs).filter((size) => size > 0)) {
    const next = new Map<number, number>();
    for (const [at, chance] of chances) {
      for (const to of [at - difference, at + difference]) next.set(to, (next.get(to) ?? 0) + chance / 2);
    }
    chances = next;
  }
  const over = (takes: (at: number) => boolean): number =>
    [...chances].reduce((total, [at, chance]) => total + (takes(at) ? chance : 0), 0);
  return { greater: over((at) => at >= sum), less: over((at) => at <= sum) };
}
