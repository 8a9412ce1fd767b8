import { plural } from '../lib/format.js';
import { misfitOf } from '../lib/quantity.js';
import type {
  Compared,
  ComparedMetric,
  ComparedPair,
  ComparisonOutcome,
  ComparisonResult,
  Pair,
  UnresolvedAnswer,
} from '../model/comparison.js';
import { definitionOf, type MetricDefinition, metricName } from '../model/metrics.js';
import type { CheckResult, ThresholdResult } from '../model/results.js';
import {
  type BaseThreshold,
  type Concern,
  isAgainstBase,
  parsedPart,
  type Threshold,
  worseOf,
} from '../model/threshold.js';
import { evidenceOf, outcomeAt } from './statistics/evidence.js';
import { marginBeside, scaleOf, worseningOf } from './thresholds.js';
import { differenceWords, unresolvedWords } from './words.js';

/** What a comparison gives to whoever judges. */
export interface ScenarioComparison {
  /** In force beside those of the plan, because none of these hangs on the base. */
  readonly defaultGates: readonly Threshold[];
  /** One for each metric that a threshold compares. */
  readonly results: readonly ComparisonResult[];
  readonly compared: Compared;
}

/**
 * A threshold against the base. What is not known is `unresolved`, never passed; but a limit of base itself, which no
 * number of rounds could show to hold, holds unless it is shown to be broken.
 */
export function judgeAgainstBase(
  threshold: BaseThreshold,
  { results, compared }: Pick<ScenarioComparison, 'results' | 'compared'>,
): ThresholdResult {
  const result = resultOf(threshold, results);
  const unit = definitionOf(threshold.metric).unit ?? result?.unit ?? 'count';
  const judged = {
    ...parsedPart(threshold),
    actual: result?.head ?? null,
    bound: boundFrom(threshold, result?.base ?? null),
    unit,
  };
  if (compared.absent !== undefined) {
    return { ...judged, outcome: 'unresolved', reason: `not judged: ${compared.absent}` };
  }
  if (compared.invalid !== undefined) {
    return { ...judged, actual: null, bound: null, outcome: 'inconclusive', reason: INVALID };
  }
  if (result === undefined) return { ...judged, outcome: 'unresolved', reason: NOT_REACHED };
  const misfit = amountMisfit(threshold, result);
  if (misfit !== undefined) return { ...judged, bound: null, outcome: 'inconclusive', reason: misfit };
  return { ...judged, ...standing(threshold, result, compared) };
}

/** An amount such as `base + 3MB` has to be in the unit that flows report. */
function amountMisfit({ limit, written }: BaseThreshold, { unit }: ComparisonResult): string | undefined {
  return limit.base === 'relative' || written === undefined || unit === undefined
    ? undefined
    : misfitOf(written, unit);
}

const INVALID = 'the comparison is invalid';
const NOT_REACHED = 'no round was run';

function standing(
  threshold: BaseThreshold,
  result: ComparisonResult,
  { base }: Compared,
): Pick<ThresholdResult, 'outcome' | 'reason'> {
  const limit = worseningOf(threshold);
  const outcome = outcomeOf(threshold, result);
  if (outcome === 'regression') return { outcome: 'fail', reason: differenceWords(result, base.label) };
  if (outcome !== 'unresolved') return { outcome: 'pass' };
  const { reason } = result;
  if (result.pairs > 0 && hasNoHead(result, { worse: worseOf(threshold) })) {
    return { outcome: 'inconclusive', reason: reason ?? 'no data' };
  }
  if (limit === 0 && reason === undefined && result.change !== null) return { outcome: 'pass' };
  const told = result.limit === limit ? result : ofAnotherLimit(result, limit);
  return { outcome: 'unresolved', reason: reason ?? unresolvedWords(told, base.label) };
}

/**
 * How many pairs would tell is known of the limit alone that was compared. A change that it sees is seen by a smaller one
 * too, but not by a larger one, which the estimate may not reach.
 */
function ofAnotherLimit(result: ComparisonResult, limit: number): ComparisonResult {
  return { ...result, needed: null, mde: limit < result.limit ? result.mde : null };
}

/** Nothing was measured of head, or nothing is left of it, however many rounds there were: no flow of it was ok. */
function hasNoHead(
  { base, head, scale }: ComparisonResult,
  { worse }: Pick<MetricDefinition, 'worse'>,
): boolean {
  return head === null || (scale === 'relative' && worse === 'lower' && head === 0 && (base ?? 0) > 0);
}

/** The limit that base's own value makes, in the metric's base unit; the interval decides, not it. */
function boundFrom(threshold: BaseThreshold, base: number | null): number | null {
  const { limit } = threshold;
  if (base === null) return null;
  return limit.base === 'relative' && scaleOf(threshold) !== 'rate'
    ? base * (1 + limit.delta)
    : base + limit.delta;
}

