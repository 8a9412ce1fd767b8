import { formatTime } from './format.js';

/* What charts are made of: those of Mermaid, which GitHub draws, and those that the page draws itself. */

export interface XyChart {
  readonly title: string;
  readonly x: string;
  /** Name of the axis. */
  readonly y: string;
  readonly bars?: readonly number[];
  readonly line?: readonly number[];
}

/** Values from 0 up to a round end of the axis, in Mermaid. */
export function xyChart({ title, x, y, bars = [], line = [] }: XyChart): string {
  const top = niceTop([...bars, ...line].reduce((most, value) => Math.max(most, value), 0));
  return [
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis ${x}`,
    `  y-axis "${y}" 0 --> ${top}`,
    ...(bars.length === 0 ? [] : [`  bar [${bars.map(short).join(', ')}]`]),
    ...(line.length === 0 ? [] : [`  line [${line.map(short).join(', ')}]`]),
  ].join('\n');
}

export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The next of 1, 1.5, 2, 3, 5, 7.5 × 10ⁿ at or above a value: a round end of the axis. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 5, 7.5].find((candidate) => candidate * power >= value) ?? 10;
  return Number((step * power).toPrecision(3));
}

/** The frame that all charts share, in units of the view box: their axes of time stand under each other. */
export const CHART = { width: 1000, left: 76, right: 16 } as const;

/** A drawing as wide as the page, and never so narrow that its text cannot be read: it is scrolled then. */
export function svg(chart: { height: number; label: string; body: string }): string {
  return `<div class="scroll" tabindex="0" role="group" aria-label="${chart.label}"><svg viewBox="0 0 ${CHART.width} ${chart.height}" role="group" aria-label="${chart.label}">\n${chart.body}\n</svg></div>`;
}

type Place = number | string;

export function line(
  kind: string,
  { x1, x2, y1, y2 }: Readonly<Record<'x1' | 'x2' | 'y1' | 'y2', Place>>,
): string {
  return `<line class="${kind}" x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}"/>`;
}

/** A text that is escaped already. */
export function label(
  text: string,
  { x, y, anchor, strong = false }: { x: Place; y: Place; anchor?: 'middle' | 'end'; strong?: boolean },
): string {
  const place = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text class="label${strong ? ' strong' : ''}"${place} x="${x}" y="${y}">${text}</text>`;
}

/** Around a point, with words that are shown when the pointer is on it. */
export function square(
  kind: string,
  { x, y, half }: { x: number; y: number; half: number },
  words: string,
): string {
  return `<rect class="${kind}" x="${(x - half).toFixed(1)}" y="${(y - half).toFixed(1)}" width="${2 * half}" height="${2 * half}"><title>${words}</title></rect>`;
}

/** A range of time in ms; `from` is below `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** From a time within the span to its place between the margins. */
export function scaleX({ from, to }: Span): (ms: number) => number {
  const width = CHART.width - CHART.left - CHART.right;
  return (ms) => CHART.left + ((Math.min(Math.max(ms, from), to) - from) / (to - from)) * width;
}

/** Lines and labels at round times. */
export function timeAxis(span: Span, place: { top: number; bottom: number }): string {
  const x = scaleX(span);
  return ticks(span)
    .map((at) => {
      const left = x(at).toFixed(1);
      const mark = line('grid', { x1: left, x2: left, y1: place.top, y2: place.bottom });
      return mark + label(formatTime(at), { x: left, y: place.bottom + 14, anchor: 'middle' });
    })
    .join('');
}

const MINUTE = 60_000;
/** 1, 2 and 5 of every power of ten below ten seconds, then what is round on a clock. */
const ROUND_TIMES = [
  ...[0.01, 0.1, 1, 10, 100, 1000].flatMap((power) => [power, 2 * power, 5 * power]),
  ...[10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 360, 1440].map((minutes) => minutes * MINUTE),
];

/** At most about eight round times within the span. */
function ticks({ from, to }: Span): readonly number[] {
  const least = (to - from) / 8;
  const step = ROUND_TIMES.find((candidate) => candidate >= least) ?? least;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_unused, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

export interface Panel {
  readonly title: string;
  /** In equal slices over the whole axis. */
  readonly values: readonly number[];
  readonly label: (value: number) => string;
  readonly top: number;
  readonly height: number;
  /** The round end of the axis at or above the largest value. */
  readonly ceiling: (value: number) => number;
}

/** A filled curve with its title and the largest value of its axis to the left. */
export function panel({ title, values, label: valueOf, top, height, ceiling }: Panel): string {
  const most = ceiling(values.reduce((largest, value) => Math.max(largest, value), 0));
  const width = CHART.width - CHART.left - CHART.right;
  const bottom = top + height;
  const y = (value: number): string => (bottom - (value / most) * height).toFixed(1);
  const x = (slice: number): string => (CHART.left + (slice / values.length) * width).toFixed(1);
  const steps = values.map((value, index) => `L${x(index)} ${y(value)}L${x(index + 1)} ${y(value)}`).join('');
  const right = CHART.width - CHART.right;
  const name = label(title, { x: CHART.left - 6, y: top + height / 2 + 4, anchor: 'end', strong: true });
  const end = label(valueOf(most), { x: CHART.left - 6, y: top + 6, anchor: 'end' });
  const base = line('axis', { x1: CHART.left, x2: right, y1: bottom, y2: bottom });
  return `<g class="curve">${base}<path d="M${CHART.left} ${bottom}${steps}L${right} ${bottom}Z"/>${name}${end}</g>`;
}
