/** Flows of one round, or of many. */
export interface Count {
  readonly started: number;
  readonly failed: number;
}

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

/** The two rounds of one pair: a 2×2 table. */
export interface Stratum {
  readonly base: Count;
  readonly head: Count;
}

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
export function moreFailed({ base, head }: Stratum): number {
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
const NEGLIGIBLE_CHANCE = 1e-30;

function trimmed({ from, chances }: Chances): Chances {
  const first = chances.findIndex((chance) => chance > NEGLIGIBLE_CHANCE);
  const last = chances.findLastIndex((chance) => chance > NEGLIGIBLE_CHANCE);
  return { from: from + first, chances: chances.slice(first, last + 1) };
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
