import {
  comparedAnswer,
  comparedDistance,
  comparedStatus,
  gatesHeld,
  grownStatus,
  heldStatus,
  invalidComparison,
  unresolvedSentence,
  unresolvedStatus,
  unresolvedThresholds,
} from '../compare/report/headline.js';
import { judgedFlows } from '../faults/report.js';
import { formatCount, formatQuantity, formatRatio, plural } from '../lib/format.js';
import { limitText } from '../lib/metric-words.js';
import { block, code, type Reporter, type Sentence, strong, words } from '../model/document.js';
import { limitSentence } from '../model/ladder.js';
import { metricName } from '../model/metrics.js';
import type { CheckResult, ScenarioResults, ThresholdResult } from '../model/results.js';
import { measured } from './rows.js';

const PROBLEMS_SHOWN = 10;

/** What came out, in three words and in one sentence. */
export interface Headline {
  /** Follows the scenario's name: `misses a gate`, `holds`. */
  readonly status: string;
  /** What, by how much, against what. */
  readonly sentence: Sentence;
}

/** Setup, service and teardown that went wrong, but for what the headline tells already. */
export const problems: Reporter = (scenario, cores) => {
  const untold = untoldProblems(scenario, headlineOf(scenario, cores));
  return [{ id: 'problems', blocks: [block.list(untold, { standing: 'fail' })] }];
};

/** A bounded list. */
export function untoldProblems(
  { problems: all }: ScenarioResults,
  { sentence }: Headline,
): readonly string[] {
  const untold = all.filter((problem) => problem !== sentence[0]?.text);
  const rest = untold.length - PROBLEMS_SHOWN;
  return rest > 0 ? [...untold.slice(0, PROBLEMS_SHOWN), `and ${plural(rest, 'more problem')}`] : untold;
}

export function headlineOf(scenario: ScenarioResults, cores: number): Headline {
  switch (scenario.verdict) {
    case 'fail':
      return failed(scenario, cores);
    case 'inconclusive':
      return inconclusive(scenario);
    case 'warn':
      return warned(scenario, cores);
    case 'pass':
      return { status: heldStatus(scenario), sentence: held(scenario) };
  }
}

function failed(scenario: ScenarioResults, cores: number): Headline {
  const [problem] = scenario.problems;
  const gates = gatesThat(scenario, 'fail');
  const checks = checksThat(scenario, 'fail', 'fail');
  const [gate] = gates;
  const [check] = checks;
  if (problem !== undefined) {
    return { status: 'did not run as it should', sentence: [words(problem)] };
  }
  // What is wrong is wrong however fast it is.
  if (check !== undefined)
    return failedCheck(scenario, check, { checks: checks.length, gates: gates.length });
  const limit = scenario.ladder?.limit;
  if (limit?.stopped === true) {
    return { status: `stops at ${limit.breaks} at once`, sentence: [words(`${limitSentence(limit)}.`)] };
  }
  if (gate !== undefined) {
    return {
      status:
        comparedStatus(scenario, gates) ??
        (gates.length === 1 ? 'misses a gate' : `misses ${plural(gates.length, 'gate')}`),
      sentence: [
        ...wrongAnyway(scenario),
        ...(comparedDistance(scenario, gate) ?? distance(gate, cores)),
        ...others({ leads: 'gate', gates: gates.length - 1, checks: 0 }),
        ...abortion(scenario),
        words('.'),
      ],
    };
  }
  if (scenario.aborted !== undefined) {
    return {
      status: 'was aborted',
      sentence: [strong(scenario.aborted.reason), ...abortion(scenario), words('.')],
    };
  }
  return { status: grownStatus(scenario) ?? 'failed', sentence: reason(scenario) };
}

/** What is wrong and was not asked to fail the run stands before the gate that does: flows that are wrong are not measured. */
function wrongAnyway({ checks }: ScenarioResults): Sentence {
  const wrong = checks.filter(
    ({ id, level, outcome }) =>
      level === 'warn' && outcome === 'fail' && (id === 'invariants' || id === 'isolation'),
  );
  return wrong.flatMap(({ title }) => [strong(title), words('; ')]);
}

function failedCheck(
  scenario: ScenarioResults,
  check: CheckResult,
  { checks, gates }: { readonly checks: number; readonly gates: number },
): Headline {
  return {
    status: checks === 1 ? 'fails a check' : `fails ${plural(checks, 'check')}`,
    sentence: [
      ...finding(check),
      ...others({ leads: 'check', gates, checks: checks - 1 }),
      ...abortion(scenario),
      words('.'),
    ],
  };
}

function abortion({ aborted }: ScenarioResults): Sentence {
  return aborted === undefined
    ? []
    : [words(`; abort-on-fail ended the run after ${formatQuantity(aborted.at, 'ms')}`)];
}

