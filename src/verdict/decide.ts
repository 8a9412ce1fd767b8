import type { UnresolvedAnswer } from '../model/comparison.js';
import type { Record } from '../model/record.js';
import type { CheckResult, Results, ThresholdResult, Verdict } from '../model/results.js';
import type { Concern, Threshold } from '../model/threshold.js';
import { formatAgainst, formatQuantity, plural } from '../lib/format.js';
import { conditionText, imageSentence } from '../lib/metric-words.js';
import { metricName } from '../model/metrics.js';
import { startedFlows } from '../measure/figures.js';
import { summarize } from '../measure/summarize.js';
import { tallyOf } from '../measure/tally.js';
import { judge } from './judge.js';

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
 * - `warn`: an alert or a check at level warn does not hold or lacks data, a comparison has left a threshold open, or
 *   the change accepts a regression;
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

/** What counts for the verdict when not all of several runs are there. */
export function unwhole({ faults = [] }: Pick<Results, 'faults'>): readonly { readonly verdict: Verdict }[] {
  return faults.length === 0 ? [] : [{ verdict: 'inconclusive' }];
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

/** Longer evidence is cut in a reason; the check keeps it whole. */
const LONGEST = 300;

/** What went wrong with the run itself. */
function recordConcerns(record: Record): Concern[] {
  const { problems, interrupted, aborted, flows, load } = record;
  const concerns: Concern[] = problems.map((problem) => ({ verdict: 'fail', reason: sentence(problem) }));
  if (aborted !== undefined) {
    const when = `aborted after ${formatQuantity(aborted.at, 'ms')} by abort-on-fail`;
    concerns.push({ verdict: 'fail', reason: sentence(`${when}: ${aborted.reason}`) });
  }
  if (interrupted !== undefined) {
    const of = 'iterations' in load ? ` of ${load.iterations}` : '';
    const ran = flows.filter(({ outcome }) => outcome !== 'dropped' && outcome !== 'killed').length;
    concerns.push({
      verdict: 'inconclusive',
      reason: `interrupted by ${interrupted} after ${ran}${of} flows`,
    });
  } else if (startedFlows(tallyOf(record)) === 0) {
    concerns.push({ verdict: 'inconclusive', reason: 'no flow was started' });
  }
  return concerns;
}

/**
 * Gates and alerts that do not hold, one by one; those without data together, by the reason why.
 * @param onUnresolved what becomes of those that a comparison with the base has left open
 */
export function thresholdConcerns(
  thresholds: readonly ThresholdResult[],
  onUnresolved: UnresolvedAnswer = 'warn',
): Concern[] {
  const failed = thresholds
    .filter(({ outcome }) => outcome === 'fail')
    .map((threshold): Concern => ({ verdict: weight(threshold.level), reason: byHowMuch(threshold) }));
  const accepted = thresholds.filter(({ outcome }) => outcome === 'accepted');
  return [
    ...failed,
    ...accepted.map((threshold): Concern => ({ verdict: 'warn', reason: acceptedText(threshold) })),
    ...withoutData(thresholds, 'fail'),
    ...withoutData(thresholds, 'warn'),
    ...notJudged(thresholds),
    ...leftOpen(thresholds, onUnresolved),
  ];
}

/** A warning, so that reviewers look: they approve the reason with the code. */
function acceptedText(threshold: ThresholdResult): string {
  return `${byHowMuch(threshold)}; accepted by this change: ${threshold.accepted ?? ''}`;
}

/** The gates that a record breaks, in words. What it has no data for it does not break. */
export function brokenGates(gates: readonly Threshold[], record: Record): string[] {
  return judge(gates, summarize(record))
    .filter(({ level, outcome }) => level === 'fail' && outcome === 'fail')
    .map(byHowMuch);
}

/** With other gates to go by it is a warning; a run in which no gate was judged has passed none. */
function notJudged(thresholds: readonly ThresholdResult[]): Concern[] {
  const left = thresholds.filter(({ outcome }) => outcome === 'not_judged');
  const [first] = left;
  if (first === undefined) return [];
  const gates = thresholds.filter(({ level }) => level === 'fail');
  const isAll = gates.length > 0 && gates.every(({ outcome }) => outcome === 'not_judged');
  const expressions = left.map(({ expression }) => expression).join(', ');
  const verb = left.length === 1 ? 'was' : 'were';
  const reason = `${expressions} ${verb} not judged: ${first.reason ?? 'no data'}`;
  return [
    {
      verdict: isAll ? 'inconclusive' : 'warn',
      reason: sentence(isAll ? `no gate was judged: ${reason}` : reason),
    },
  ];
}

/** Who asks for an unresolved comparison to fail wants to know: it is as if there were no data. */
function leftOpen(thresholds: readonly ThresholdResult[], answer: UnresolvedAnswer): Concern[] {
  if (answer === 'pass') return [];
  return thresholds
    .filter(({ outcome }) => outcome === 'unresolved')
    .map(({ expression, level, reason = 'no data' }) => ({
      verdict: answer === 'fail' && level === 'fail' ? 'inconclusive' : 'warn',
      reason: sentence(`${expression} is unresolved: ${reason}`),
    }));
}

function checkConcerns(checks: readonly CheckResult[]): Concern[] {
  return checks
    .filter(({ outcome, level }) => outcome !== 'pass' && level !== 'off')
    .map(({ outcome, level, title, evidence }) => ({
      verdict: level === 'fail' ? outcomeWeight(outcome) : 'warn',
      reason: sentence(evidence[0] === undefined ? title : `${title}: ${evidence[0]}`),
    }));
}

/** "flow_time.p95 2.71 s, the gate is < 2.5 s": the measured value in our digits, the limit in the user's. */
export function byHowMuch(threshold: ThresholdResult): string {
  const { level, actual, bound, unit, reason, origin, image } = threshold;
  const gate = `${level === 'fail' ? 'gate' : 'alert'}${origin === undefined ? '' : ' by history'}`;
  // Against the base it is not the two values that tell, but the differences of the pairs.
  if (reason !== undefined) return `${reason}; the ${gate} is ${conditionText(threshold)}`;
  const beside = image === undefined ? '' : `; ${imageSentence(image)}`;
  return `${metricName(threshold)} ${formatAgainst(actual, bound, unit)}, the ${gate} is ${conditionText(threshold)}${beside}`;
}

function withoutData(thresholds: readonly ThresholdResult[], level: ThresholdResult['level']): Concern[] {
  const lacking = thresholds.filter(
    (threshold) => threshold.level === level && threshold.outcome === 'inconclusive',
  );
  const reasons = new Set(lacking.map(({ reason }) => reason ?? 'no data'));
  return [...reasons].map((reason) => {
    const expressions = lacking
      .filter((threshold) => (threshold.reason ?? 'no data') === reason)
      .map(({ expression }) => expression);
    return {
      verdict: level === 'fail' ? 'inconclusive' : 'warn',
      reason: `${expressions.join(', ')} cannot be judged: ${reason}`,
    };
  });
}

function weight(level: ThresholdResult['level']): Concern['verdict'] {
  return level === 'fail' ? 'fail' : 'warn';
}

function outcomeWeight(outcome: CheckResult['outcome']): Concern['verdict'] {
  return outcome === 'fail' ? 'fail' : 'inconclusive';
}

function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
