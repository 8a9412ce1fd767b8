import { ganttSelection, mermaidCharts, sparksOf } from './charts.js';
import { cell, html } from './escape.js';
import { formatCount, plural } from '../lib/format.js';
import { holding, type Finding } from './finding.js';
import { blocks, folded, inline, MARKS, table, type Column } from './markdown-block.js';
import { comparedBlock, comparedFolds } from './markdown-compared.js';
import { historyBlock } from './markdown-history.js';
import { ladderBlock } from './markdown-ladder.js';
import type { Row } from './row.js';
import type { Tier } from './tiers.js';
import type { ScenarioView } from './view.js';

const MARK: Column = { head: '', align: 'center' };
const left = (head: string): Column => ({ head, align: 'left' });
const right = (head: string): Column => ({ head, align: 'right' });

/** Rows of the failing table of one scenario: a reader mends the first ones first. */
const FAILING_SHOWN = 20;

/** What follows a scenario's heading: the sentence, the table, and everything else folded. */
export function scenarioBody(scenario: ScenarioView, cores: number, tier: Tier): string {
  if (tier === 'failing rows') {
    return blocks(
      inline(scenario.headline.sentence),
      failingTables(scenario),
      comparedBlock(scenario.compared, tier),
    );
  }
  return blocks(
    inline(scenario.headline.sentence),
    problems(scenario),
    rowTable(scenario.rows),
    scenario.defaultGates
      ? '<sub>No thresholds were given: the default gates are in force.</sub>'
      : undefined,
    scenario.omittedGates === undefined
      ? undefined
      : `<sub>${html(`Default gates ${scenario.omittedGates}.`)}</sub>`,
    comparedBlock(scenario.compared, tier),
    limits(scenario),
    ladderBlock(scenario.ladder, tier),
    [
      ...comparedFolds(scenario.compared),
      checks(scenario),
      faults(scenario),
      errors(scenario),
      steps(scenario),
      historyBlock(scenario.history),
      timeline(scenario, cores, tier),
      metrics(scenario),
    ]
      .filter((part) => part !== undefined)
      .join('\n'),
  );
}

function rowTable(rows: readonly Row[]): string | undefined {
  if (rows.length === 0) return undefined;
  if (rows.some(({ against }) => against !== undefined)) return comparedRowTable(rows);
  return table(
    [MARK, left('Metric'), right('This change'), left('Gate')],
    rows.map((row) => [MARKS[row.standing], html(row.title), value(row), limit(row)]),
  );
}

function comparedRowTable(rows: readonly Row[]): string {
  return table(
    [
      MARK,
      left('Metric'),
      right('This change'),
      right('Base'),
      right('Change'),
      right('Interval'),
      left('Gate'),
    ],
    rows.map((row) => {
      const { base = '', change = '', interval = '' } = row.against ?? {};
      const strong = row.standing === 'fail' && change !== '' ? `<b>${change}</b>` : change;
      return [
        MARKS[row.standing],
        html(row.title),
        value(row),
        base,
        strong,
        whole(interval),
        whole(limit(row)),
      ];
    }),
  );
}

/** Kept on one line. */
function whole(text: string): string {
  return text.replaceAll(' ', '\u00A0');
}

/** Rows and checks that do not hold, and nothing else. */
function failingTables({ rows, findings }: ScenarioView): string {
  const failing = rows.filter(({ standing }) => standing !== 'pass' && standing !== 'plain');
  const broken = findings.filter(({ standing }) => standing !== 'pass');
  const rest = Math.max(0, failing.length - FAILING_SHOWN) + Math.max(0, broken.length - FAILING_SHOWN);
  return blocks(
    rowTable(failing.slice(0, FAILING_SHOWN)),
    findingTable(broken.slice(0, FAILING_SHOWN)),
    rest > 0 ? `<sub>and ${plural(rest, 'more row')}</sub>` : undefined,
  );
}

function findingTable(findings: readonly Finding[]): string | undefined {
  if (findings.length === 0) return undefined;
  return table(
    [MARK, left('Check'), left('Evidence')],
    findings.map(({ standing, title, evidence }) => [MARKS[standing], html(title), html(evidence, 300)]),
  );
}

function value(row: Row): string {
  const measured = row.standing === 'fail' || row.standing === 'alert' ? `<b>${row.value}</b>` : row.value;
  return row.detail === undefined ? measured : `${measured} (${html(row.detail, 80)})`;
}

