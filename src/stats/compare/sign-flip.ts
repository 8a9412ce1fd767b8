import type { Stratum } from './stratified.js';

interface SignFlipTest {
  /** One-sided p-values: rounds of head fail more, fewer flows than those of base. */
  readonly greater: number;
  readonly less: number;
}

/**
 * Do rounds of head fail more flows? Exact sign-flip test over the pairs (Fisher, The Design of Experiments, §21): if it
 * makes no difference, base and head of a pair could as well be each other, so that how many more flows head fails is as
 * likely as its opposite; all 2ⁿ ways to swap them give the distribution of the sum.
 *
 * Assumes nothing of the flows within a round: they may fail together.
 */
export function signFlipTest(strata: readonly Stratum[]): SignFlipTest {
  const differences = inWholeSteps(strata.map(moreFailed));
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

/**
 * How many more flows head would have failed if both rounds were of the size of the smaller one. In stages that are run
 * whole the faster side has more flows, and so more that fail, at the same rate.
 */
function moreFailed({ base, head }: Stratum): number {
  const size = Math.min(base.started, head.started);
  if (size === 0) return 0;
  return (head.failed * size) / head.started - (base.failed * size) / base.started;
}

/** Sums that are told apart at least: the distribution is counted sum by sum, and of fractions no two are the same. */
const STEPS = 4096;

/** Whole flows stay what they are to each other; fractions are rounded to the like of them, either sign alike. */
function inWholeSteps(differences: readonly number[]): readonly number[] {
  const all = differences.reduce((total, difference) => total + Math.abs(difference), 0);
  if (all === 0) return differences;
  const fineness = Math.max(1, Math.floor(STEPS / all));
  return differences.map((each) => Math.sign(each) * Math.round(Math.abs(each) * fineness));
}
