import type { Misses } from '../../lib/statistics/signed-rank.js';
import type { ComparedMetric, ComparisonResult, Pair } from '../../model/comparison.js';
import type { Bounds } from './evidence.js';
import { compareMetric, type MetricComparison, startsApart } from './metric.js';
import { isValid, VALIDITY_LIMITS, type ValidityLimits } from './round.js';

export interface ComparisonOptions {
  /** With which a run may claim anything that is wrong; 1% if left out. */
  readonly alpha?: number;
  /** Valid pairs at each look; 10, 20, 40 and 80 if left out. */
  readonly looks?: readonly number[];
  readonly validity?: ValidityLimits;
  /**
   * Where all pairs share one start of either side: by what share starts differ (standard deviation). Intervals are
   * widened by as much as two starts may differ.
   */
  readonly startSpread?: number;
}

/** Where a comparison stands. `decided`: no further pair is wanted. */
export interface ComparisonState {
  readonly status: 'continue' | 'decided';
  /** Valid pairs that the next look takes; undefined after the last one. */
  readonly wanted: number | undefined;
  /** One for each metric, in the order given; none before the first look. */
  readonly results: readonly ComparisonResult[];
  readonly taken: number;
  /** Names of the metrics known to be worse, and better, than base by more than their margin. */
  readonly worse: ReadonlySet<string>;
  readonly better: ReadonlySet<string>;
  readonly settled: ReadonlySet<string>;
  /** Names of those whose limit is base itself, and of which there is a hint that head is worse. */
  readonly suspected: ReadonlySet<string>;
  readonly plan: ComparisonPlan;
}

interface ComparisonPlan {
  readonly metrics: readonly ComparedMetric[];
  readonly looks: readonly Look[];
  readonly alpha: number;
  readonly validity: ValidityLimits;
  readonly startSpread?: number;
}

const LOOKS = [10, 20, 40, 80];
const ALPHA = 0.01;

/**
 * Nothing measured yet.
 * @throws RangeError if there is no metric, one stands twice, or a limit or margin is not one
 */
export function beginComparison(
  metrics: readonly ComparedMetric[],
  options: ComparisonOptions = {},
): ComparisonState {
  assertComparable(metrics);
  const { alpha = ALPHA, looks: pairs = LOOKS, validity = VALIDITY_LIMITS, startSpread } = options;
  const looks = looksOf({ pairs, alpha, metrics: metrics.length });
  const none = new Set<string>();
  return {
    status: 'continue',
    wanted: looks[0]?.pairs,
    results: [],
    taken: 0,
    worse: none,
    better: none,
    settled: none,
    suspected: none,
    plan: { metrics, looks, alpha, validity, startSpread },
  };
}

/**
 * All looks that the pairs so far allow. With `exhausted` (the budget is spent) one last look takes all that there is,
 * with all that is left to be missed. The same pairs give the same state, however often it is asked.
 */
export function compareRun(
  pairs: readonly Pair[],
  metrics: readonly ComparedMetric[],
  options: ComparisonOptions & { readonly exhausted?: boolean } = {},
): ComparisonState {
  let state = beginComparison(metrics, options);
  const valid = pairs.filter((pair) => isValid(pair, state.plan.validity)).length;
  while (state.status === 'continue' && valid >= (state.wanted ?? Infinity)) state = nextLook(state, pairs);
  if (state.status === 'decided' || options.exhausted !== true) return state;
  return look(state, pairs, { pairs: valid, share: shareLeft(state) });
}

/** One look, at as many valid pairs as it takes; the state as it was while there are fewer. */
export function nextLook(state: ComparisonState, pairs: readonly Pair[]): ComparisonState {
  const next = state.plan.looks[state.taken];
  if (state.status === 'decided' || next === undefined) return state;
  const valid = pairs.filter((pair) => isValid(pair, state.plan.validity)).length;
  return valid < next.pairs ? state : look(state, pairs, next);
}

function shareLeft({ plan, taken }: ComparisonState): number {
  return plan.looks.slice(taken).reduce((sum, { share }) => sum + share, 0);
}

function look(state: ComparisonState, pairs: readonly Pair[], at: Look): ComparisonState {
  const { kept, dropped } = firstValid(pairs, at.pairs, state.plan.validity);
  const judged = stepDown(state, kept, { look: at, dropped });
  const taken = at.share < shareLeft(state) ? state.taken + 1 : state.plan.looks.length;
  const wanted = state.plan.looks[taken]?.pairs;
  return {
    ...judged,
    taken,
    wanted,
    status: isDecided(judged) || wanted === undefined ? 'decided' : 'continue',
  };
}

function firstValid(
  pairs: readonly Pair[],
  count: number,
  validity: ValidityLimits,
): { readonly kept: readonly Pair[]; readonly dropped: number } {
  const kept: Pair[] = [];
  let dropped = 0;
  for (const pair of pairs) {
    if (!isValid(pair, validity)) dropped += 1;
    else if (kept.push(pair) === count) break;
  }
  return { kept, dropped };
}

