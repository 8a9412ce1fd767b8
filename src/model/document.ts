import type { ScenarioResults, ThresholdResult } from './results.js';

/*
 * What a report is made of, whatever it is printed in. A section of a report is a function from results to blocks; the
 * printers know blocks, and no feature. Texts are hostile unless they are marked as our own: the printers escape them.
 */

/** What is content of a row, a check or a gate; also the mark that it bears. */
export type Standing = (typeof STANDINGS)[number];

/** What does not hold comes first. */
export const STANDINGS = ['fail', 'inconclusive', 'unresolved', 'alert', 'pass', 'plain'] as const;

export function byStanding(one: { standing: Standing }, other: { standing: Standing }): number {
  return STANDINGS.indexOf(one.standing) - STANDINGS.indexOf(other.standing);
}

export type Medium = 'markdown' | 'terminal' | 'page';

/** How much a comment tells, from the most to the least: GitHub takes no comment of any length. */
export const TIERS = ['everything', 'without charts', 'failing rows', 'verdict'] as const;
export type Tier = (typeof TIERS)[number];

/** A piece of a sentence. */
export interface Segment {
  readonly text: string;
  /**
   * `code`: a name, or what somebody wrote; `strong`: the figure that matters; `aside`: in brackets; `small`: of less
   * interest; `spark`: a sparkline; `bar`: a share as a bar, which only the page draws; `own`: words and figures of our
   * own, printed as they are, a newline as a line break. Everything but `own` and `bar` is escaped.
   */
  readonly style?: 'code' | 'strong' | 'aside' | 'small' | 'spark' | 'bar' | 'own';
  /** Longest text, for what is not of our own; `long`: 300 characters in Markdown, 400 elsewhere. */
  readonly max?: number | 'long';
  /** Bold in Markdown, which has no colours. */
  readonly bold?: boolean;
  /** SVG that the page shows in its place. */
  readonly drawing?: string;
}

export type Sentence = readonly Segment[];

/** A bare string is hostile text. */
export type Text = string | Sentence;

/** A bare string is of our own. */
export type Title = string | Sentence;

export interface Column {
  readonly head: Title;
  /** Numbers stand to the right. */
  readonly align?: 'right';
  /** Missing: in all media. */
  readonly only?: Medium;
  /** Where it is kept on one line. */
  readonly unbroken?: Medium;
}

export interface TableRow {
  /** All rows of a table have one, or none has. */
  readonly standing?: Standing;
  /** One a column; a bare string is cut to 200 characters. */
  readonly cells: readonly Text[];
}

export interface Table {
  readonly kind: 'table';
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
  /**
   * What a terminal does with a table that is too wide for it: leave columns out from the last one on, shorten the first
   * of two, or give each cell a line of its own.
   */
  readonly narrow?: 'leave out' | 'shorten' | 'stack';
}

export interface Part {
  readonly kind: 'part';
  /** Bold in Markdown if it is a bare string. */
  readonly title: Title;
  /** Beside the title. */
  readonly summary?: Text;
  /** Beside the title in Markdown alone, where the reader has to unfold the part. */
  readonly teaser?: Text;
  /** On the page too. */
  readonly folded?: boolean;
  readonly blocks: Blocks;
}

