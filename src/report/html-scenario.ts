import { markup } from './escape.js';
import { holding } from './finding.js';
import { formatCount, plural } from '../lib/format.js';
import { distributionChart } from './html-distribution.js';
import { timelineChart } from './html-timeline.js';
import { historyPlot } from './html-history.js';
import { ladderNotes, ladderPlot } from './html-ladder.js';
import { card, inline, list, mark, table, type Head } from './html-table.js';
import { comparedCard } from './html-compared.js';
import type { Row } from './row.js';
import type { ScenarioView } from './view.js';

/** One scenario: the sentence, the gates, the pictures, and all that the comment folds. */
export function scenarioSection(scenario: ScenarioView, page: { cores: number; id: string }): string {
  const parts = [
    `<h2>${markup(scenario.name, 80)} <small>${scenario.load}</small></h2>`,
    `<p class="lead">${inline(scenario.headline.sentence)}</p>`,
    problems(scenario),
    isCompared(scenario)
      ? gates(scenario) + figures(scenario)
      : `<div class="columns">${gates(scenario)}${figures(scenario)}</div>`,
    comparedCard(scenario.compared),
    limits(scenario),
    ladderCard(scenario),
    card('Timeline', timelineChart(scenario, page.cores)),
    card('Flow time', distributionChart(scenario.source)),
    `<div class="columns">${checks(scenario)}${steps(scenario)}</div>`,
    history(scenario),
    faults(scenario),
    errors(scenario),
    metrics(scenario),
  ];
  return `<section id="${page.id}">\n${parts.filter((part) => part !== '').join('\n')}\n</section>`;
}

function problems({ untold }: ScenarioView): string {
  return untold.length === 0 ? '' : list(untold);
}

/** The table of gates then takes the whole width. */
function isCompared({ rows }: Pick<ScenarioView, 'rows'>): boolean {
  return rows.some(({ against }) => against !== undefined);
}

function gates({ rows, defaultGates, omittedGates }: ScenarioView): string {
  const judged = rows.filter(({ limit }) => limit !== undefined);
  if (judged.length === 0) return '';
  const note = defaultGates
    ? '<p class="note">No thresholds were given: the default gates are in force.</p>'
    : '';
  const omitted =
    omittedGates === undefined ? '' : `<p class="note">${markup(`Default gates ${omittedGates}.`)}</p>`;
  if (isCompared({ rows })) return comparedGates(judged, note + omitted);
  const lines = judged.map(
    (row) =>
      `<tr>${mark(row.standing)}<td>${markup(row.title)}</td><td class="number">${value(row)}</td><td>${markup(row.limit ?? '')}${row.level === 'warn' ? ' (alert)' : ''}</td></tr>`,
  );
  return card('Gates', table(['', 'Metric', ['This change'], 'Gate'], lines) + note + omitted);
}

function comparedGates(rows: readonly Row[], notes: string): string {
  const lines = rows.map((row) => {
    const { base = '', change = '', interval = '' } = row.against ?? {};
    return `<tr>${mark(row.standing)}<td>${markup(row.title)}</td><td class="number">${value(row)}</td><td class="number">${base}</td><td class="number">${change}</td><td class="number">${interval}</td><td>${markup(row.limit ?? '')}${row.level === 'warn' ? ' (alert)' : ''}</td></tr>`;
  });
  return card(
    'Gates',
    table(['', 'Metric', ['This change'], ['Base'], ['Change'], ['Interval'], 'Gate'], lines) + notes,
  );
}

function figures({ rows }: ScenarioView): string {
  const plainRows = rows.filter(({ limit }) => limit === undefined);
  if (plainRows.length === 0) return '';
  const lines = plainRows.map(
    (row) => `<tr><td>${markup(row.title)}</td><td class="number">${value(row)}</td></tr>`,
  );
  return card('Figures', table(['Metric', ['This change']], lines));
}

function limits({ limits: lines }: ScenarioView): string {
  return card('Limits', lines.length === 0 ? '' : list(lines));
}

function ladderCard({ ladder }: ScenarioView): string {
  if (ladder === undefined) return '';
  const numbers = (cells: readonly string[]): string =>
    cells.map((text) => `<td class="number">${text}</td>`).join('');
  const rungs = ladder.rungs.map(
    ({ holds, flows, throughput, efficiency, median, p95, success, memory, cpu, threads }) =>
      `<tr>${mark(holds ? 'pass' : 'fail')}${numbers([flows, throughput, efficiency, median, p95, success, memory, cpu, threads])}</tr>`,
  );
  const heads: Head[] = ['', ...RUNG_HEADS.map((head): Head => [head])];
  const columns = ladder.predicted;
  const sizes = (columns[0]?.cells ?? []).map(
    (_unused, row) => `<tr>${numbers(columns.map(({ cells }) => cells[row] ?? ''))}</tr>`,
  );
  const predicted =
    sizes.length === 0
      ? ''
      : table(
          columns.map(({ head }): Head => [head]),
          sizes,
        );
  const measured = rungs.length === 0 ? '' : table(heads, rungs);
  return card('Ladder', `${ladderPlot(ladder)}${measured}${ladderNotes(ladder)}${predicted}`);
}