/** Names of the metrics that became worse by what one of their thresholds takes for too much. */
export function brokenMetrics(
  thresholds: readonly Threshold[],
  results: readonly ComparisonResult[],
): ReadonlySet<string> {
  const broken = thresholds.filter(isAgainstBase).filter((threshold) => {
    const result = resultOf(threshold, results);
    return result !== undefined && outcomeOf(threshold, result) === 'regression';
  });
  return new Set(broken.map(metricName));
}

function resultOf(
  threshold: BaseThreshold,
  results: readonly ComparisonResult[],
): ComparisonResult | undefined {
  const name = metricName(threshold);
  return results.find(({ metric }) => metric === name);
}

function outcomeOf(threshold: BaseThreshold, result: ComparisonResult): ComparisonOutcome {
  const worse = worseOf(threshold);
  const margin = marginBeside(threshold, result);
  return outcomeAt(result, {
    worse: worse === 'lower' ? 'lower' : 'higher',
    limit: worseningOf(threshold),
    margin,
  });
}

/** What a comparison adds to the decision on its scenario; nothing where there is none. */
export function ofComparison(comparison: Pick<ScenarioComparison, 'results' | 'compared'> | undefined): {
  readonly onUnresolved?: UnresolvedAnswer;
  readonly remarks?: readonly string[];
} {
  if (comparison === undefined) return {};
  // What is faster because its slow flows fail is no improvement.
  const remarks = moreFailures(comparison) === undefined ? improvements(comparison) : [];
  return { onUnresolved: comparison.compared.onUnresolved, remarks };
}

/** Whatever `on-inconclusive` says, and whether or not a gate refers to base. */
export function invalidConcerns(comparison: Pick<ScenarioComparison, 'compared'> | undefined): Concern[] {
  const { invalid, base } = comparison?.compared ?? {};
  if (invalid === undefined) return [];
  return [
    {
      verdict: 'inconclusive',
      reason: `the comparison with ${base?.label ?? 'base'} is invalid: ${invalid}`,
    },
  ];
}

/** What became better, in words. */
function improvements({
  results,
  compared,
}: Pick<ScenarioComparison, 'results' | 'compared'>): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'improvement')
    .map((result) => differenceWords(result, compared.base.label));
}

type ComparedCounts = Pick<ScenarioComparison, 'results' | 'compared'>;

const RATES: readonly string[] = ['success_rate', 'error_rate'];
const FAILURES: ComparedMetric = { metric: 'error_rate', worse: 'higher', scale: 'rate', limit: 0 };
/** With which sides that fail alike are told apart, on either side. */
const MISS = 0.005;

/**
 * Times are those of ok flows: where the slow ones fail, head looks faster. So if nobody asked for the rate of success
 * against base, more failures of head are a warning.
 */
export function failureConcerns(comparison: ComparedCounts | undefined): Concern[] {
  const sentence = comparison && moreFailures(comparison);
  return sentence === undefined ? [] : [{ verdict: 'warn', reason: sentence }];
}

/** `more flows of head failed than of main: 60 of 120 flows, and 0 of 120 flows; …`; undefined if that is not known, or judged. */
function moreFailures({ results, compared }: ComparedCounts): string | undefined {
  if (compared.invalid !== undefined || results.some(({ metric }) => RATES.includes(metric)))
    return undefined;
  const pairs = compared.pairs.filter(({ dropped }) => dropped === undefined).map(flowsOf);
  const found = evidenceOf(pairs, FAILURES, { misses: { low: MISS, high: MISS } });
  if (!('evidence' in found) || !found.evidence.worse) return undefined;
  return (
    `more flows of head failed than of ${compared.base.label}: ${failedIn(pairs, 'head')}, and ` +
    `${failedIn(pairs, 'base')}; times are those of ok flows alone: ask for success_rate >= base as well`
  );
}

function flowsOf({ order, base, head }: ComparedPair): Pair {
  return { order, base: { values: {}, flows: base.flows }, head: { values: {}, flows: head.flows } };
}

/** `60 of 120 flows`. */
function failedIn(pairs: readonly Pair[], side: 'base' | 'head'): string {
  const rounds = pairs.map((pair) => pair[side].flows);
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const started = rounds.reduce((sum, round) => sum + round.started, 0);
  return `${failed} of ${plural(started, 'flow')}`;
}

/**
 * What grows more in head than in base counts at the level of the check `growth`, if that was asked for; else it is only
 * told. It says more than the check does: base is the witness that the load and the machine are not why.
 */
export function growthConcerns(
  compared: Compared | undefined,
  checks: readonly Pick<CheckResult, 'id' | 'level'>[],
): Concern[] {
  const level = checks.find(({ id }) => id === 'growth')?.level;
  if (level === undefined || level === 'off') return [];
  return (compared?.growth?.found ?? [])
    .filter(({ outcome }) => outcome === 'more')
    .map(({ sentence }) => ({ verdict: level, reason: sentence }));
}
