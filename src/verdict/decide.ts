import type { UnresolvedAnswer } from '../model/compare-plan.js';
import type { Record } from '../model/record.js';
import type { CheckResult, ThresholdResult } from '../model/results.js';
import type { Verdict } from '../model/verdict.js';
import { plural } from '../model/format.js';
import { type Concern, checkConcerns, recordConcerns, thresholdConcerns } from './concerns.js';

export interface Judgement {
  readonly thresholds: readonly ThresholdResult[];
  readonly checks: readonly CheckResult[];
  readonly record: Record;
  /** What becomes of thresholds that a comparison has left open; `warn` if left out. */
  readonly onUnresolved?: UnresolvedAnswer;
  /** What is worth saying although it keeps nothing from passing. */
  readonly remarks?: readonly string[];
  /** What else keeps the scenario from passing. */
  readonly more?: readonly Concern[];
}

interface Decision {
  readonly verdict: Verdict;
  /** Plain sentences, the most important first; they may hold what a flow printed. */
  readonly reasons: string[];
}

/** Worst first. A gate that fails stays failed whatever else was not measured. */
const WORST_FIRST = ['fail', 'inconclusive', 'warn', 'pass'] as const satisfies readonly Verdict[];

/**
 * The verdict on one scenario.
 *
 * - `fail`: setup, service or teardown went wrong, abort-on-fail has ended the run or the climb, or a gate or a check at
 *   level fail does not hold;
 * - `inconclusive`: the run was interrupted, no flow was started, or a gate or a check at level fail lacks data
 *   (or is left open by a comparison, if that is to fail);
 * - `warn`: an alert or a check at level warn does not hold or lacks data, or a comparison has left a threshold open;
 * - `pass`: everything that was asked for holds.
 */
export function decide(judgement: Judgement): Decision {
  const { thresholds, checks, record, more = [], remarks = [], onUnresolved } = judgement;
  const concerns = [
    ...recordConcerns(record),
    ...checkConcerns(checks),
    ...more,
    ...thresholdConcerns(thresholds, onUnresolved),
  ];
  if (concerns.length === 0) {
    return { verdict: 'pass', reasons: [whatHolds(thresholds, checks), ...remarks] };
  }
  // Stable: within a verdict, what went wrong with the run stands before checks, and checks before gates.
  const ordered = concerns.toSorted((one, other) => rank(one) - rank(other));
  return { verdict: overall(ordered), reasons: [...ordered.map(({ reason }) => reason), ...remarks] };
}

/** The worst of several verdicts: fail, then inconclusive, warn, pass. None at all is inconclusive. */
export function overall(scenarios: readonly { readonly verdict: Verdict }[]): Verdict {
  return (
    WORST_FIRST.find((verdict) => scenarios.some((scenario) => scenario.verdict === verdict)) ??
    'inconclusive'
  );
}

function rank({ verdict }: Concern): number {
  return WORST_FIRST.indexOf(verdict);
}

function whatHolds(judged: readonly ThresholdResult[], checks: readonly CheckResult[]): string {
  const thresholds = judged.filter(({ outcome }) => outcome === 'pass');
  const gates = thresholds.filter(({ level }) => level === 'fail').length;
  const counts = [
    { count: gates, noun: 'gate' },
    { count: thresholds.length - gates, noun: 'alert' },
    { count: checks.length, noun: 'check' },
  ].filter(({ count }) => count > 0);
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return 'nothing was asked for';
  const list = counts.map(({ count, noun }) => plural(count, noun));
  const words =
    list.length === 1 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1) ?? ''}`;
  return `${words} ${all === 1 ? 'holds' : 'hold'}`;
}