const RUNG_HEADS = [
  'At once',
  'Throughput',
  'Efficiency',
  'Median',
  'p95',
  'Ok',
  'Memory',
  'CPU (peak)',
  'Threads',
];

function value({ value: text, detail }: Row): string {
  return detail === undefined ? text : `${text} <span class="soft">(${markup(detail, 80)})</span>`;
}

function checks({ findings, leftovers, verify }: ScenarioView): string {
  const lines = findings.map(
    ({ standing, title, evidence }) =>
      `<tr>${mark(standing)}<td>${markup(title)}</td><td>${markup(evidence, 400)}</td></tr>`,
  );
  const listed = findings.some(({ id }) => id === 'invariants');
  const body = [
    lines.length === 0 ? '' : table(['', 'Check', 'Evidence'], lines),
    verify === undefined || listed ? '' : `<p>Verify ${markup(verify, 400)}</p>`,
    leftovers.length === 0 ? '' : `<p>Left behind:</p>${list(leftovers)}`,
  ].join('');
  return card(findings.length === 0 ? 'Checks' : `Checks: ${holding(findings)}`, body);
}

function steps({ steps: lines, stepGrowth }: ScenarioView): string {
  if (lines.length === 0) return '';
  const rows = lines.map(
    ({ name, median, p95, share, shareOfTime }) =>
      `<tr><td>${markup(name)}</td><td class="number">${median}</td><td class="number">${p95}</td><td class="number">${shareOfTime ?? ''}<meter max="1" value="${Math.min(1, share).toFixed(3)}" aria-hidden="true"></meter></td></tr>`,
  );
  const grown = stepGrowth === undefined ? '' : `<p>${inline(stepGrowth)}.</p>`;
  return card('Steps', grown + table(['Step', ['Median'], ['p95'], ['Share of time']], rows));
}

function history({ history: view }: ScenarioView): string {
  if (view === undefined) return '';
  const rows = [...view.changed, ...view.steady].map(
    ({ title, trend, sentence, now, change }) =>
      `<tr>${mark(change === 'worse' ? 'alert' : 'plain')}<td>${markup(title)}</td><td>${historyPlot(trend, markup(`${title} over ${trend.values.length} runs`))}</td><td>${inline(sentence)}</td><td>${markup(now)}</td></tr>`,
  );
  const lead = `<p>${inline(view.summary)}.</p>`;
  return card('History', lead + table(['', 'Metric', 'Runs', 'Level', 'This run'], rows));
}

function faults({ faults: view }: ScenarioView): string {
  if (view === undefined) return '';
  const rows = view.lines.map(
    ({ kind, times, flows }) =>
      `<tr><td>${markup(kind)}</td><td class="number">${times}</td><td class="number">${flows}</td></tr>`,
  );
  const lines = rows.length === 0 ? '' : table(['Fault', ['Times'], ['Flows']], rows);
  return card(
    'Faults',
    `<p>${view.summary.join('; ')}</p>${lines}<div class="note">${list(view.notes)}</div>`,
  );
}

function errors({ errors: lines, errorSummary, moreErrors, failures, retried }: ScenarioView): string {
  const again = retried.map(({ ending, flows }) => `${ending}: ${flows}`);
  if (lines.length === 0) return again.length === 0 ? '' : card('Tried again', `<p>${again.join(' · ')}</p>`);
  const ended = [...failures.map(({ ending, flows }) => `${ending}: ${flows}`), ...again].join(' · ');
  const rows = lines.map(
    ({ count, sample, flows }) =>
      `<tr><td class="number">${formatCount(count)}</td><td><code>${markup(sample, 400)}</code></td><td>${flows}</td></tr>`,
  );
  const more = moreErrors > 0 ? `<p>and ${plural(moreErrors, 'more kind')} of error</p>` : '';
  return card(
    `Errors: ${errorSummary}`,
    `${table([['Flows'], 'Error', 'Seen in'], rows)}${more}<p class="note">${ended}</p>`,
  );
}

function metrics({ metrics: rows, notes }: ScenarioView): string {
  const lines = rows.map(
    (row) =>
      `<tr><td><code>${markup(row.metric)}</code></td><td>${markup(row.title)}</td><td class="number">${value(row)}</td></tr>`,
  );
  const body = lines.length === 0 ? '' : table(['Metric', '', ['Value']], lines);
  return `<details class="card"><summary>All metrics: ${lines.length}</summary>${body}<div class="note">${list(notes)}</div></details>`;
}
