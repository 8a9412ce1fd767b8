import { plural } from '../model/format.js';
import type { ScenarioResults } from '../model/results.js';
import {
  aside,
  atTerminal,
  code,
  inMarkdown,
  onPage,
  own,
  text,
  words,
  type Block,
  type Column,
  type Reporter,
  type Section,
  type Sentence,
  type Table,
} from './blocks.js';
import { findingsOf, findingTable } from './checks.js';
import { comparedLines } from './compared-line.js';
import { plain } from './escape.js';
import { allMetrics, rowsOf, type Row } from './row.js';
import { withComparison } from './row-compared.js';
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
  const judged = rows.filter(({ limit }) => limit !== undefined);
  const notes = gateNotes(scenario);
  const isWide = isCompared(rows);
  const card: readonly Block[] =
    judged.length === 0
      ? []
      : [{ kind: 'part', title: 'Gates', blocks: [rowTable(judged, isWide), ...notes] }];
  return [
    {
      id: 'gates',
      // The table then takes the whole width of the page, and the figures stand under it.
      half: !isWide,
      blocks: [
        ...inMarkdown(rowTable(rows, isWide), ...notes),
        ...onPage(...card, ...(isWide ? figureCard(rows) : [])),
        ...atTerminal(...measuredTable(judged, scenario)),
      ],
    },
  ];
};

function isCompared(rows: readonly Row[]): boolean {
  return rows.some(({ against }) => against !== undefined);
}

function gateNotes({ defaultGates, omittedGates }: ScenarioResults): readonly Block[] {
  const omitted = omittedOf(omittedGates);
  return [
    ...(defaultGates ? [note(own('No thresholds were given: the default gates are in force.'))] : []),
    ...(omitted === undefined ? [] : [note(words(`Default gates ${omitted}.`, 200))]),
  ];
}

function note(...sentence: Sentence): Block {
  return { kind: 'note', texts: [sentence] };
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

function rowTable(rows: readonly Row[], isWide: boolean): Table {
  const right = (head: string): Column => ({ head, align: 'right' });
  const unbroken = 'markdown' as const;
  return {
    kind: 'table',
    columns: isWide
      ? [
          { head: 'Metric' },
          ...['This change', 'Base', 'Change'].map(right),
          { ...right('Interval'), unbroken },
          { head: 'Gate', unbroken },
        ]
      : [{ head: 'Metric' }, right('This change'), { head: 'Gate' }],
    rows: rows.map((row) => {
      const { base = '', change = '', interval = '' } = row.against ?? {};
      const beside = [[own(base)], [own(change, row.standing === 'fail' && change !== '')], [own(interval)]];
      return {
        standing: row.standing,
        cells: [row.title, valueOf(row), ...(isWide ? beside : []), limitOf(row)],
      };
    }),
  };
}

function valueOf({ value, standing, detail }: Row): Sentence {
  const measured = own(value, standing === 'fail' || standing === 'alert');
  return detail === undefined ? [measured] : [measured, aside(detail, 80)];
}

function limitOf({ limit = '', level }: Row): Sentence {
  return [words(limit, 200), ...(level === 'warn' ? [own(' (alert)')] : [])];
}

function figureCard(rows: readonly Row[]): readonly Block[] {
  const figures = rows.filter(({ limit }) => limit === undefined);
  const table: Table = {
    kind: 'table',
    columns: [{ head: 'Metric' }, { head: 'This change', align: 'right' }],
    rows: figures.map((row) => ({ cells: [row.title, valueOf(row)] })),
  };
  return figures.length === 0 ? [] : [{ kind: 'part', title: 'Figures', blocks: [table] }];
}

/** At a terminal: the gates as they were written. */
function measuredTable(
  judged: readonly Row[],
  { defaultGates, omittedGates }: ScenarioResults,
): readonly Block[] {
  if (judged.length === 0) return [];
  return [
    {
      kind: 'table',
      narrow: 'shorten',
      columns: [{ head: 'gate' }, { head: 'measured' }],
      rows: judged.map((row) => ({
        standing: row.standing,
        cells: [row.expression ?? '', [own(measuredCell(row))]],
      })),
    },
    ...(defaultGates
      ? [{ kind: 'list' as const, items: ['no thresholds were given: the default gates are in force'] }]
      : []),
    ...(omittedGates === undefined ? [] : [text(omittedOf(omittedGates) ?? '', 200)]),
  ];
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
  const field = (name: string, titles: Readonly<Record<string, string>>): Block => ({
    kind: 'field',
    name,
    items: Object.entries(titles).flatMap(([metric, title]) => {
      const row = rows.find((each) => each.metric === metric);
      const isKnown = row !== undefined && scenario.metrics[metric]?.value !== null;
      return isKnown ? [[own(title === '' ? row.value : `${title} ${row.value}`)]] : [];
    }),
  });
  return [
    {
      id: 'figures',
      half: !isCompared(judged),
      blocks: [
        ...onPage(...(isCompared(judged) ? [] : figureCard(judged))),
        ...atTerminal(
          { kind: 'field', name: 'load', items: [[own(loadOf(scenario))]] },
          field('flow time', FLOW_TIME),
          field('throughput', RATES),
          field('memory', MEMORY),
        ),
      ],
    },
  ];
};

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
  const rest = Math.max(0, rows.length - FAILING_SHOWN) + Math.max(0, findings.length - FAILING_SHOWN);
  const shownRows = rows.slice(0, FAILING_SHOWN);
  const blocks = [
    rowTable(shownRows, isCompared(shownRows)),
    findingTable(findings.slice(0, FAILING_SHOWN)),
    ...(rest > 0 ? [note(own(`and ${plural(rest, 'more row')}`))] : []),
  ];
  return [
    {
      id: 'failing',
      blocks: inMarkdown(...blocks.map((block) => ({ ...block, tiers: ['failing rows' as const] }))),
    },
  ];
};

/** Every metric, and what was said in passing. */
export function metricsSection(scenario: ScenarioResults, cores: number, notes: readonly string[]): Section {
  const rows = allMetrics(scenario, cores);
  const table: Table = {
    kind: 'table',
    columns: [{ head: 'Metric' }, { head: '' }, { head: 'Value', align: 'right' }],
    rows: rows.map((row) => ({ cells: [[code(row.metric, 200)], row.title, valueOf(row)] })),
  };
  return {
    id: 'metrics',
    appendix: true,
    blocks: [
      {
        kind: 'part',
        title: 'All metrics',
        summary: [own(String(rows.length))],
        folded: true,
        blocks: [table, { kind: 'note', texts: notes, list: true }],
      },
      ...atTerminal(...notes.map((text): Block => ({ kind: 'field', name: 'note', text }))),
    ],
  };
}