export type Block = (
  | { readonly kind: 'text'; readonly text: Text; readonly max?: number }
  | { readonly kind: 'heading'; readonly title: Text; readonly standing?: Standing }
  /** Small print, a line each; `list` where the page makes a list of them. */
  | { readonly kind: 'note'; readonly texts: readonly Text[]; readonly list?: boolean }
  /** With a title in one line of Markdown, and as a field at a terminal; with a standing each item bears its mark there. */
  | {
      readonly kind: 'list';
      readonly items: readonly Text[];
      readonly title?: string;
      readonly standing?: Standing;
    }
  | Table
  | { readonly kind: 'code'; readonly language: 'mermaid' | 'yaml'; readonly text: string }
  /** SVG of our own, which the page alone draws. */
  | { readonly kind: 'drawing'; readonly svg: () => string }
  /** Folded in Markdown, a card of the page; nothing if there is nothing in it. */
  | Part
  /** Of a terminal: a name in a column of its own, beside it a text that is wrapped. */
  | { readonly kind: 'field'; readonly name: string; readonly text: Text; readonly max?: number }
  /** Of a terminal: the same with items side by side, as many as there is room for. */
  | { readonly kind: 'items'; readonly name: string; readonly items: readonly Text[] }
  /** Of a terminal: a mark, a name in a column of its own, and a text beside it. */
  | { readonly kind: 'found'; readonly standing: Standing; readonly name: string; readonly text: Text }
) & {
  /** Missing: in all media. */
  readonly only?: Medium;
  /** Missing: in all but the shortest two. */
  readonly tiers?: readonly Tier[];
};

/** What is undefined is left out: there is nothing to say. */
export type Blocks = readonly (Block | undefined)[];

export interface Section {
  /** Tells the printing order where to put it. */
  readonly id: string;
  readonly blocks: Blocks;
  /** In Markdown it is one of the folded parts at the end, which stand close to each other. */
  readonly appendix?: boolean;
  /** At a terminal it continues the section before it. */
  readonly continues?: boolean;
  /** On the page it stands beside the section before or after it that is half as wide too. */
  readonly half?: boolean;
  /** What it adds to the look of the page. */
  readonly style?: string;
  /** A column that it adds to the table of several scenarios: words of our own. */
  readonly overview?: { readonly head: string; readonly text: string };
  /** Said in passing, at the end of the report on a scenario. */
  readonly notes?: readonly string[];
}

/** How a part of flowgate adds to the report on a scenario. */
export type Reporter = (scenario: ScenarioResults, cores: number) => readonly Section[];

export const code = (text: string, max?: Segment['max']): Segment => ({ text, style: 'code', max });
export const strong = (text: string, max?: Segment['max']): Segment => ({ text, style: 'strong', max });
export const words = (text: string, max?: Segment['max']): Segment => ({ text, max });
export const aside = (text: string, max: number): Segment => ({ text, style: 'aside', max });
export const own = (text: string, bold = false): Segment => ({ text, style: 'own', bold });

export const right = (head: Title): Column => ({ head, align: 'right' });

/** Makers of blocks: where there is nothing to say they make none. */
export const block = {
  text: (content: Text | undefined, max?: number): Block | undefined =>
    content === undefined ? undefined : { kind: 'text', text: content, max },

  note: (...texts: readonly Text[]): Block | undefined =>
    texts.length === 0 ? undefined : { kind: 'note', texts },

  list: (items: readonly Text[], more: { title?: string; standing?: Standing } = {}): Block | undefined =>
    items.length === 0 ? undefined : { kind: 'list', items, ...more },

  table: (
    columns: readonly (string | Column)[],
    rows: readonly TableRow[],
    more: Pick<Table, 'title' | 'narrow'> = {},
  ): Block | undefined =>
    rows.length === 0 && more.title === undefined
      ? undefined
      : { kind: 'table', columns: columns.map(columnOf), rows, ...more },

  part: (title: Title, blocks: Blocks, beside: Pick<Part, 'summary' | 'teaser' | 'folded'> = {}): Block => ({
    kind: 'part',
    title,
    blocks,
    ...beside,
  }),

  drawing: (svg: () => string): Block => ({ kind: 'drawing', svg }),

  field: (name: string, content: Text | undefined, max?: number): Block | undefined =>
    content === undefined ? undefined : { kind: 'field', name, text: content, max },

  /** Texts under each other, the first beside the name. */
  fields: (name: string, texts: readonly Text[]): Blocks =>
    texts.map((each, index) => block.field(index === 0 ? name : '', each)),

  items: (name: string, texts: readonly Text[]): Block => ({ kind: 'items', name, items: texts }),
};

