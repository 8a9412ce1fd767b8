import type { UnresolvedAnswer, Compared, ComparisonOutcome, ComparisonResult } from '../model/comparison.js';
import { definitionOf, metricName, type MetricDefinition } from '../model/metrics.js';
import type { ThresholdResult } from '../model/results.js';
import { isAgainstBase, type BaseThreshold, type Threshold } from '../model/threshold.js';
import { outcomeAt } from '../stats/compare/at-limit.js';
import { marginBeside, scaleOf, worseningOf } from './base-limit.js';
import type { Concern } from '../model/threshold.js';
import { parsedPart } from './judge.js';
import { moreFailures } from './compared-failures.js';
import { differenceWords, unresolvedWords } from './compared-words.js';

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
  const { unit } = definitionOf(threshold.metric);
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
  return { ...judged, ...standing(threshold, result, compared) };
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
  if (result.pairs > 0 && hasNoHead(result, definitionOf(threshold.metric))) {
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
  const { worse } = definitionOf(threshold.metric);
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