function limit({ limit, level }: Row): string {
  if (limit === undefined) return '';
  return level === 'warn' ? `${html(limit)} (alert)` : html(limit);
}

function problems({ untold }: ScenarioView): string | undefined {
  return untold.length === 0 ? undefined : untold.map((problem) => `- ${html(problem, 400)}`).join('\n');
}

function limits({ limits: lines }: ScenarioView): string | undefined {
  if (lines.length === 0) return undefined;
  return `<sub>Limits: ${lines.map((line) => html(line, 400)).join('<br>\n')}</sub>`;
}

function checks({ findings, leftovers, verify }: ScenarioView): string | undefined {
  const listed = findings.some(({ id }) => id === 'invariants');
  const body = blocks(
    findingTable(findings),
    verify === undefined || listed ? undefined : `verify ${html(verify, 300)}`,
    leftovers.length === 0
      ? undefined
      : `Left behind: ${leftovers.map((process) => html(process)).join(' · ')}`,
  );
  if (body === '') return undefined;
  return folded(findings.length === 0 ? '<b>Checks</b>' : `<b>Checks</b>: ${holding(findings)}`, body);
}

function faults({ faults: view }: ScenarioView): string | undefined {
  if (view === undefined) return undefined;
  return folded(
    `<b>Faults</b>: ${view.summary.join('; ')}`,
    blocks(
      view.lines.length === 0
        ? undefined
        : table(
            [left('Fault'), right('Times'), right('Flows')],
            view.lines.map(({ kind, times, flows }) => [html(kind), times, flows]),
          ),
      view.notes.map((note) => `<sub>${html(note, 300)}</sub>`).join('<br>\n'),
    ),
  );
}

function errors({
  errors: lines,
  errorSummary,
  moreErrors,
  failures,
  retried,
}: ScenarioView): string | undefined {
  const again = retried.map(({ ending, flows }) => `${ending}: ${flows}`);
  if (lines.length === 0)
    return again.length === 0 ? undefined : folded('<b>Tried again</b>', again.join(' · '));
  const ended = [...failures.map(({ ending, flows }) => `${ending}: ${flows}`), ...again].join(' · ');
  return folded(
    `<b>Errors</b>: ${errorSummary}`,
    blocks(
      table(
        [right('Flows'), left('Error'), left('First seen')],
        lines.map(({ count, sample, first }) => [formatCount(count), cell(sample, 300), first]),
      ),
      moreErrors > 0 ? `and ${plural(moreErrors, 'more kind')} of error` : undefined,
      ended,
    ),
  );
}

function steps({ steps: lines, stepGrowth }: ScenarioView): string | undefined {
  const [first] = lines.toSorted((a, b) => b.share - a.share);
  if (first === undefined) return undefined;
  const most =
    first.shareOfTime === undefined ? '' : `: ${html(first.name)} takes ${first.shareOfTime} of the time`;
  return folded(
    `<b>Steps</b>${most}`,
    blocks(
      stepGrowth === undefined ? undefined : `${inline(stepGrowth)}.`,
      table(
        [left('Step'), right('Median'), right('p95'), right('Share of time')],
        lines.map(({ name, median, p95, shareOfTime }) => [html(name), median, p95, shareOfTime ?? '']),
      ),
    ),
  );
}

function timeline({ source }: ScenarioView, cores: number, tier: Tier): string | undefined {
  const charts = tier === 'everything' ? mermaidCharts(source, cores) : [];
  const selection = charts.length > 0 ? ganttSelection(source) : undefined;
  const sparks = sparksOf(source, cores).map(({ title, line, span }) => `${title} \`${line}\` ${span}`);
  const body = blocks(
    selection === undefined ? undefined : `<sub>${selection}</sub>`,
    ...charts,
    sparks.join(' · '),
  );
  return body === '' ? undefined : folded('<b>Timeline</b>', body);
}

function metrics({ metrics: rows, notes }: ScenarioView): string | undefined {
  return folded(
    `<b>All metrics</b>: ${rows.length}`,
    blocks(
      rows.length === 0
        ? undefined
        : table(
            [left('Metric'), left(''), right('Value')],
            rows.map((row) => [cell(row.metric), html(row.title), value(row)]),
          ),
      notes.map((note) => `<sub>${html(note, 300)}</sub>`).join('<br>\n'),
    ),
  );
}