function columnOf(column: string | Column): Column {
  return typeof column === 'string' ? { head: column } : column;
}

export const inMarkdown = (...blocks: Blocks): Blocks => only('markdown', blocks);
export const onPage = (...blocks: Blocks): Blocks => only('page', blocks);
export const atTerminal = (...blocks: Blocks): Blocks => only('terminal', blocks);

function only(medium: Medium, blocks: Blocks): Blocks {
  return blocks.map((each) => each && { ...each, only: medium });
}

export function inTiers(tiers: readonly Tier[], ...blocks: Blocks): Blocks {
  return blocks.map((block) => block && { ...block, tiers });
}

const FULL: readonly Tier[] = ['everything', 'without charts'];

/** Those that a medium shows, at that length; of tables the columns that it shows. */
export function shown(blocks: Blocks, medium: Medium, tier: Tier = 'everything'): readonly Block[] {
  return blocks
    .filter((block) => block !== undefined)
    .filter(({ only = medium, tiers = FULL }) => only === medium && tiers.includes(tier))
    .map((block) => (block.kind === 'table' ? { ...block, ...columnsShown(block, medium) } : block));
}

function columnsShown({ columns, rows }: Table, medium: Medium): Pick<Table, 'columns' | 'rows'> {
  const isShown = columns.map(({ only }) => only === undefined || only === medium);
  return {
    columns: columns.filter((_column, index) => isShown[index]),
    rows: rows.map((row) => ({ ...row, cells: row.cells.filter((_cell, index) => isShown[index]) })),
  };
}

/** The bare text of a sentence. */
export function spoken(sentence: Sentence): string {
  return sentence.map(({ text }) => text).join('');
}

/** One sentence of several, with words of our own between them. */
export function joined(texts: readonly Sentence[], between: string): Sentence {
  return texts.flatMap((each, index) => (index === 0 ? each : [own(between), ...each]));
}

/** Escaped text is trimmed: within a sentence, whose parts have no length of their own, the spaces are put back. */
export function spaced(text: string, max: Segment['max'], escaped: string): string {
  if (max !== undefined) return escaped;
  return `${/^\s/u.test(text) ? ' ' : ''}${escaped}${/\s$/u.test(text) ? ' ' : ''}`;
}

/** One line of the table of metrics. */
export interface Row {
  readonly standing: Standing;
  /** Canonical name: `flow_time.p95`. */
  readonly metric: string;
  /** As a person reads it: `Flow time p95`. */
  readonly title: string;
  /** `2.71 s`, `23% of 4 cores`, `no data`. */
  readonly value: string;
  /** A word on the value: `236 of 240`, or why there is none. */
  readonly detail?: string;
  /** `≤ 30 s`; missing in a row without threshold. */
  readonly limit?: string;
  /** The limit hangs on the base. */
  readonly againstBase?: boolean;
  /** As the user wrote it. */
  readonly expression?: string;
  readonly level?: ThresholdResult['level'];
  /** Why the change accepts that it does not hold. */
  readonly accepted?: string;
  /** Where the row is that of a comparison; the value is then the median over head's rounds too. */
  readonly against?: Against;
}

/** What stands beside a value that was compared with the base's. */
export interface Against {
  readonly base: string;
  /** `+9.8%`; `~` where noise may be all of it, `=` where nothing differs. */
  readonly change: string;
  /** `+7.1% … +12.6%`; empty if nothing is known. */
  readonly interval: string;
  /** `99.7% interval +7.1% … +12.6%, 24 pairs`. */
  readonly how: string;
}

/** `unresolved`: a limit on the base of which it is not known whether it holds. */
export function standingOf({ outcome, level }: ThresholdResult): Standing {
  if (outcome === 'pass') return 'pass';
  if (outcome === 'unresolved' || outcome === 'not_judged') return 'unresolved';
  return level === 'warn' || outcome === 'accepted' ? 'alert' : outcome;
}

/** One annotation on the job; texts are plain, the lines of a message parted by newlines. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
}
