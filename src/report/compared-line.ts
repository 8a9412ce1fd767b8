import type { ComparisonResult } from '../model/comparison.js';
import { formatConfidence, formatQuantity } from '../model/format.js';
import { formatChange, formatChanges, type ChangeUnit } from '../model/format-change.js';
import type { ScenarioResults, ThresholdResult } from '../model/results.js';
import type { Compared } from '../model/compared.js';
import { directionOf, limitText } from '../model/metric-words.js';
import { metricName, parseMetricName } from '../model/metrics.js';
import { isAgainstBase } from '../model/threshold.js';
import { marksOf } from '../stats/compare/marks.js';
import type { Standing } from './blocks.js';
import { clipped } from './lines.js';
import { standingOf } from './row.js';

/** What became of a metric, in one word. */
export type ComparedAnswer = 'worse' | 'unresolved' | 'better' | 'held';

/** One line of the table of a comparison. */
export interface ComparedLine {
  readonly standing: Standing;
  readonly answer: ComparedAnswer;
  /** Canonical name. */
  readonly metric: string;
  /** Medians over the rounds of either side. */
  readonly base: string;
  readonly head: string;
  /** `+9.8%`. */
  readonly change: string;
  /** `+7.1% … +12.6%`; empty if nothing is known. */
  readonly interval: string;
  /** `99.7%`, with which the interval holds; empty if nothing is known. */
  readonly confidence: string;
  /** `slower`, `no regression`, `unresolved`. */
  readonly outcome: string;
  /** Why it is unresolved, or what could have been seen. */
  readonly detail?: string;
  /** `≤ base + 5%`; empty where no threshold hangs on it. */
  readonly limit: string;
  readonly level?: ThresholdResult['level'];
  readonly unit: ChangeUnit;
  readonly source: ComparisonResult;
}

const RANKS: readonly Standing[] = ['fail', 'inconclusive', 'unresolved', 'alert', 'pass', 'plain'];

/** What does not hold comes first; else in the order in which they were compared. */
export function comparedLines(scenario: ScenarioResults): readonly ComparedLine[] {
  return (scenario.comparison ?? [])
    .map((result) => lineOf(result, scenario))
    .sort((one, other) => RANKS.indexOf(one.standing) - RANKS.indexOf(other.standing));
}

function lineOf(source: ComparisonResult, scenario: ScenarioResults): ComparedLine {
  const { metric, low, high, change } = source;
  const thresholds = scenario.thresholds.filter(
    (threshold) => metricName(threshold) === metric && isAgainstBase(threshold),
  );
  const unit = { ...unitOf(source, scenario), marks: marksOfLine(source, thresholds) };
  const [first] = thresholds;
  const standing = worst(thresholds.map(standingOf));
  const isBroken = thresholds.some(({ outcome }) => outcome === 'fail');
  const answer = isBroken ? 'worse' : answerOf(source, standing);
  const detail = detailOf(source, answer, unit);
  return {
    standing,
    answer,
    metric,
    base: formatQuantity(source.base, unit.unit),
    head: formatQuantity(source.head, unit.unit),
    change: formatChange(change, unit),
    interval: formatChanges(low, high, unit) ?? '',
    confidence: source.confidence === null ? '' : formatConfidence(source.confidence),
    outcome: outcomeWords(source, answer),
    ...(detail === undefined ? {} : { detail }),
    limit: thresholds.map(limitText).join(', '),
    ...(first === undefined ? {} : { level: first.level }),
    unit,
    source,
  };
}

function unitOf({ metric, scale }: ComparisonResult, { metrics }: ScenarioResults): ChangeUnit {
  const unit = metrics[metric]?.unit ?? parseMetricName(metric).definition?.unit ?? 'count';
  return { scale, unit };
}

function worst(standings: readonly Standing[]): Standing {
  return RANKS.find((standing) => standings.includes(standing)) ?? 'plain';
}

/** A limit of `base` itself is never shown to hold: where its gate is taken to hold, nothing was seen against it. */
function answerOf({ outcome }: ComparisonResult, standing: Standing): ComparedAnswer {
  switch (outcome) {
    case 'regression':
      return 'worse';
    case 'improvement':
      return 'better';
    case 'no_regression':
      return 'held';
    case 'unresolved':
      return standing === 'pass' ? 'held' : 'unresolved';
  }
}

function outcomeWords({ metric, outcome }: ComparisonResult, answer: ComparedAnswer): string {
  switch (answer) {
    case 'worse':
      return directionOf(metric).worse;
    case 'better':
      return directionOf(metric).better;
    case 'held':
      return outcome === 'unresolved' ? 'no change seen' : 'no regression';
    case 'unresolved':
      return 'unresolved';
  }
}

function detailOf(source: ComparisonResult, answer: ComparedAnswer, unit: ChangeUnit): string | undefined {
  if (answer !== 'unresolved') return undefined;
  if (source.reason !== undefined) return source.reason;
  const seen = detectable(source, unit);
  return seen === undefined ? undefined : `could have seen ${seen}`;
}

/** `+6.3%`, `−6.3%` of what is worse when lower: the smallest change for the worse that so many pairs show. */
export function detectable({ metric, mde }: ComparisonResult, unit: ChangeUnit): string | undefined {
  if (mde === null) return undefined;
  return formatChange(directionOf(metric).sign * mde, unit);
}

/** `99.7% interval`, if all of them hold with the same confidence. */
export function intervalHead(lines: readonly ComparedLine[]): string {
  const confidences = new Set(lines.map(({ confidence }) => confidence).filter((text) => text !== ''));
  const [only = ''] = confidences;
  return confidences.size === 1 ? `${only} interval` : 'Interval';
}

/** Beside a head that does not tell it, with the confidence. */
export function intervalCell({ interval, confidence }: ComparedLine, head: string): string {
  return interval === '' || head !== 'Interval' ? interval : `${interval} (${confidence})`;
}

/** The changes that decide, and the limits of all thresholds that hang on the metric. */
function marksOfLine(source: ComparisonResult, thresholds: readonly ThresholdResult[]): readonly number[] {
  const worse = directionOf(source.metric).sign === 1 ? 'higher' : 'lower';
  const limits = thresholds.flatMap((threshold) => limitAsChange(threshold, source) ?? []);
  return [...marksOf({ ...source, worse }), ...limits.filter(Number.isFinite)];
}

function limitAsChange({ bound }: ThresholdResult, { base, scale }: ComparisonResult): number | undefined {
  if (bound === null || base === null) return undefined;
  return scale === 'relative' ? bound / base - 1 : bound - base;
}

const LONGEST = 50;

/** How people call it; a command or a path may be long. */
export function sideLabel({ label }: Compared['base']): string {
  return clipped(label, LONGEST);
}

/** `main (1a2b3c4)`. */
export function sideName(side: Compared['base']): string {
  const sha = side.sha?.slice(0, 7);
  return sha === undefined || side.label.startsWith(sha) ? sideLabel(side) : `${sideLabel(side)} (${sha})`;
}