function inconclusive(scenario: ScenarioResults): Headline {
  if (scenario.interrupted !== undefined) {
    const { iterations } = scenario.load;
    // What the signal ended or kept from starting has not run.
    const { ok, failed, timed_out } = scenario.counts;
    const ran = ok + failed + timed_out;
    return {
      status: 'was interrupted',
      sentence: [
        strong(scenario.interrupted),
        words(' ended the run after '),
        strong(
          iterations === undefined
            ? plural(ran, 'flow')
            : `${formatCount(ran)} of ${plural(iterations, 'flow')}`,
        ),
        words('; what was measured until then is no verdict.'),
      ],
    };
  }
  const invalid = invalidComparison(scenario);
  if (invalid !== undefined) return invalid;
  // What is wrong with the set of shards is wrong with all gates alike, and comes first.
  if (scenario.shards !== undefined) return { status: 'is inconclusive', sentence: reason(scenario) };
  const [gate] = gatesThat(scenario, 'inconclusive');
  if (gate === undefined)
    return unresolved(scenario) ?? { status: 'is inconclusive', sentence: reason(scenario) };
  const why = gate.reason === undefined ? '' : `: ${gate.reason}`;
  const [verb, lack, end] =
    gate.actual === null ? [' has ', 'no data', ' without'] : [' ', 'cannot be judged', ''];
  return {
    status: 'is inconclusive',
    sentence: [
      code(metricName(gate)),
      words(verb),
      strong(lack),
      words(`${why}; the gate of ${limitText(gate)} is not passed${end}.`),
    ],
  };
}

function warned(scenario: ScenarioResults, cores: number): Headline {
  const alerts = scenario.thresholds.filter(
    ({ level, outcome }) =>
      outcome === 'accepted' || (level === 'warn' && (outcome === 'fail' || outcome === 'inconclusive')),
  );
  const accepted = alerts.filter(({ outcome }) => outcome === 'accepted');
  const findings = scenario.checks.filter(({ level, outcome }) => level === 'warn' && outcome !== 'pass');
  const open = unresolvedThresholds(scenario);
  const count = alerts.length + findings.length + open.length;
  const status =
    accepted.length === count && count > 0
      ? `has ${plural(count, 'accepted regression')}`
      : count === 0
        ? 'holds, with alerts'
        : `holds, with ${plural(count, 'alert')}`;
  // What the change itself says of a gate comes before alerts.
  const alert = accepted[0] ?? alerts[0];
  const [check] = findings;
  const gates = words(
    accepted.length > 0
      ? '; no other gate fails.'
      : open.some(({ level }) => level === 'fail')
        ? '; no gate fails.'
        : '; every gate holds.',
  );
  if (check !== undefined && accepted.length === 0) return { status, sentence: [...finding(check), gates] };
  if (alert !== undefined) {
    const why = alert.accepted === undefined ? [] : [words(`; accepted by this change: ${alert.accepted}`)];
    const far = comparedDistance(scenario, alert) ?? distance(alert, cores);
    return { status, sentence: [...far, ...why, gates] };
  }
  if (open.length > 0) return unresolved(scenario) ?? { status, sentence: reason(scenario) };
  return { status, sentence: reason(scenario) };
}

/** What the comparison did not tell; undefined if it told everything. */
function unresolved(scenario: ScenarioResults): Headline | undefined {
  const [first, ...more] = unresolvedThresholds(scenario);
  if (first === undefined) return undefined;
  const rest =
    more.length === 0
      ? '.'
      : `; ${plural(more.length, 'other threshold')} ${more.length === 1 ? 'is' : 'are'} unresolved too.`;
  return {
    status: unresolvedStatus(scenario),
    sentence: [...unresolvedSentence(scenario, first), words(rest)],
  };
}

function held(scenario: ScenarioResults): Sentence {
  const compared = comparedAnswer(scenario);
  if (compared !== undefined) return [...compared, words('; '), ...flowsHeld(scenario, [])];
  return flowsHeld(scenario, within(scenario));
}

function flowsHeld(scenario: ScenarioResults, times: Sentence): Sentence {
  if (scenario.imported !== undefined) return importHeld(scenario, scenario.imported);
  const { ok, all } = judgedFlows(scenario);
  const whose = scenario.hits === undefined ? '' : ' that no fault hit';
  return [
    strong(`${formatCount(ok)} of ${plural(all, 'flow')}`),
    words(`${whose} were ok ${underLoad(scenario)}`),
    ...triedAgain(scenario),
    ...times,
    words(`${gatesHeld(scenario)}.`),
  ];
}

