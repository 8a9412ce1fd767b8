import type { UnresolvedAnswer } from '../model/comparison.js';
import type { Record } from '../model/record.js';
import type { CheckResult, ThresholdResult } from '../model/results.js';
import { formatAgainst, formatQuantity } from '../lib/format.js';
import { conditionText } from '../lib/metric-words.js';
import { metricName } from '../model/metrics.js';

/** One thing that keeps a run from passing. */
export interface Concern {
  readonly verdict: 'fail' | 'inconclusive' | 'warn';
  readonly reason: string;
}

/** Longer evidence is cut in a reason; the check keeps it whole. */
const LONGEST = 300;

/** What went wrong with the run itself. */
export function recordConcerns({ problems, interrupted, aborted, flows, load }: Record): Concern[] {
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
  } else if (flows.every(({ outcome }) => outcome === 'dropped')) {
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
  return [
    ...failed,
    ...withoutData(thresholds, 'fail'),
    ...withoutData(thresholds, 'warn'),
    ...notJudged(thresholds),
    ...leftOpen(thresholds, onUnresolved),
  ];
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

export function checkConcerns(checks: readonly CheckResult[]): Concern[] {
  return checks
    .filter(({ outcome, level }) => outcome !== 'pass' && level !== 'off')
    .map(({ outcome, level, title, evidence }) => ({
      verdict: level === 'fail' ? outcomeWeight(outcome) : 'warn',
      reason: sentence(evidence[0] === undefined ? title : `${title}: ${evidence[0]}`),
    }));
}

/** "flow_time.p95 2.71 s, the gate is < 2.5 s": the measured value in our digits, the limit in the user's. */
export function byHowMuch(threshold: ThresholdResult): string {
  const { level, actual, bound, unit, reason, origin } = threshold;
  const gate = `${level === 'fail' ? 'gate' : 'alert'}${origin === undefined ? '' : ' by history'}`;
  // Against the base it is not the two values that tell, but the differences of the pairs.
  if (reason !== undefined) return `${reason}; the ${gate} is ${conditionText(threshold)}`;
  return `${metricName(threshold)} ${formatAgainst(actual, bound, unit)}, the ${gate} is ${conditionText(threshold)}`;
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
