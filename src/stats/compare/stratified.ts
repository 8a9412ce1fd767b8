import { logChoose } from './log-factorial.js';

/** Flows of one round, or of many. */
export interface Count {
  readonly started: number;
  readonly failed: number;
}

/** The two rounds of one pair: a 2×2 table. */
export interface Stratum {
  readonly base: Count;
  readonly head: Count;
}

interface StratifiedTest {
  /** Failures of head, all strata together: S of R's mantelhaen.test. */
  readonly statistic: number;
  /** One-sided p-values: flows of head fail more often, less often, than those of base. */
  readonly greater: number;
  readonly less: number;
}

/**
 * Do flows of head fail more often? Exact conditional test over 2×2 tables (Birch, "The detection of partial
 * association", 1964; Agresti, Categorical Data Analysis §6.7): given how many flows of a pair failed, how many of them
 * are of head is hypergeometric if it makes no difference; their sum over the pairs is the convolution. What drifts
 * from pair to pair drops out.
 *
 * Assumes that flows fail independently of each other within a round.
 */
export function stratifiedTest(strata: readonly Stratum[]): StratifiedTest {
  const statistic = strata.reduce((total, { head }) => total + head.failed, 0);
  const whole = strata.map(hypergeometric).reduce(convolve, { from: 0, chances: [1] });
  const sumOver = (takes: (failures: number) => boolean): number =>
    Math.min(
      1,
      whole.chances.reduce((sum, chance, index) => sum + (takes(whole.from + index) ? chance : 0), 0),
    );
  return {
    statistic,
    greater: sumOver((failures) => failures >= statistic),
    less: sumOver((failures) => failures <= statistic),
  };
}

/** Chances of from, from + 1, … */
interface Chances {
  readonly from: number;
  readonly chances: readonly number[];
}

function hypergeometric({ base, head }: Stratum): Chances {
  const failed = base.failed + head.failed;
  const from = Math.max(0, failed - base.started);
  const to = Math.min(failed, head.started);
  const all = logChoose(base.started + head.started, failed);
  const chances = Array.from({ length: to - from + 1 }, (_, index) => {
    const ofHead = from + index;
    return Math.exp(logChoose(head.started, ofHead) + logChoose(base.started, failed - ofHead) - all);
  });
  return trimmed({ from, chances });
}

function convolve(one: Chances, other: Chances): Chances {
  const chances = new Array<number>(one.chances.length + other.chances.length - 1).fill(0);
  one.chances.forEach((chance, index) => {
    other.chances.forEach((more, further) => {
      chances[index + further] = (chances[index + further] ?? 0) + chance * more;
    });
  });
  return trimmed({ from: one.from + other.from, chances });
}

/** Far below what a double can add to a p-value; without it thousands of failures would take minutes. */
const NEGLIGIBLE = 1e-30;

function trimmed({ from, chances }: Chances): Chances {
  const first = chances.findIndex((chance) => chance > NEGLIGIBLE);
  const last = chances.findLastIndex((chance) => chance > NEGLIGIBLE);
  return { from: from + first, chances: chances.slice(first, last + 1) };
}
