import pc from 'picocolors';
import { plain } from '../lib/escape.js';
import { clipped, flowed, usableWidth, wrapped } from '../lib/text.js';
import {
  type Block,
  type Blocks,
  type Segment,
  shown,
  type Standing,
  type Table,
  type Text,
} from '../model/document.js';
import type { Results, Verdict } from '../model/results.js';
import { documentOf, type ScenarioDocument, sectionsOf, STANDING_OF } from './document.js';

const MARGIN = 4;
const FIELD = 12;
const GAP = '  ';

/**
 * The report for a terminal or a job's log, in lines of at most `width` characters (40 … 120) but for the command that
 * reproduces it; no newline at the end.
 * No line of it is a workflow command, whatever the flows printed.
 */
export function renderTerminal(results: Results, options: { color: boolean; width: number }): string {
  const document = documentOf(results);
  const printer = terminalPrinter(options);
  const { scenarios, machine, run, reproduce } = document;
  const lines = scenarios.flatMap((scenario) => ['', ...scenarioLines(scenario, printer)]);
  if (scenarios.length !== 1 || results.faults !== undefined) {
    lines.push('', ...printer.verdict(document.verdict, `flowgate: ${document.tally}`));
  }
  const before = printer.lines(document.before);
  if (before.length > 0) lines.push('', ...before);
  const where = run === undefined ? machine : `${machine}, ${run.prefix} ${run.label}`;
  lines.push('', ...printer.field('machine', plain(where, 300).split(/(?<=,) /u), ' '));
  // Not wrapped or cut, however long it is: it is there to be copied.
  if (reproduce !== '') {
    lines.push(`${margin()}${printer.dim('reproduce'.padEnd(FIELD))}${plain(reproduce, 1000)}`);
  }
  return lines.join('\n');
}

/** The verdict in one line: of one scenario its sentence, of several, or where legs are missing, what they come to. */
export function renderVerdict(results: Results): string {
  const { scenarios, verdict, tally } = documentOf(results);
  const [only, ...others] = scenarios;
  if (only === undefined || others.length > 0 || results.faults !== undefined)
    return `${verdict}: ${plain(tally)}`;
  const { name, status, lead } = only;
  return `${verdict}: ${plain(`${plain(name, 40)} ${plain(status, 60)}: ${textOf(lead, 500)}`, 600)}`;
}

/** The verdict and, with a blank line before each, the sections that have something to say. */
function scenarioLines(scenario: ScenarioDocument, printer: Printer): readonly string[] {
  const { name, status, lead, verdict } = scenario;
  const lines = [...printer.verdict(verdict, `${plain(name, 40)} ${plain(status, 60)}`, textOf(lead, 500))];
  for (const { blocks, continues = false } of sectionsOf(scenario, 'terminal')) {
    const more = printer.lines(blocks);
    if (more.length > 0) lines.push(...(continues ? more : ['', ...more]));
  }
  return lines;
}

type Printer = ReturnType<typeof terminalPrinter>;

