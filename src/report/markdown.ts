import { cell, html } from '../lib/escape.js';
import {
  type Block,
  type Blocks,
  type Column,
  type Section,
  type Segment,
  shown,
  spaced,
  type Standing,
  type Table,
  type Text,
  type Tier,
  TIERS,
  type Title,
} from '../model/document.js';
import type { Results } from '../model/results.js';
import {
  type Document,
  documentOf,
  overviewOf,
  type ScenarioDocument,
  sectionsOf,
  STANDING_OF,
} from './document.js';

/** GitHub refuses a comment of more characters. */
const COMMENT_LIMIT = 65_536;
/** GitHub refuses a job summary of more bytes in one step. */
const SUMMARY_LIMIT = 1024 * 1024;
/** Scenarios of a shortened report: those that do not hold come first. */
const SCENARIOS_SHOWN = 20;

/**
 * The comment on a pull request. Its first line is `marker`, an HTML comment of the caller's by which it is found
 * again. At most `limit` characters, by telling less: never cut within a table.
 */
export function renderComment(results: Results, options: { marker: string; limit?: number }): string {
  const { marker, limit = COMMENT_LIMIT } = options;
  const render = renderer(results, 'the whole report is in the summary of the job');
  return fullestThatFits((tier) => `${marker}\n${render(tier)}`, limit);
}

/**
 * The same for the summary of a job: at most `limit` bytes, 1 MiB if nothing is said. Without `charts` no line of it is
 * Mermaid, whose fences and quotes a shell would take for its own.
 */
export function renderSummary(
  results: Results,
  { limit = SUMMARY_LIMIT, charts = true }: { limit?: number; charts?: boolean } = {},
): string {
  const render = renderer(results, 'the whole report is in results.json');
  return fullestThatFits(render, limit, charts ? TIERS : TIERS.slice(1));
}

/**
 * The fullest text of at most `limit` characters. It is counted in UTF-8 bytes, which are never fewer than UTF-16 units
 * or code points: whichever of them GitHub counts, it fits. The last tier is taken whatever its length.
 */
