import { certaintyWords, formatSize } from '../../lib/format-change.js';
import { formatCount, plural } from '../../lib/format.js';
import { directionOf, limitText } from '../../lib/metric-words.js';
import { code, type Sentence, strong, words } from '../../model/document.js';
import { metricName } from '../../model/metrics.js';
import type { ScenarioResults, ThresholdResult } from '../../model/results.js';
import { isAgainstBase } from '../../model/threshold.js';
import { answerOf, capital, type ComparedLine, comparedLines, outlook, sideLabel } from './lines.js';

/** `is slower than main`, if what fails is the comparison alone; undefined if a gate of another kind fails too. */
export function comparedStatus(
  { compared }: ScenarioResults,
  failing: readonly ThresholdResult[],
): string | undefined {
  const [first] = failing;
  if (compared === undefined || first === undefined || !failing.every(isAgainstBase)) return undefined;
  return `${directionOf(metricName(first), first.worse).thanWorse} ${sideLabel(compared.base)}`;
}

/** `grows more than main`; undefined if nothing does. */
export function grownStatus({ compared }: ScenarioResults): string | undefined {
  const grows = compared?.growth?.found.some(({ outcome }) => outcome === 'more') === true;
  return grows ? `grows more than ${sideLabel(compared.base)}` : undefined;
}

/** `No regression beyond 5%: flow_time.p95 +0.3% (…) over 24 pairs`; undefined if nothing was compared. */
export function comparedAnswer(scenario: ScenarioResults): Sentence | undefined {
  const lines = comparedLines(scenario);
  if (scenario.compared === undefined || lines.length === 0) return undefined;
  return answerOf(lines, scenario.compared).sentence;
}

/** `holds, and is faster than main`. */
export function heldStatus(scenario: ScenarioResults): string {
  const better = comparedLines(scenario).find(({ answer }) => answer === 'better');
  if (scenario.compared === undefined || better === undefined) return 'holds';
  return `holds, and ${directionOf(better.metric, better.source.worse).thanBetter} ${sideLabel(scenario.compared.base)}`;
}

/** `flow_time.p95 rose by 9.8% (99% interval +7.1% … +12.6%, 24 pairs); the gate is ≤ base + 5%`; undefined if it is not of the base. */
export function comparedDistance(
  scenario: ScenarioResults,
  threshold: ThresholdResult,
): Sentence | undefined {
  const line = lineOf(scenario, threshold);
  if (line === undefined || line.source.change === null) return undefined;
  const { source, unit } = line;
  const verb = (source.change ?? 0) < 0 ? 'fell' : 'rose';
  return [
    code(metricName(threshold)),
    words(` ${verb} by `),
    strong(formatSize(source.change, unit)),
    words(` (${certaintyWords(source, unit)}); the ${nounOf(threshold)} is ${limitText(threshold)}`),
  ];
}

const NOT_JUDGED = /^not judged:\s*/u;

/** `flow_time.med changed by +1.2% (…), too uncertain for the gate of ≤ base + 5%: could have seen +6.3%`. */
export function unresolvedSentence(scenario: ScenarioResults, threshold: ThresholdResult): Sentence {
  const line = lineOf(scenario, threshold);
  if (line === undefined || line.source.change === null || scenario.compared === undefined) {
    const why = (threshold.reason ?? line?.source.reason ?? 'no reason was given').replace(NOT_JUDGED, '');
    return [
      code(metricName(threshold)),
      words(' is '),
      strong('not judged'),
      words(`: ${why}; the ${nounOf(threshold)} is ${limitText(threshold)}`),
    ];
  }
  return [
    code(metricName(threshold)),
    words(' changed by '),
    strong(line.change),
    words(
      ` (${certaintyWords(line.source, line.unit)}), too uncertain for the ${nounOf(threshold)} of ${limitText(threshold)}`,
    ),
    ...outlook(line, scenario.compared),
  ];
}

/** `Head's flows changed base's files: flow.sh; the comparison with main is invalid.`; undefined if it is not. */
export function invalidComparison({
  compared,
}: ScenarioResults): { readonly status: string; readonly sentence: Sentence } | undefined {
  if (compared?.invalid === undefined) return undefined;
  const base = sideLabel(compared.base);
  return {
    status: `has no valid comparison with ${base}`,
    sentence: [strong(capital(compared.invalid)), words(`; the comparison with ${base} is invalid.`)],
  };
}

export function unresolvedStatus({ compared }: ScenarioResults): string {
  if (compared === undefined) return 'is not compared';
  const verb = compared.absent === undefined ? 'is unresolved against' : 'is not compared with';
  return `${verb} ${sideLabel(compared.base)}`;
}

/** Gates first. */
export function unresolvedThresholds({ thresholds }: ScenarioResults): readonly ThresholdResult[] {
  const unresolved = thresholds.filter(isOpen);
  return [
    ...unresolved.filter(({ level }) => level === 'fail'),
    ...unresolved.filter(({ level }) => level === 'warn'),
  ];
}

function isOpen({ outcome }: ThresholdResult): boolean {
  return outcome === 'unresolved' || outcome === 'not_judged';
}

/** `; all 4 gates hold`, `; 3 of 4 gates hold, 1 is unresolved`. */
export function gatesHeld({ thresholds }: ScenarioResults): string {
  const gates = thresholds.filter(({ level }) => level === 'fail');
  const open = gates.filter(({ outcome }) => outcome === 'unresolved').length;
  if (open > 0) {
    const held = `${formatCount(gates.length - open)} of ${plural(gates.length, 'gate')}`;
    return `; ${held} ${gates.length === 1 ? 'holds' : 'hold'}, ${formatCount(open)} ${open === 1 ? 'is' : 'are'} unresolved`;
  }
  if (gates.length === 0) return '';
  return gates.length === 1 ? '; the gate holds' : `; all ${gates.length} gates hold`;
}

function lineOf(scenario: ScenarioResults, threshold: ThresholdResult): ComparedLine | undefined {
  if (!isAgainstBase(threshold)) return undefined;
  const name = metricName(threshold);
  return comparedLines(scenario).find(({ metric }) => metric === name);
}

function nounOf({ level }: ThresholdResult): string {
  return level === 'fail' ? 'gate' : 'alert';
}
