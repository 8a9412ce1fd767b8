import { cell, html } from './escape.js';
import type { Standing } from './row.js';
import type { Sentence } from './sentence.js';
import type { Verdict } from '../model/results.js';

export const VERDICT_MARKS: Readonly<Record<Verdict, string>> = {
  pass: '✅',
  warn: '⚠️',
  fail: '❌',
  inconclusive: '❓',
};

export const MARKS: Readonly<Record<Standing, string>> = {
  fail: '❌',
  inconclusive: '❓',
  unresolved: '〰️',
  alert: '⚠️',
  pass: '✅',
  plain: '',
};

const ALIGNMENTS = { left: ':--', right: '--:', center: ':-:' } as const;

export interface Column {
  readonly head: string;
  readonly align: keyof typeof ALIGNMENTS;
}

/** A GFM table; cells are escaped already. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  return [
    line(columns.map(({ head }) => head)),
    `|${columns.map(({ align }) => ALIGNMENTS[align]).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** Folded; the summary is HTML that is escaped already. The blank lines make Markdown of the body again. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A sentence with its emphasis, escaped. HTML elements, as `**` beside hostile text may not be what it seems. */
export function inline(sentence: Sentence): string {
  return sentence
    .map(({ text, style }) => {
      if (style === 'code') return cell(text);
      if (text.trim() === '') return text;
      // Cut and trimmed by html(): the spaces around a segment are put back.
      const escaped = `${/^\s/u.test(text) ? ' ' : ''}${html(text, 400)}${/\s$/u.test(text) ? ' ' : ''}`;
      return style === 'strong' ? `<b>${escaped}</b>` : escaped;
    })
    .join('');
}

/** Blocks with a blank line between them; empty ones are left out. */
export function blocks(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

function line(cells: readonly string[]): string {
  return `|${cells.map((content) => (content === '' ? ' ' : ` ${content} `)).join('|')}|`;
}
