import { plain } from '../lib/escape.js';
import { plural } from '../lib/format.js';
import type { Annotation, Row, Standing } from '../model/document.js';
import { isOnlyAdvice, type Results, type ScenarioResults } from '../model/results.js';
import { type Finding, findingsOf } from './checks.js';
import { gateChangesAnnotation } from './gate-changes.js';
import { tableRows } from './gates.js';
import { headlineOf } from './headline.js';
import { rowLine } from './rows.js';

/** GitHub shows 4 KB of a message; nobody reads more. */
const LINES_SHOWN = 20;

/**
 * At most one a scenario and level, as GitHub shows ten of each level for a step. Errors: gates and checks that fail
 * or have no data, and what kept the run from being whole. Warnings: alerts.
 */
export function annotations(results: Results): readonly Annotation[] {
  const { scenarios, environment, gateChanges } = results;
  const found = [
    ...scenarios.flatMap((scenario) => ofScenario(scenario, scenario.leg?.cores ?? environment.cores)),
    gateChangesAnnotation(gateChanges),
  ].filter((annotation) => annotation !== undefined);
  return isOnlyAdvice(results) ? found.map(asAdvice) : found;
}

/** An error would mark as failed what does not fail the step. */
function asAdvice({ level, title, message }: Annotation): Annotation {
  return level === 'error'
    ? { level: 'warning', title: `${title} (advisory)`, message }
    : { level, title, message };
}

function ofScenario(scenario: ScenarioResults, cores: number): readonly (Annotation | undefined)[] {
  const rows = tableRows(scenario, cores);
  const findings = findingsOf(scenario);
  const name = plain(scenario.name, 80);
  const errors = [
    ...mishaps(scenario),
    ...linesOf(rows, findings, ['fail', 'inconclusive']),
    ...unresolved(rows, scenario, 'error'),
  ];
  // A verdict that stops a merge never goes without a word.
  if (errors.length === 0 && (scenario.verdict === 'fail' || scenario.verdict === 'inconclusive')) {
    errors.push(...scenario.reasons.map((reason) => plain(reason)));
  }
  const warnings = [...linesOf(rows, findings, ['alert']), ...unresolved(rows, scenario, 'warning')];
  return [
    annotation('error', `${name} ${plain(headlineOf(scenario, cores).status, 80)}`, errors),
    annotation('warning', `${name}: ${plural(warnings.length, 'alert')}`, warnings),
  ];
}

function annotation(
  level: Annotation['level'],
  title: string,
  lines: readonly string[],
): Annotation | undefined {
  if (lines.length === 0) return undefined;
  const rest = lines.length - LINES_SHOWN;
  const shown = [...lines.slice(0, LINES_SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return { level, title, message: shown.join('\n') };
}

function mishaps({ problems, interrupted }: ScenarioResults): string[] {
  return [
    ...problems.map((problem) => plain(problem)),
    ...(interrupted === undefined ? [] : [`${plain(interrupted, 40)} ended the run`]),
  ];
}

/** What the comparison did not tell is as bad as `on-inconclusive` makes it; an alert never stops a merge. */
function unresolved(
  rows: readonly Row[],
  { compared }: ScenarioResults,
  level: Annotation['level'],
): string[] {
  const answer = compared?.onUnresolved ?? 'warn';
  if (answer === 'pass') return [];
  return rows
    .filter(({ standing }) => standing === 'unresolved')
    .filter((row) => (answer === 'fail' && row.level === 'fail' ? 'error' : 'warning') === level)
    .map(rowLine);
}

function linesOf(
  rows: readonly Row[],
  findings: readonly Finding[],
  standings: readonly Standing[],
): string[] {
  return [
    ...findings.filter(({ standing }) => standings.includes(standing)).map(findingLine),
    ...rows.filter(({ standing }) => standings.includes(standing)).map(rowLine),
  ];
}

function findingLine({ title, evidence }: Finding): string {
  return plain(evidence === '' ? title : `${title}: ${evidence}`);
}
