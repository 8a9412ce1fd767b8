import { acceptNotes } from '../accept/report.js';
import { comparedLines, withComparison } from '../compare/report/lines.js';
import { plain } from '../lib/escape.js';
import { plural } from '../lib/format.js';
import {
  aside,
  atTerminal,
  block,
  type Block,
  type Blocks,
  code,
  inMarkdown,
  inTiers,
  onPage,
  own,
  type Reporter,
  right,
  type Row,
  type Section,
  type Sentence,
  words,
} from '../model/document.js';
import { parseMetricName } from '../model/metrics.js';
import type { ScenarioResults } from '../model/results.js';
import { findingsOf, findingTable } from './checks.js';
import { allMetrics, reportedFigures, rowsOf } from './rows.js';
import { loadOf } from './surroundings.js';

/* Gates and figures: what was measured, and against what. */

/** Rows of the failing table of one scenario: a reader mends the first ones first. */
const FAILING_SHOWN = 20;

/** Gates, alerts and figures, with the base's beside them where they were compared. */
export function tableRows(scenario: ScenarioResults, cores: number): readonly Row[] {
  return withComparison(rowsOf(scenario, cores), comparedLines(scenario));
}

/** In Markdown one table with the figures; on the page and at a terminal by themselves. */
export const gates: Reporter = (scenario, cores) => {
  const rows = tableRows(scenario, cores);
  const isWide = isCompared(rows);
  const judged = rows.filter(({ limit }) => limit !== undefined);
  const omitted = omittedOf(scenario.omittedGates);
  const notes = [
    scenario.defaultGates
      ? block.note([own('No thresholds were given: the default gates are in force.')])
      : undefined,
    omitted === undefined ? undefined : block.note([words(`Default gates ${omitted}.`, 200)]),
  ];
  const accepted = acceptNotes(scenario);
  const cards = [
    judged.length === 0 ? undefined : block.part('Gates', [rowTable(judged, isWide), ...accepted, ...notes]),
    isWide ? figureCard(rows) : undefined,
  ];
  const lines = [
    measuredTable(judged),
    block.list(scenario.defaultGates ? ['no thresholds were given: the default gates are in force'] : []),
    block.text(omitted, 200),
    ...accepted,
  ];
  const blocks = [
    ...inMarkdown(rowTable(rows, isWide), ...accepted, ...notes),
    ...onPage(...cards),
    ...atTerminal(...(judged.length === 0 ? [] : lines)),
  ];
  // A table with the base's figures takes the whole width of the page, and the other figures stand under it.
  return [{ id: 'gates', half: !isWide, blocks }];
};

function isCompared(rows: readonly Row[]): boolean {
  return rows.some(({ against }) => against !== undefined);
}

/** `left out, as no process is watched: peak_cpu <= 80%`. */
function omittedOf(omitted: ScenarioResults['omittedGates'] = []): string | undefined {
  if (omitted.length === 0) return undefined;
  const groups = [...new Set(omitted.map(({ reason }) => reason))].map((reason) => {
    const alike = omitted.filter((gate) => gate.reason === reason);
    return `as ${reason}: ${alike.map(({ expression }) => expression).join(', ')}`;
  });
  return `left out, ${groups.join('; ')}`;
}

function rowTable(rows: readonly Row[], isWide: boolean): Block | undefined {
  const unbroken = 'markdown' as const;
  const compared = [right('Base'), right('Change'), { ...right('Interval'), unbroken }];
  return block.table(
    ['Metric', right('This change'), ...(isWide ? [...compared, { head: 'Gate', unbroken }] : ['Gate'])],
    rows.map((row) => {
      const { base = '', change = '', interval = '' } = row.against ?? {};
      const beside = [[own(base)], [own(change, row.standing === 'fail' && change !== '')], [own(interval)]];
      return {
        standing: row.standing,
        cells: [row.title, valueOf(row), ...(isWide ? beside : []), limitOf(row)],
      };
    }),
  );
}

function valueOf({ value, standing, detail }: Row): Sentence {
  const measured = own(value, standing === 'fail' || standing === 'alert');
  return detail === undefined ? [measured] : [measured, aside(detail, 80)];
}

function limitOf({ limit = '', level }: Row): Sentence {
  return [words(limit, 200), ...(level === 'warn' ? [own(' (alert)')] : [])];
}

function figureCard(rows: readonly Row[]): Block {
  const figures = rows.filter(({ limit }) => limit === undefined);
  return block.part('Figures', [
    block.table(
      ['Metric', right('This change')],
      figures.map((row) => ({ cells: [row.title, valueOf(row)] })),
    ),
  ]);
}

