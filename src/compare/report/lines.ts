import { type ChangeUnit, formatChange, formatChanges, formatSize } from '../../lib/format-change.js';
import { formatConfidence, formatCount, formatQuantity, formatTime, plural } from '../../lib/format.js';
import { directionOf, limitText } from '../../lib/metric-words.js';
import { clipped } from '../../lib/text.js';
import type { Compared, ComparisonResult } from '../../model/comparison.js';
import {
  type Against,
  byStanding,
  code,
  type Row,
  type Sentence,
  type Standing,
  standingOf,
  STANDINGS,
  strong,
  words,
} from '../../model/document.js';
import { metricName, parseMetricName } from '../../model/metrics.js';
import type { ScenarioResults, ThresholdResult } from '../../model/results.js';
import { isAgainstBase } from '../../model/threshold.js';
import { marksOf } from '../statistics/evidence.js';
import { detectableWith } from '../statistics/metric.js';

/* What a comparison says of each metric, of all of them in one sentence, and beside the rows of the table of metrics. */

/** What became of a metric, in one word. */
export type ComparedAnswer = 'worse' | 'unresolved' | 'better' | 'holds';

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

/** What does not hold comes first; else in the order in which they were compared. */
export function comparedLines(scenario: ScenarioResults): readonly ComparedLine[] {
  return (scenario.comparison ?? []).map((result) => lineOf(result, scenario)).sort(byStanding);
}

function lineOf(source: ComparisonResult, scenario: ScenarioResults): ComparedLine {
  const { metric, low, high, change } = source;
  const thresholds = scenario.thresholds.filter(
    (threshold) => metricName(threshold) === metric && isAgainstBase(threshold),
  );
  const unit = { ...unitOf(source, scenario), marks: marksOfLine(source, thresholds) };
  const [first] = thresholds;
  const standing = worst(thresholds.map(standingOf));
  const isBroken = thresholds.some(({ outcome }) => outcome === 'fail' || outcome === 'accepted');
  const answer = isBroken ? 'worse' : answerToLine(source, standing);
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
    detail,
    limit: thresholds.map(limitText).join(', '),
    level: first?.level,
    unit,
    source,
  };
}

function unitOf({ metric, scale, ...result }: ComparisonResult, { metrics }: ScenarioResults): ChangeUnit {
  const unit = result.unit ?? metrics[metric]?.unit ?? parseMetricName(metric).definition?.unit ?? 'count';
  return { scale, unit };
}

function worst(standings: readonly Standing[]): Standing {
  return STANDINGS.find((standing) => standings.includes(standing)) ?? 'plain';
}

/** A limit of `base` itself is never shown to hold: where its gate is taken to hold, nothing was seen against it. */
function answerToLine({ outcome }: ComparisonResult, standing: Standing): ComparedAnswer {
  switch (outcome) {
    case 'regression':
      return 'worse';
    case 'improvement':
      return 'better';
    case 'no_regression':
      return 'holds';
    case 'unresolved':
      return standing === 'pass' ? 'holds' : 'unresolved';
  }
}