/**
 * Holm's steps (1979) on either side by itself: a metric known to be worse no longer shares the level of the low
 * bounds, one known to be better no longer that of the high bounds, at this look and at all later ones (Maurer and
 * Bretz, "Multiple testing in group sequential trials", 2013). Steps follow until none finds anything new. What is
 * settled stays as it was found.
 */
function stepDown(
  state: ComparisonState,
  kept: readonly Pair[],
  { look: at, dropped }: { readonly look: Look; readonly dropped: number },
): ComparisonState {
  const { metrics, alpha } = state.plan;
  const sharing = { low: metrics.length - state.worse.size, high: metrics.length - state.better.size };
  const misses = missesOf(at, alpha, sharing);
  const total = missesOf({ ...at, share: 1 }, alpha, sharing);
  const sight = {
    misses,
    starts: betweenStarts(state.plan, total),
    confidence: 1 - total.low - total.high,
    looks: state.taken + 1,
    dropped,
  };
  const before = new Map(state.results.map((result) => [result.metric, result]));
  const found = metrics.map((metric): MetricComparison => {
    const settled = state.settled.has(metric.metric) ? before.get(metric.metric) : undefined;
    if (settled === undefined) return compareMetric(kept, metric, sight);
    const is = (names: ReadonlySet<string>): boolean => names.has(metric.metric);
    return {
      result: settled,
      worse: is(state.worse),
      better: is(state.better),
      settled: true,
      suspected: false,
    };
  });
  const stepped = {
    ...state,
    results: found.map(({ result }) => result),
    worse: joined(state.worse, found, 'worse'),
    better: joined(state.better, found, 'better'),
    settled: joined(state.settled, found, 'settled'),
    suspected: joined(new Set(), found, 'suspected'),
  };
  const isNew = stepped.worse.size > state.worse.size || stepped.better.size > state.better.size;
  return isNew ? stepDown(stepped, kept, { look: at, dropped }) : stepped;
}

/** As it is the same at each look, one start of either side may differ by what all looks together may miss. */
function betweenStarts({ startSpread }: ComparisonPlan, misses: Misses): Bounds | undefined {
  if (startSpread === undefined) return undefined;
  return { low: startsApart(startSpread, misses.low), high: startsApart(startSpread, misses.high) };
}

function joined(
  names: ReadonlySet<string>,
  found: readonly MetricComparison[],
  what: 'worse' | 'better' | 'settled' | 'suspected',
): ReadonlySet<string> {
  return new Set([...names, ...found.filter((one) => one[what]).map(({ result }) => result.metric)]);
}

/**
 * A gate that is missed decides the run. So do all gates settled, unless of one whose limit is base itself there is a
 * hint that head is worse: the looks to come have their part of what may be missed anyway.
 */
export function isDecided({ plan, results, settled, suspected }: Omit<ComparisonState, 'status'>): boolean {
  const gates = new Set(gatesOf(plan.metrics).map(({ metric }) => metric));
  const isMissed = results.some(({ metric, outcome }) => outcome === 'regression' && gates.has(metric));
  if (isMissed) return true;
  return (
    [...awaitedOf(plan.metrics)].every((metric) => settled.has(metric)) &&
    ![...suspected].some((metric) => gates.has(metric))
  );
}

/**
 * Names of the metrics that the run goes on for: those of gates. What only warns waits for nobody, nor does a limit of
 * base itself without a hint that it is broken, as no number of pairs shows it to hold, unless there is nothing else.
 */
export function awaitedOf(metrics: readonly ComparedMetric[]): ReadonlySet<string> {
  const gates = gatesOf(metrics);
  const provable = gates.filter(({ limit }) => limit > 0);
  return new Set((provable.length > 0 ? provable : gates).map(({ metric }) => metric));
}

/** All metrics where none is a gate. */
export function gatesOf(metrics: readonly ComparedMetric[]): readonly ComparedMetric[] {
  const gates = metrics.filter(({ level }) => level !== 'warn');
  return gates.length > 0 ? gates : metrics;
}

function assertComparable(metrics: readonly ComparedMetric[]): void {
  if (metrics.length === 0) throw new RangeError('there is no metric to compare');
  if (new Set(metrics.map(({ metric }) => metric)).size < metrics.length) {
    throw new RangeError('a metric is compared once; take the stricter limit, or compare twice');
  }
  for (const { metric, scale, worse, limit, margin = 0 } of metrics) {
    const most = scale === 'relative' && worse === 'lower' ? 1 : Infinity;
    if (![limit, margin].every((amount) => amount >= 0 && amount < most)) {
      throw new RangeError(
        `${metric}: limit ${limit} and margin ${margin} are amounts for the worse, from 0 up`,
      );
    }
  }
}

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
 * A look too early to ever tell is put off until it can: n pairs reach a p-value of 2⁻ⁿ at best. Rounded up to an even
 * number, so that a few numbers serve all: with 1% it is 10 for one metric, 12 for two to five, 14 for six to twenty.
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