/** At a terminal: the gates as they were written. */
function measuredTable(judged: readonly Row[]): Block | undefined {
  return block.table(
    ['gate', 'measured'],
    judged.map((row) => ({
      standing: row.standing,
      cells: [row.expression ?? '', [own(measuredCell(row))]],
    })),
    { narrow: 'shorten' },
  );
}

function measuredCell({ value, detail, level, against }: Row): string {
  const beside = against === undefined ? '' : `  from ${against.base}  ${against.change}`;
  const word = `${value}${beside}${detail === undefined ? '' : `  (${plain(detail, 60)})`}`;
  return level === 'warn' ? `${word.padEnd(22)} alert` : word;
}

/** On the page what no gate is about; in a few lines of a terminal the load, and what everybody asks for. */
export const figures: Reporter = (scenario, cores) => {
  const judged = tableRows(scenario, cores);
  const rows = allMetrics(scenario, cores);
  const known = (name: string, titles: Readonly<Record<string, string>>): Block =>
    block.items(
      name,
      Object.entries(titles).flatMap(([metric, title]) => {
        const row = rows.find((each) => each.metric === metric);
        const isKnown = row !== undefined && scenario.metrics[metric]?.value !== null;
        return isKnown ? [[own(title === '' ? row.value : `${title} ${row.value}`)]] : [];
      }),
    );
  const isWide = isCompared(judged);
  const blocks = [
    ...onPage(isWide ? undefined : figureCard(judged)),
    ...atTerminal(
      block.items('load', [[own(loadOf(scenario))]]),
      known('flow time', FLOW_TIME),
      known('throughput', RATES),
      known('memory', MEMORY),
      block.items('metrics', reportedItems(scenario, rows)),
    ),
  ];
  return [{ id: 'figures', half: !isWide, blocks }];
};

/** `tokens in all 4120`, `tokens mean 412`. */
function reportedItems(scenario: ScenarioResults, rows: readonly Row[]): readonly Sentence[] {
  return reportedFigures(scenario).flatMap((name) => {
    const row = rows.find(({ metric }) => metric === name);
    if (row === undefined || scenario.metrics[name]?.value === null) return [];
    const { label = '', stat = '' } = parseMetricName(name);
    return [[words(label, 30), own(` ${REPORTED_STATS[stat] ?? stat} ${row.value}`)]];
  });
}

const REPORTED_STATS: Readonly<Record<string, string>> = { avg: 'mean', sum: 'in all' };

const FLOW_TIME = {
  'flow_time.min': 'min',
  'flow_time.med': 'median',
  'flow_time.p95': 'p95',
  'flow_time.p99': 'p99',
  'flow_time.max': 'max',
};
const RATES = { throughput: '', peak_cpu: 'peak cpu', cpu_per_flow: 'cpu per flow' };
const MEMORY = { peak_memory: 'peak', peak_threads: 'threads', peak_processes: 'processes' };

/** In a comment that has to be short: rows and checks that do not hold, and nothing else. */
export const failing: Reporter = (scenario, cores) => {
  const rows = tableRows(scenario, cores).filter(
    ({ standing }) => standing !== 'pass' && standing !== 'plain',
  );
  const findings = findingsOf(scenario).filter(({ standing }) => standing !== 'pass');
  const shown = rows.slice(0, FAILING_SHOWN);
  const rest = Math.max(0, rows.length - FAILING_SHOWN) + Math.max(0, findings.length - FAILING_SHOWN);
  const blocks = inMarkdown(
    rowTable(shown, isCompared(shown)),
    findingTable(findings.slice(0, FAILING_SHOWN)),
    ...acceptNotes(scenario),
    rest > 0 ? block.note([own(`and ${plural(rest, 'more row')}`)]) : undefined,
  );
  return [{ id: 'failing', blocks: inTiers(['failing rows'], ...blocks) }];
};

/** Every metric, and what was said in passing. */
export function metricsSection(scenario: ScenarioResults, cores: number, notes: readonly string[]): Section {
  const rows = allMetrics(scenario, cores);
  const metrics = block.table(
    ['Metric', '', right('Value')],
    rows.map((row) => ({ cells: [[code(row.metric, 200)], row.title, valueOf(row)] })),
  );
  const body: Blocks = [metrics, { kind: 'note', texts: notes, list: true }];
  const card = block.part('All metrics', body, { summary: [own(String(rows.length))], folded: true });
  const lines = notes.map((each) => block.field('note', each));
  return { id: 'metrics', appendix: true, blocks: [card, ...atTerminal(...lines)] };
}
