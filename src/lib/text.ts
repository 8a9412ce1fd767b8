/** The widest that a report gets, however wide the terminal is: longer lines are not read. */
const WIDEST = 120;
const NARROWEST = 40;

/** A width that the lines of a report can be made for. */
export function usableWidth(width: number): number {
  return Number.isFinite(width) ? Math.min(WIDEST, Math.max(NARROWEST, Math.floor(width))) : 80;
}

/** Items side by side with `gap` between them, on as many lines of at most `width` characters as it takes. */
export function flowed(items: readonly string[], width: number, gap = '   '): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line !== '' && line.length + gap.length + item.length > width) {
      lines.push(line);
      line = item;
    } else {
      line = line === '' ? item : `${line}${gap}${item}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

const GLUE = '\u00A0';
/** Within `< 2.5 s` nothing is broken. */
const QUANTITY_SEAM = /(?<=[<>≤≥=]) (?=\d)|(?<=\d) (?=(?:[nµm]?s|min|h|[KMGTP]?B)\b)/gu;

/** Broken between words only: a line can then start with nothing that a whole text could not start with. */
export function wrapped(text: string, width: number): readonly string[] {
  return flowed(
    text
      .replace(QUANTITY_SEAM, GLUE)
      .split(' ')
      .map((word) => clipped(word, width)),
    width,
    ' ',
  ).map((line) => line.replaceAll(GLUE, ' '));
}

/** At most `width` characters, cut with `…`. */
export function clipped(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One block a value, scaled from zero to the largest (or to `top`, if that is larger). Not a number counts as zero. */
export function sparkline(values: readonly number[], top = 0): string {
  const largest = values.reduce((most, value) => (value > most ? value : most), top);
  return values.map((value) => block(largest > 0 ? value / largest : 0)).join('');
}

function block(share: number): string {
  const level = Number.isFinite(share) ? Math.round(share * (BLOCKS.length - 1)) : 0;
  return BLOCKS[Math.min(Math.max(level, 0), BLOCKS.length - 1)] ?? BLOCKS[0];
}