function fullestThatFits(
  render: (tier: Tier) => string,
  limit: number,
  tiers: readonly Tier[] = TIERS,
): string {
  let text = '';
  for (const tier of tiers) {
    text = render(tier);
    if (byteLength(text) <= limit) return text;
  }
  return text;
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function renderer(results: Results, whole: string): (tier: Tier) => string {
  const document = documentOf(results);
  return (tier) => {
    const isWhole = tier === 'everything';
    const parts = [
      heading(document),
      ...printed(document.before, tier),
      ...(tier === 'verdict' ? [] : scenarioParts(document, tier)),
      footer(document, isWhole ? undefined : whole),
    ];
    return `${paragraphs(parts)}\n`;
  };
}

function scenarioParts({ scenarios }: Document, tier: Tier): readonly string[] {
  const chosen = tier === 'failing rows' ? worstFirst(scenarios).slice(0, SCENARIOS_SHOWN) : scenarios;
  if (scenarios.length === 1) return chosen.map((scenario) => scenarioText(scenario, tier));
  return [
    ...printed([overviewOf(chosen)]),
    ...chosen.flatMap((scenario) => [
      `#### ${MARKS[STANDING_OF[scenario.verdict]]} ${inline(scenario.title)}`,
      scenarioText(scenario, tier),
    ]),
  ];
}

function worstFirst(scenarios: readonly ScenarioDocument[]): readonly ScenarioDocument[] {
  return [
    ...scenarios.filter(({ verdict }) => verdict !== 'pass'),
    ...scenarios.filter(({ verdict }) => verdict === 'pass'),
  ];
}

/** What follows a scenario's heading: the sentence, the sections, and everything else folded. */
function scenarioText(scenario: ScenarioDocument, tier: Tier): string {
  const sections = sectionsOf(scenario, 'markdown');
  const parts = (isAppendix: boolean): readonly string[] =>
    sections
      .filter(({ appendix = false }: Section) => appendix === isAppendix)
      .flatMap(({ blocks }) => printed(blocks, tier));
  return paragraphs([inline(scenario.lead), ...parts(false), parts(true).join('\n')]);
}

function heading({ verdict, title }: Document): string {
  return `### ${MARKS[STANDING_OF[verdict]]} flowgate: ${inline(title)}`;
}

/** The machine, the run, and the line that reproduces the verdict. */
function footer({ machine, run, reproduce }: Document, shortened: string | undefined): string {
  const link =
    run === undefined
      ? undefined
      : `${run.prefix} ${run.url === undefined ? html(run.label) : `[${run.label}](${run.url})`}`;
  const parts = [
    html(machine),
    link,
    reproduce === '' ? undefined : `reproduce: ${cell(reproduce, 1000)}`,
    shortened === undefined ? undefined : `shortened to fit: ${shortened}`,
  ];
  return `<sub>${parts.filter((part) => part !== undefined).join(' · ')}</sub>`;
}

/** Each block as GitHub's Markdown, without those that are of another medium or tier, or empty. */
export function printed(blocks: Blocks, tier: Tier = 'everything'): readonly string[] {
  return shown(blocks, 'markdown', tier)
    .map((block) => blockText(block, tier))
    .filter((part) => part !== '');
}

/** With a blank line between them; empty ones are left out. */
export function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

function blockText(block: Block, tier: Tier): string {
  switch (block.kind) {
    case 'text':
      return inline(block.text, block.max);
    case 'heading': {
      const level = block.standing === undefined ? '##' : `#### ${MARKS[block.standing]}`;
      return `${level} ${inline(block.title)}`;
    }
    case 'note':
      return block.texts.map((text) => `<sub>${inline(text, LONG)}</sub>`).join('<br>\n');
    case 'list':
      return block.title === undefined
        ? block.items.map((item) => `- ${inline(item)}`).join('\n')
        : `${block.title}: ${block.items.map((item) => inline(item, CELL)).join(' · ')}`;
    case 'table':
      return tableText(block);
    case 'code':
      return ['```' + block.language, block.text.trimEnd().replaceAll('```', ''), '```'].join('\n');
    case 'part': {
      const body = paragraphs(printed(block.blocks, tier));
      const { title, summary, teaser = summary } = block;
      const head = typeof title === 'string' ? `<b>${title}</b>` : inline(title);
      const beside = teaser === undefined ? '' : `: ${inline(teaser)}`;
      // The blank lines make Markdown of the body again.
      return body === '' ? '' : `<details><summary>${head}${beside}</summary>\n\n${body}\n\n</details>`;
    }
    case 'drawing':
    case 'field':
    case 'items':
    case 'found':
      return '';
  }
}

const TEXT = 400;
const LONG = 300;
const CELL = 200;

/** A sentence with its emphasis. HTML elements, as `**` beside hostile text may not be what it seems. */
function inline(text: Text, max: number = TEXT): string {
  return typeof text === 'string' ? html(text, max) : text.map(segmentText).join('');
}

function titleText(title: Title): string {
  return typeof title === 'string' ? title : inline(title);
}

function segmentText(segment: Segment): string {
  return segment.bold === true ? `<b>${plainSegment(segment)}</b>` : plainSegment(segment);
}

function plainSegment({ text, style, max }: Segment): string {
  const most = max === 'long' ? LONG : (max ?? (style === 'code' ? CELL : TEXT));
  switch (style) {
    case 'own':
      return text.replaceAll('\n', '<br>\n');
    case 'bar':
      return '';
    case 'code':
      return cell(text, most);
    case 'aside':
      return ` (${html(text, most)})`;
    case 'spark':
      return `\`${html(text, most)}\``;
    case 'small':
      return `<sub>${html(text, most)}</sub>`;
    case 'strong':
      return text.trim() === '' ? text : `<b>${spaced(text, max, html(text, most))}</b>`;
    case undefined:
      return text.trim() === '' ? text : spaced(text, max, html(text, most));
  }
}

const MARKS: Readonly<Record<Standing, string>> = {
  fail: '❌',
  inconclusive: '❓',
  unresolved: '〰️',
  alert: '⚠️',
  pass: '✅',
  plain: '',
};

/** A GFM table. */
function tableText({ title, columns, rows }: Table): string {
  const isMarked = rows.some(({ standing }) => standing !== undefined);
  const first = (cell: string): readonly string[] => (isMarked ? [cell] : []);
  return [
    ...(title === undefined ? [] : [`**${html(title)}**\n`]),
    line([...first(''), ...columns.map(({ head }) => titleText(head))]),
    `|${[...first(':-:'), ...columns.map(({ align }) => (align === 'right' ? '--:' : ':--'))].join('|')}|`,
    ...rows.map(({ standing = 'plain', cells }) =>
      line([
        ...first(MARKS[standing]),
        ...columns.map((column, index) => cellText(cells[index] ?? '', column)),
      ]),
    ),
  ].join('\n');
}

function cellText(text: Text, { unbroken }: Column): string {
  const escaped = inline(text, CELL);
  return unbroken === 'markdown' ? escaped.replaceAll(' ', '\u00A0') : escaped;
}

function line(cells: readonly string[]): string {
  return `|${cells.map((content) => (content === '' ? ' ' : ` ${content} `)).join('|')}|`;
}
