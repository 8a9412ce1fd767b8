import type { Trend } from '../model/history.js';

const WIDTH = 200;
const HEIGHT = 32;
const EDGE = 4;
/** The least height, as a part of the largest value: noise must not look like a mountain. */
const LEAST_SPAN = 0.25;

/** A metric over the earlier runs: its values, the last level as a dashed line, and this run as a dot at the end. */
export function historyPlot({ values, last, now }: Trend, label: string): string {
  const shown = now === null ? values : [...values, now];
  const most = shown.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const least = shown.reduce((smallest, value) => Math.min(smallest, value), Infinity);
  const span = Math.max(most - least, LEAST_SPAN * Math.abs(most)) || 1;
  const x = (index: number): string =>
    (EDGE + (index / Math.max(1, values.length)) * (WIDTH - 2 * EDGE)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - EDGE - ((value - most + span) / span) * (HEIGHT - 2 * EDGE)).toFixed(1);
  const path = values.map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('');
  const level = `<line class="marker" x1="${x(last.from)}" x2="${x(values.length)}" y1="${y(last.mean)}" y2="${y(last.mean)}"/>`;
  const dot =
    now === null ? '' : `<circle r="3" fill="currentColor" cx="${x(values.length)}" cy="${y(now)}"/>`;
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" style="width: ${WIDTH}px; min-width: 0"`;
  return `<svg ${size} role="img" aria-label="${label}"><g class="law"><path d="${path}"/></g>${level}${dot}</svg>`;
}
