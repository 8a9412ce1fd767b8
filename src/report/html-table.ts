import { markup } from './escape.js';
import type { Standing } from './row.js';
import type { Sentence } from './sentence.js';

/* What the parts of the page are made of. */

/** A headed block; nothing if there is nothing in it. */
export function card(title: string, body: string): string {
  return body === '' ? '' : `<div class="card"><h3>${title}</h3>${body}</div>`;
}

export function inline(sentence: Sentence): string {
  return sentence
    .map(({ text, style }) => {
      if (text.trim() === '') return text;
      const escaped = `${/^\s/u.test(text) ? ' ' : ''}${markup(text, 400)}${/\s$/u.test(text) ? ' ' : ''}`;
      if (style === 'code') return `<code>${escaped}</code>`;
      return style === 'strong' ? `<strong>${escaped}</strong>` : escaped;
    })
    .join('');
}

export function list(texts: readonly string[]): string {
  return `<ul>${texts.map((text) => `<li>${markup(text, 400)}</li>`).join('')}</ul>`;
}

const MARKS: Readonly<Record<Standing, readonly [sign: string, word: string]>> = {
  fail: ['✗', 'fails'],
  inconclusive: ['?', 'no data'],
  unresolved: ['~', 'unresolved'],
  alert: ['!', 'alert'],
  pass: ['✓', 'holds'],
  plain: ['', ''],
};

export function mark(standing: Standing): string {
  const [sign, word] = MARKS[standing];
  return sign === ''
    ? '<td></td>'
    : `<td class="mark ${standing}"><span role="img" aria-label="${word}">${sign}</span></td>`;
}

/** A head in an array of one is that of numbers, which stand to the right. */
export type Head = string | readonly [string];

export function table(heads: readonly Head[], rows: readonly string[]): string {
  const cells = heads.map((head) =>
    typeof head === 'string'
      ? `<th scope="col">${head}</th>`
      : `<th scope="col" class="number">${head[0]}</th>`,
  );
  return `<div class="scroll"><table><thead><tr>${cells.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
