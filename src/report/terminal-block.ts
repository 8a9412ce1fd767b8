import type { Formatter } from 'picocolors/types.js';
import type { Verdict } from '../model/results.js';
import { clipped, flowed, wrapped } from './lines.js';
import type { Standing } from './row.js';

/** Colours of picocolors, as far as they are used here. */
export interface Colors {
  readonly bold: Formatter;
  readonly dim: Formatter;
  readonly red: Formatter;
  readonly green: Formatter;
  readonly yellow: Formatter;
}

/** What lines are made of, in the colours and the width of one terminal. Texts are plain already. */
export interface Palette {
  readonly width: number;
  /** `  ✗ text`, wrapped under the text, the first words in bold. */
  verdict(verdict: Verdict, title: string, rest?: string): string;
  /** `  ✗ text`: a text in columns of its own, clipped. */
  marked(standing: Standing, text: string): string;
  /** `  ✗ name        text`, wrapped under the text. */
  found(standing: Standing, name: string, text: string): readonly string[];
  /** `    name        items`, the items flowed under each other. */
  field(name: string, items: readonly string[], gap?: string): readonly string[];
  /** `    name        text`, wrapped under the text. */
  titled(name: string, text: string): readonly string[];
  dim(text: string): string;
}

const MARGIN = 4;
const FIELD = 12;

export function palette(colors: Colors, width: number): Palette {
  const tint: Readonly<Record<Standing, Formatter>> = {
    fail: colors.red,
    inconclusive: colors.yellow,
    unresolved: colors.yellow,
    alert: colors.yellow,
    pass: colors.green,
    plain: String,
  };
  const mark = (standing: Standing): string => (standing === 'plain' ? ' ' : tint[standing](MARKS[standing]));
  const room = width - MARGIN;
  return {
    width,
    verdict(verdict, title, rest = '') {
      const standing = STANDINGS[verdict];
      const [first = '', ...more] = wrapped(rest === '' ? title : `${title}: ${rest}`, room);
      const head = first.startsWith(title)
        ? `${colors.bold(tint[standing](title))}${first.slice(title.length)}`
        : first;
      return [`  ${mark(standing)} ${head}`, ...more.map((line) => `${' '.repeat(MARGIN)}${line}`)].join(
        '\n',
      );
    },
    marked: (standing, text) => `  ${mark(standing)} ${clipped(text, room)}`.trimEnd(),
    found(standing, name, text) {
      const [first = '', ...more] = wrapped(text, room - FIELD);
      return [
        `  ${mark(standing)} ${name.padEnd(FIELD)}${first}`,
        ...more.map((line) => `${' '.repeat(MARGIN + FIELD)}${line}`),
      ];
    },
    field(name, items, gap) {
      const space = room - FIELD;
      return flowed(
        items.map((item) => clipped(item, space)),
        space,
        gap,
      ).map(
        (line, index) => `${' '.repeat(MARGIN)}${colors.dim((index === 0 ? name : '').padEnd(FIELD))}${line}`,
      );
    },
    titled: (name, text) =>
      wrapped(text, room - FIELD).map(
        (line, index) => `${' '.repeat(MARGIN)}${colors.dim((index === 0 ? name : '').padEnd(FIELD))}${line}`,
      ),
    dim: (text) => colors.dim(text),
  };
}

const MARKS: Readonly<Record<Standing, string>> = {
  fail: '✗',
  inconclusive: '?',
  unresolved: '~',
  alert: '!',
  pass: '✓',
  plain: ' ',
};

const STANDINGS: Readonly<Record<Verdict, Standing>> = {
  pass: 'pass',
  warn: 'alert',
  fail: 'fail',
  inconclusive: 'inconclusive',
};
