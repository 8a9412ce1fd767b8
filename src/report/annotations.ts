import type { Results } from '../model/results.js';
import { plain } from './escape.js';
import { plural } from '../lib/format.js';
import { gateChangesAnnotation } from './gate-changes.js';
import type { Finding } from './finding.js';
import type { Row, Standing } from './row.js';
import { viewOf, type ScenarioView } from './view.js';

/** One annotation on the job; texts are plain, the lines of a message parted by newlines. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
}

/** GitHub shows 4 KB of a message; nobody reads more. */
const LINES_SHOWN = 20;

/**
 * At most one a scenario and level, as GitHub shows ten of each level for a step. Errors: gates and checks that fail
 * or have no data, and what kept the run from being whole. Warnings: alerts.
 */
export function annotations(results: Results): readonly Annotation[] {
  return [
    ...viewOf(results).scenarios.flatMap((scenario) => [errorOf(scenario), warningOf(scenario)]),
    gateChangesAnnotation(results.gateChanges),
  ].filter((annotation) => annotation !== undefined);
}

function errorOf(scenario: ScenarioView): Annotation | undefined {
  const lines = [
    ...mishaps(scenario),
    ...told(scenario, ['fail', 'inconclusive']),
    ...unresolved(scenario, 'error'),
  ];
  // A verdict that stops a merge never goes without a word.
  if (lines.length === 0 && (scenario.verdict === 'fail' || scenario.verdict === 'inconclusive')) {
    lines.push(...scenario.source.reasons.map((reason) => plain(reason)));
  }
  return annotation('error', `${plain(scenario.name, 80)} ${plain(scenario.headline.status, 80)}`, lines);
}

function warningOf(scenario: ScenarioView): Annotation | undefined {
  const lines = [...told(scenario, ['alert']), ...unresolved(scenario, 'warning')];
  return annotation('warning', `${plain(scenario.name, 80)}: ${plural(lines.length, 'alert')}`, lines);
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

function mishaps({ source }: ScenarioView): string[] {
  return [
    ...source.problems.map((problem) => plain(problem)),
    ...(source.interrupted === undefined ? [] : [`${plain(source.interrupted, 40)} ended the run`]),
  ];
}

/** What the comparison did not tell is as bad as `on-inconclusive` makes it; an alert never stops a merge. */
function unresolved({ rows, source }: ScenarioView, level: Annotation['level']): string[] {
  const answer = source.compared?.onUnresolved ?? 'warn';
  if (answer === 'pass') return [];
  return rows
    .filter(({ standing }) => standing === 'unresolved')
    .filter((row) => (answer === 'fail' && row.level === 'fail' ? 'error' : 'warning') === level)
    .map(rowLine);
}

function told({ rows, findings }: ScenarioView, standings: readonly Standing[]): string[] {
  return [
    ...findings.filter(({ standing }) => standings.includes(standing)).map(findingLine),
    ...rows.filter(({ standing }) => standings.includes(standing)).map(rowLine),
  ];
}

function rowLine({ metric, value, limit, level, detail, standing, against }: Row): string {
  const why = detail !== undefined && standing !== 'fail' ? ` (${detail})` : '';
  const measured = against === undefined ? value : against.how;
  const open = standing === 'unresolved' ? ' unresolved:' : '';
  return plain(
    `${metric}${open} ${measured}${why}, the ${level === 'warn' ? 'alert' : 'gate'} is ${limit ?? ''}`,
  );
}

function findingLine({ title, evidence }: Finding): string {
  return plain(evidence === '' ? title : `${title}: ${evidence}`);
}
