import type { ScenarioResults } from '../model/results.js';

/*
 * What a report is made of, whatever it is printed in. A section of a report is a function from results to blocks; the
 * printers know blocks, and no feature. Texts are hostile unless they are marked as our own: the printers escape them.
 */

/** What is said of a row, a check or a gate; also the mark that it bears. */
export type Standing = 'fail' | 'inconclusive' | 'unresolved' | 'alert' | 'pass' | 'plain';

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

export const code = (text: string, max?: Segment['max']): Segment => ({ text, style: 'code', max });
export const strong = (text: string, max?: Segment['max']): Segment => ({ text, style: 'strong', max });
export const words = (text: string, max?: Segment['max']): Segment => ({ text, max });
export const aside = (text: string, max: number): Segment => ({ text, style: 'aside', max });
export const own = (text: string, bold = false): Segment => ({ text, style: 'own', bold });

/** The bare text of a sentence. */
export function spoken(sentence: Sentence): string {
  return sentence.map(({ text }) => text).join('');
}

/** Escaped text is trimmed: within a sentence, whose parts have no length of their own, the spaces are put back. */
export function spaced(text: string, max: Segment['max'], escaped: string): string {
  if (max !== undefined) return escaped;
  return `${/^\s/u.test(text) ? ' ' : ''}${escaped}${/\s$/u.test(text) ? ' ' : ''}`;
}

/** One sentence of several, with words of our own between them. */
export function joined(texts: readonly Sentence[], between: string): Sentence {
  return texts.flatMap((text, index) => (index === 0 ? text : [own(between), ...text]));
}

export interface Column {
  readonly head: Title;
  /** Numbers stand to the right. */
  readonly align?: 'right';
  /** Missing: in all of them. */
  readonly only?: readonly Medium[];
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
  /** Folded in Markdown, with `teaser` beside the title, which is bold if it is bare; a card of the page, which is folded if `folded`. */
  | {
      readonly kind: 'part';
      readonly title: Title;
      readonly summary?: Text;
      readonly teaser?: Text;
      readonly folded?: boolean;
      readonly blocks: readonly Block[];
    }
  /** Of a terminal: a name in a column of its own, beside it a text that is wrapped or items that flow. */
  | { readonly kind: 'field'; readonly name: string; readonly text: Text; readonly max?: number }
  | { readonly kind: 'field'; readonly name: string; readonly items: readonly Text[] }
  /** Of a terminal: a mark, a name in a column of its own, and a text beside it. */
  | { readonly kind: 'found'; readonly standing: Standing; readonly name: string; readonly text: Text }
) & {
  /** Missing: in all media. */
  readonly only?: readonly Medium[];
  /** Missing: in all but the shortest two. */
  readonly tiers?: readonly Tier[];
};

export interface Section {
  /** Tells the printing order where to put it. */
  readonly id: string;
  readonly blocks: readonly Block[];
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

export function text(said: Text, max?: number): Block {
  return { kind: 'text', text: said, max };
}

export function inMarkdown(...blocks: readonly Block[]): readonly Block[] {
  return marked(['markdown'], blocks);
}

export function onPage(...blocks: readonly Block[]): readonly Block[] {
  return marked(['page'], blocks);
}

/** In what has room for tables and explanations: Markdown and the page. */
export function inFull(...blocks: readonly Block[]): readonly Block[] {
  return marked(['markdown', 'page'], blocks);
}

export function atTerminal(...blocks: readonly Block[]): readonly Block[] {
  return marked(['terminal'], blocks);
}

function marked(only: readonly Medium[], blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block) => ({ ...block, only: block.only ?? only }));
}

/** Those that a medium shows, at that length. */
export function shown(blocks: readonly Block[], medium: Medium, tier: Tier = 'everything'): readonly Block[] {
  return blocks.filter(
    ({ only, tiers = FULL }) => (only === undefined || only.includes(medium)) && tiers.includes(tier),
  );
}

const FULL: readonly Tier[] = ['everything', 'without charts'];
