import { logChoose } from './exact-counts.js';

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
 * Undefined without differences. 200 of them are 20,100 averages, some 2 ms.
 * @throws RangeError if a difference is not finite
 */
export function signedRankInterval(
  differences: readonly number[],
  misses: Misses,
): SignedRankInterval | undefined {
  if (differences.length === 0) return undefined;
  if (!differences.every(Number.isFinite)) throw new RangeError('differences are finite numbers');
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