/** Blocks as lines, in the colours and the width of one terminal. */
export function terminalPrinter({ color, width: wanted }: { color: boolean; width: number }) {
  const colors = pc.createColors(color);
  const width = usableWidth(wanted);
  const room = width - MARGIN;
  const tint: Readonly<Record<Standing, (text: string) => string>> = {
    fail: colors.red,
    inconclusive: colors.yellow,
    unresolved: colors.yellow,
    alert: colors.yellow,
    pass: colors.green,
    plain: String,
  };
  const mark = (standing: Standing): string => (standing === 'plain' ? ' ' : tint[standing](MARKS[standing]));

  return { dim: colors.dim, lines, field, verdict };

  function lines(blocks: Blocks): readonly string[] {
    return shown(blocks, 'terminal').flatMap(blockLines);
  }

  function blockLines(block: Block): readonly string[] {
    switch (block.kind) {
      case 'text':
        return wrapped(textOf(block.text, block.max ?? TEXT), room).map((line) => marked('plain', line));
      case 'heading':
        return [`  ${colors.bold(textOf(block.title, NAME))}`];
      case 'list': {
        const { items, title, standing = 'plain' } = block;
        if (title === undefined) return items.map((item) => marked(standing, textOf(item, CELL)));
        return items.flatMap((item, index) =>
          field(index === 0 ? title.toLowerCase() : '', [textOf(item, CELL)]),
        );
      }
      case 'field':
        return titled(block.name, wrapped(textOf(block.text, block.max ?? TEXT), room - FIELD));
      case 'items':
        return field(
          block.name,
          block.items.map((item) => textOf(item, CELL)),
        );
      case 'found': {
        const [first = '', ...more] = wrapped(textOf(block.text, TEXT), room - FIELD);
        return [
          `  ${mark(block.standing)} ${block.name.padEnd(FIELD)}${first}`,
          ...more.map((line) => `${margin(MARGIN + FIELD)}${line}`),
        ];
      }
      case 'table':
        return tableLines(block);
      case 'code':
        return block.text.trimEnd().split('\n').map(indented);
      case 'note':
      case 'drawing':
      case 'part':
        return [];
    }
  }

  /** `  ✗ text`, wrapped under the text, the first words in bold. */
  function verdict(of: Verdict, title: string, rest = ''): readonly string[] {
    const standing = STANDING_OF[of];
    const [first = '', ...more] = wrapped(rest === '' ? title : `${title}: ${rest}`, room);
    const head = first.startsWith(title)
      ? `${colors.bold(tint[standing](title))}${first.slice(title.length)}`
      : first;
    return [`  ${mark(standing)} ${head}`, ...more.map((line) => `${margin()}${line}`)];
  }

  /** `  ✗ text`: a text in columns of its own, clipped. */
  function marked(standing: Standing, text: string): string {
    return `  ${mark(standing)} ${clipped(text, room)}`.trimEnd();
  }

  /** `    name        items`, the items flowed under each other. */
  function field(name: string, items: readonly string[], gap?: string): readonly string[] {
    const space = room - FIELD;
    return titled(
      name,
      flowed(
        items.map((item) => clipped(item, space)),
        space,
        gap,
      ),
    );
  }

  function titled(name: string, texts: readonly string[]): readonly string[] {
    return texts.map(
      (line, index) => `${margin()}${colors.dim((index === 0 ? name : '').padEnd(FIELD))}${line}`,
    );
  }

  function tableLines({ title, columns, rows, narrow = 'stack' }: Table): readonly string[] {
    const most = narrow === 'stack' ? NAME : CELL;
    const heads = columns.map(({ head }) => (typeof head === 'string' ? head : textOf(head, NAME)));
    const cells = rows.map((row) => columns.map((_column, index) => textOf(row.cells[index] ?? '', most)));
    const longest = heads.map((head, index) =>
      Math.max(head.length, ...cells.map((row) => row[index]?.length ?? 0)),
    );
    // The last of two columns is as wide as it gets.
    const widths =
      narrow === 'shorten' ? [Math.max(FIELD, Math.min(longest[0] ?? 0, width - 40)), 0] : longest;
    const isTooWide = sumOf(widths) > room;
    const fit = columns.filter((_column, index) => sumOf(widths.slice(0, index + 1)) <= room).length;
    const shownColumns = narrow === 'leave out' ? fit : columns.length;
    const row = (texts: readonly string[]): string =>
      texts
        .slice(0, shownColumns)
        .map((text, index) => inColumn(text, widths[index] ?? 0, columns[index]?.align))
        .join(GAP)
        .trimEnd();
    if (narrow !== 'stack') {
      return [
        `${margin()}${colors.dim(row(heads))}`,
        ...rows.map(({ standing = 'plain' }, index) => marked(standing, row(cells[index] ?? []))),
      ];
    }
    const heading = title === undefined ? [] : wrapped(plain(title), room);
    return [...heading, ...(isTooWide ? stacked(heads, cells) : [heads, ...cells].map(row))].map(
      (line) => `${margin()}${line}`,
    );
  }
}

const MARKS: Readonly<Record<Standing, string>> = {
  fail: '✗',
  inconclusive: '?',
  unresolved: '~',
  alert: '!',
  pass: '✓',
  plain: ' ',
};

const TEXT = 400;
const CELL = 200;
const NAME = 80;

function margin(width = MARGIN): string {
  return ' '.repeat(width);
}

/** A column without a width is not filled up. */
function inColumn(text: string, width: number, align: 'right' | undefined): string {
  if (width === 0) return text;
  return align === 'right' ? text.padStart(width) : clipped(text, width).padEnd(width);
}

/** Of columns with a gap between them. */
function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length);
}

/** A line for each cell, with the head of its column. */
function stacked(heads: readonly string[], cells: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(...heads.map(({ length }) => length));
  const name = (index: number): string => `${index === 0 ? '' : '  '}${heads[index] ?? ''}`;
  return cells.flatMap((row) => row.map((text, index) => `${name(index).padEnd(longest + 2)}${GAP}${text}`));
}

/** What is plain has no spaces before it. */
function indented(line: string): string {
  return `${margin()}${/^ */.exec(line)?.[0] ?? ''}${plain(line, 300)}`;
}

/** What is of our own as it is, and what lies between as plain text of at most `max` characters. */
function textOf(text: Text, max: number): string {
  if (typeof text === 'string') return plain(text, max);
  const most = Math.max(max, ...text.map((segment) => (typeof segment.max === 'number' ? segment.max : 0)));
  let printed = '';
  let run = '';
  const flush = (): void => {
    const spaces = /^(\s*).*?(\s*)$/su.exec(run);
    printed += run.trim() === '' ? run : `${spaces?.[1] ?? ''}${plain(run, most)}${spaces?.[2] ?? ''}`;
    run = '';
  };
  for (const segment of text) {
    if (segment.style === 'bar') continue;
    if (segment.style === undefined || segment.style === 'code' || segment.style === 'strong') {
      run += cutTo(segment);
    } else {
      flush();
      printed += segment.style === 'aside' ? `  (${cutTo(segment)})` : segment.text;
    }
  }
  flush();
  return printed.trim();
}

function cutTo({ text, max }: Segment): string {
  return typeof max === 'number' ? plain(text, max) : text;
}