/** What was ok is counted in the tool's own words: `58 of 60 checks`. */
function importHeld(
  scenario: ScenarioResults,
  { file, format, flow, count }: NonNullable<ScenarioResults['imported']>,
): Sentence {
  const share = scenario.metrics['success_rate']?.note;
  const p95 = scenario.metrics['flow_time.p95'];
  const times =
    typeof p95?.value === 'number'
      ? [words(`, 95% of ${flow}s within `), strong(formatQuantity(p95.value, p95.unit))]
      : [];
  const counted = share !== undefined && /\d$/.test(share) ? `${share} ${flow}s` : share;
  const what = counted ?? (count === undefined ? `The ${flow}s` : plural(count, flow));
  return [
    strong(what),
    words(share === undefined ? ' are in ' : ' were ok in '),
    code(file),
    words(` (${format})`),
    ...times,
    words(`${gatesHeld(scenario)}.`),
  ];
}

function within({ metrics }: ScenarioResults): Sentence {
  const p95 = metrics['flow_time.p95'];
  if (p95 === undefined || p95.value === null) return [];
  return [words(', 95% of them within '), strong(formatQuantity(p95.value, p95.unit))];
}

/** What was tried again is not simply right, nor was it the flows that are ok alone: `retried` counts those that failed too. */
function triedAgain({ metrics }: ScenarioResults): Sentence {
  const retried = metrics['retried']?.value ?? 0;
  return retried === 0 ? [] : [words(', '), strong(`${plural(retried, 'flow')} tried again`)];
}

/** `with 10 at once`, `at 50 flows/s`, `in 3 stages`. */
function underLoad({ load: { flows, rate, stages }, ladder }: ScenarioResults): string {
  if (ladder !== undefined) return `with up to ${flows} at once`;
  if (stages !== undefined) return `in ${plural(stages.length, 'stage')}`;
  return rate === undefined ? `with ${flows} at once` : `at ${formatQuantity(rate, 'per_second')}`;
}

/** `flow_time.p95` was 2.71 s, 8.4% above the gate of < 2.5 s */
export function distance(threshold: ThresholdResult, cores: number): Sentence {
  const { level, actual } = threshold;
  const metric = metricName(threshold);
  const noun = level === 'fail' ? 'gate' : 'alert';
  if (actual === null) {
    const why = threshold.reason === undefined ? '' : ` (${threshold.reason})`;
    return [
      code(metric),
      words(' has '),
      strong('no data'),
      words(`${why}; the ${noun} is ${limitText(threshold)}`),
    ];
  }
  const far = howFar(threshold);
  const rest =
    far === undefined
      ? `; the ${noun} is ${limitText(threshold)}`
      : `, ${far} the ${noun} of ${limitText(threshold)}`;
  return [code(metric), words(' was '), strong(measured(threshold, cores)), words(rest)];
}

/** `8.4% above`, `1.7 points below`, `3.2 times`; undefined where a share of the limit says nothing. */
function howFar({ actual, bound, unit }: ThresholdResult): string | undefined {
  if (actual === null || bound === null || actual === bound) return undefined;
  const side = actual > bound ? 'above' : 'below';
  if (unit === 'ratio') {
    const points = formatRatio(Math.abs(actual - bound)).replace('%', '');
    return `${points} ${points === '1' ? 'point' : 'points'} ${side}`;
  }
  if (bound <= 0 || actual < 0) return undefined;
  const ratio = actual / bound;
  if (ratio >= 2) return `${Number(ratio.toPrecision(2))} times`;
  return `${formatRatio(Math.abs(ratio - 1))} ${side}`;
}

function finding({ title, evidence }: CheckResult): Sentence {
  const [first] = evidence;
  return [strong(title), ...(first === undefined ? [] : [words(`: ${first}`)])];
}

/** Beside the gate or the check that leads: `; 1 other check and 2 gates fail too`. */
function others({
  leads,
  gates,
  checks,
}: {
  readonly leads: 'gate' | 'check';
  readonly gates: number;
  readonly checks: number;
}): Sentence {
  const parts = [
    ...(checks > 0 ? [plural(checks, 'other check')] : []),
    ...(gates > 0 ? [plural(gates, leads === 'gate' ? 'other gate' : 'gate')] : []),
  ];
  if (parts.length === 0) return [];
  return [words(`; ${parts.join(' and ')} ${gates + checks === 1 ? 'fails' : 'fail'} too`)];
}

function reason(scenario: ScenarioResults): Sentence {
  return [words(scenario.reasons[0] ?? 'no reason was given')];
}

function gatesThat(
  scenario: ScenarioResults,
  outcome: ThresholdResult['outcome'],
): readonly ThresholdResult[] {
  return scenario.thresholds.filter(
    (threshold) => threshold.level === 'fail' && threshold.outcome === outcome,
  );
}

function checksThat(
  scenario: ScenarioResults,
  level: CheckResult['level'],
  outcome: CheckResult['outcome'],
): readonly CheckResult[] {
  return scenario.checks.filter((check) => check.level === level && check.outcome === outcome);
}