function outcomeWords({ metric, worse, outcome }: ComparisonResult, answer: ComparedAnswer): string {
  switch (answer) {
    case 'worse':
      return directionOf(metric, worse).worse;
    case 'better':
      return directionOf(metric, worse).better;
    case 'holds':
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
function detectable({ metric, worse, mde }: ComparisonResult, unit: ChangeUnit): string | undefined {
  if (mde === null) return undefined;
  return formatChange(directionOf(metric, worse).sign * mde, unit);
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
  const worse = directionOf(source.metric, source.worse).sign === 1 ? 'higher' : 'lower';
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

const WORST_FIRST: readonly ComparedAnswer[] = ['worse', 'unresolved', 'better', 'holds'];

/** What a comparison comes to. */
export interface Answer {
  readonly sentence: Sentence;
  /** `slower`, `no regression`, `unresolved`, `not compared`. */
  readonly short: string;
}

/** `Slower: flow_time.p95 +9.8% (99% interval +7.1% … +12.6%) over 24 pairs`. */
export function answerOf(lines: readonly ComparedLine[], compared: Compared): Answer {
  if (compared.invalid !== undefined) {
    return { sentence: [words('Invalid: '), words(compared.invalid)], short: 'invalid' };
  }
  const answer = WORST_FIRST.find((one) => lines.some((line) => line.answer === one));
  const line = lines.find((one) => one.answer === answer);
  if (answer === undefined || line === undefined) return nothing(compared);
  const alike = lines.filter((one) => one.answer === answer).length - 1;
  switch (answer) {
    case 'worse':
    case 'better':
      return {
        sentence: [words(`${capital(line.outcome)}: `), ...effect(line), ...too(alike, `${answer} too`)],
        short: line.outcome,
      };
    case 'unresolved':
      return {
        sentence: [
          words('Unresolved: '),
          ...effect(line),
          ...outlook(line, compared),
          ...too(alike, 'unresolved too'),
        ],
        short: 'unresolved',
      };
    case 'holds':
      return {
        sentence: [words(beyond(line)), ...effect(line), ...too(alike, 'without one too')],
        short: line.outcome,
      };
  }
}

function nothing({ absent, ended }: Compared): Answer {
  if (absent !== undefined) {
    return { sentence: [words(`${absent}; judged by its absolute gates alone`)], short: 'not compared' };
  }
  const why =
    ended === 'interrupted'
      ? 'the run was interrupted before anything was known'
      : ended === 'failed'
        ? 'the rounds failed before anything was known'
        : 'no pair of rounds was finished';
  return { sentence: [words(why)], short: 'not compared' };
}

/** `flow_time.p95 +9.8% (99% interval +7.1% … +12.6%) over 24 pairs`. */
function effect({ metric, change, source, ...line }: ComparedLine): Sentence {
  if (source.change === null) return [code(metric)];
  return [code(metric), words(' '), strong(change), words(` ${intervalOf(line)}over ${pairsOf(source)}`)];
}

function intervalOf({ interval, confidence }: Pick<ComparedLine, 'interval' | 'confidence'>): string {
  return interval === '' ? '' : `(${confidence} interval ${interval}) `;
}

function pairsOf({ pairs }: { readonly pairs: number }): string {
  return plural(pairs, 'pair');
}

/**
 * `: could have seen +6.3%; about 40 pairs (4 min) would show +5%; one more minute (10 pairs) would see +5.1%`, or why it
 * is unresolved.
 */
export function outlook({ source, unit }: ComparedLine, compared: Compared): Sentence {
  const { time, pairs } = compared;
  const { needed, reason, metric, limit } = source;
  if (reason !== undefined) return [words(`: ${reason}`)];
  const seen = detectable(source, unit);
  const parts = [
    ...(seen === undefined ? [] : [`could have seen ${seen}`]),
    ...(needed === null || needed <= source.pairs
      ? []
      : [
          `about ${formatCount(needed)} pairs${roughly(needed, { time, rounds: pairs.length })} would show ${formatChange(directionOf(metric, source.worse).sign * limit, unit)}`,
        ]),
    ...oneMoreMinute(source, compared, unit),
  ];
  return parts.length === 0 ? [] : [words(`: ${parts.join('; ')}`)];
}

/** Where time was what it lacked. */
function oneMoreMinute(
  source: ComparisonResult,
  { time, pairs, ended }: Compared,
  unit: ChangeUnit,
): readonly string[] {
  const more = pairs.length === 0 || !(time > 0) ? 0 : Math.floor((60_000 * pairs.length) / time);
  if (ended !== 'budget' || more === 0) return [];
  const worse = directionOf(source.metric, source.worse).sign === 1 ? 'higher' : 'lower';
  const mde = detectableWith(source.pairs + more, source, { worse });
  const seen = detectable({ ...source, mde }, unit);
  return seen === undefined ? [] : [`one more minute (${plural(more, 'pair')}) would see ${seen}`];
}

/** ` (4 min)`: nobody knows it to the second. */
function roughly(needed: number, ran: { readonly time: number; readonly rounds: number }): string {
  if (ran.rounds === 0 || !(ran.time > 0)) return '';
  const ms = (ran.time / ran.rounds) * needed;
  const step = ms >= 120_000 ? 60_000 : ms >= 10_000 ? 5000 : 1000;
  return ` (${formatTime(Math.max(step, Math.round(ms / step) * step))})`;
}

/** `No regression beyond 5%: `; a limit of `base` itself can only be seen to be broken. */
function beyond({ source, unit, outcome }: ComparedLine): string {
  if (source.limit === 0 || source.outcome === 'unresolved') return `${capital(outcome)}: `;
  return `No regression beyond ${formatSize(directionOf(source.metric, source.worse).sign * source.limit, unit)}: `;
}

function too(count: number, what: string): Sentence {
  if (count === 0) return [];
  return [words(`; ${plural(count, 'other metric')} ${count === 1 ? 'is' : 'are'} ${what}`)];
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/**
 * Base, change and interval beside the rows that a comparison is about: thresholds on the base, and plain figures. A
 * row with a limit of its own stays as it is, as its value is of the whole run and not of rounds.
 */
export function withComparison(rows: readonly Row[], lines: readonly ComparedLine[]): readonly Row[] {
  const byMetric = new Map(lines.map((line) => [line.metric, line]));
  return rows.map((row) => {
    const line = byMetric.get(row.metric);
    if (line === undefined || !isAbout(row)) return row;
    // A word on the value is one on that of the whole run, and why it is unresolved stands in the comparison.
    const { detail, ...rest } = row;
    const why = line.source.change === null ? detail : undefined;
    return { ...rest, value: line.head, detail: why, against: againstOf(line) };
  });
}

function isAbout({ limit, againstBase }: Row): boolean {
  return limit === undefined || againstBase === true;
}

function againstOf({ base, change, interval, confidence, source }: ComparedLine): Against {
  const { low, high, pairs } = source;
  return {
    base,
    change: low === 0 && high === 0 ? '=' : mayBeNoise(source) ? '~' : change,
    interval,
    how: `${change}${interval === '' ? '' : ` (${confidence} interval ${interval}, ${formatCount(pairs)} pairs)`}`,
  };
}

/** The exact test of rates may find a difference that its bounds, which are wider, only touch: they then end at 0. */
function mayBeNoise({ low, high, scale }: ComparedLine['source']): boolean {
  if (low === null || high === null) return true;
  return scale === 'rate' ? low < 0 && high > 0 : low <= 0 && high >= 0;
}
