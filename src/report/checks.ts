import { plural } from '../lib/format.js';
import { andMore, countIn } from '../model/checks.js';
import {
  atTerminal,
  block,
  type Block,
  byStanding,
  inMarkdown,
  onPage,
  own,
  type Reporter,
  type Standing,
  words,
} from '../model/document.js';
import type { CheckResult, ScenarioResults } from '../model/results.js';

/** One check, or the outcome of verify. */
export interface Finding {
  readonly id: string;
  readonly standing: Standing;
  readonly title: string;
  /** Evidence in one line; may hold what a flow printed. */
  readonly evidence: string;
}

const EVIDENCE_SHOWN = 3;

/** What the checks came to, with what verify said and what was left behind where no check tells of them. */
export const checks: Reporter = (scenario) => {
  const findings = findingsOf(scenario);
  const isListed = findings.some(({ id }) => id === 'invariants');
  const verify = isListed ? undefined : verifyLine(scenario);
  const leftovers = block.list(leftoversOf(scenario), { title: 'Left behind' });
  const summary = findings.length === 0 ? undefined : [own(holding(findings))];
  const verified = (title: string) =>
    verify === undefined ? undefined : block.text([own(title), words(verify, 'long')]);
  const body = [
    findingTable(findings),
    ...inMarkdown(verified('verify ')),
    ...onPage(verified('Verify ')),
    leftovers,
  ];
  const lines = atTerminal(
    summary && block.items('checks', [summary]),
    ...findings.filter(({ standing }) => standing !== 'pass').map(found),
    block.field('verify', verify),
    leftovers,
  );
  return [
    { id: 'checks', appendix: true, half: true, blocks: [block.part('Checks', body, { summary }), ...lines] },
  ];
};

export function findingTable(findings: readonly Finding[]): Block | undefined {
  return block.table(
    ['Check', 'Evidence'],
    findings.map(({ standing, title, evidence }) => ({
      standing,
      cells: [title, [words(evidence, 'long')]],
    })),
  );
}

function found({ standing, id, title, evidence }: Finding): Block {
  return { kind: 'found', standing, name: id, text: evidence === '' ? title : `${title}: ${evidence}` };
}

/** Failing checks first. Those that are switched off say nothing. */
export function findingsOf(scenario: ScenarioResults): readonly Finding[] {
  return scenario.checks
    .filter(({ level }) => level !== 'off')
    .map((check) => ({
      id: check.id,
      standing: standingOf(check),
      title: check.title,
      evidence: shortened(check.evidence),
    }))
    .sort(byStanding);
}

/** `6 of 7 hold`. */
export function holding(findings: readonly Finding[]): string {
  const holds = findings.filter(({ standing }) => standing === 'pass').length;
  if (holds === findings.length && holds > 1) return `all ${holds} hold`;
  return `${holds} of ${findings.length} ${findings.length === 1 ? 'holds' : 'hold'}`;
}

/** The check `invariants` tells of verify too; this is for results in which it does not stand among the checks. */
export function verifyLine(scenario: ScenarioResults): string | undefined {
  if (scenario.verify === undefined) return undefined;
  return `${scenario.verify.ok ? 'holds' : 'fails'}: ${scenario.verify.message}`;
}

/**
 * `node worker.js (pid 812, flow 3)`, each process that outlived its flow, at most `max`. The check `cleanup` tells of
 * them too; this is for results in which it says nothing of them.
 */
export function leftoversOf(scenario: ScenarioResults, max = 10): readonly string[] {
  const isListed = scenario.checks.some(({ id, outcome }) => id === 'cleanup' && outcome === 'fail');
  if (isListed && scenario.leftBehind !== undefined) return [];
  const lines = scenario.leftovers.slice(0, max).map(({ command, pid, iteration }) => {
    const origin = iteration === undefined ? '' : `, flow ${iteration}`;
    return `${command} (pid ${pid}${origin})`;
  });
  // No more than the first are kept.
  const count = Math.max(scenario.leftovers.length, scenario.leftBehind?.processes ?? 0);
  const rest = count - lines.length;
  return rest > 0 ? [...lines, `and ${plural(rest, 'more process', 'more processes')}`] : lines;
}

function standingOf({ outcome, level }: CheckResult): Standing {
  if (outcome === 'pass') return 'pass';
  return level === 'warn' ? 'alert' : outcome;
}

function shortened(evidence: readonly string[]): string {
  const shown = evidence.slice(0, EVIDENCE_SHOWN);
  const rest = evidence.slice(EVIDENCE_SHOWN).reduce((sum, line) => sum + countIn(line), 0);
  return [...shown, ...(rest > 0 ? [andMore(rest)] : [])].join('; ');
}
