import type { ComparisonResult } from '../model/comparison.js';
import { formatPercentChange } from '../model/format-change.js';
import { RELATIVE_MARGIN } from '../stats/compare/scale.js';
import type { ComparedLine } from './compared-line.js';
import { directionOf } from '../model/metric-words.js';
import { markup } from './escape.js';
import { svg } from './charts.js';
import { clipped } from './lines.js';

/* Effects on an axis of per cent: one row a metric, its estimate and its interval beside limit and margin. */

export const PLOT = { width: 1000, left: 190, right: 110 } as const;
const ROW = 34;
const TOP = 12;
const HALF = 5;
/** Of the span, on either side. */
const ROOM = 0.06;
const TICKS = 8;

/** A part of base's value, or of all flows for a rate: what the axis shows, whatever the change is measured in. */
export function shareOfBase(change: number, { scale, base }: ComparisonResult): number | undefined {
  if (scale !== 'absolute') return change;
  return base === null || base === 0 ? undefined : change / Math.abs(base);
}

interface Effect {
  readonly line: ComparedLine;
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** Signed: to the side that is worse. */
  readonly limit?: number;
  readonly margin?: number;
}

/** With a legend; nothing if there is no estimate. */
export function effectPlot(lines: readonly ComparedLine[]): string {
  const effects = lines.flatMap(effectOf);
  if (effects.length === 0) return '';
  const isRelative = lines.some(({ source }) => source.scale === 'relative');
  const margin = isRelative
    ? '<li><span class="key soft"></span>margin: the whole interval has to be beyond it</li>'
    : '';
  return `${plotOf(effects)}<ul class="legend"><li><span class="key"></span>limit: the estimate has to reach it to fail</li>${margin}</ul>`;
}

function plotOf(effects: readonly Effect[]): string {
  const x = scaleOf(effects);
  const bottom = TOP + effects.length * ROW;
  return svg({
    height: bottom + 24,
    label: `Change of ${effects.length === 1 ? 'one metric' : `${effects.length} metrics`} against base, with intervals`,
    body: [
      axis(x, bottom),
      ...effects.map((effect, index) => effectRow(effect, { x, y: TOP + (index + 0.5) * ROW })),
    ].join('\n'),
  });
}

function effectOf(line: ComparedLine): readonly Effect[] {
  const { source } = line;
  const share = (change: number | null): number | undefined =>
    change === null ? undefined : shareOfBase(change, source);
  const [center, low, high] = [share(source.change), share(source.low), share(source.high)];
  if (center === undefined || low === undefined || high === undefined) return [];
  const { sign } = directionOf(source.metric);
  const limit = line.limit === '' ? undefined : share(sign * source.limit);
  const margin = source.scale === 'relative' ? sign * RELATIVE_MARGIN : undefined;
  return [
    {
      line,
      center,
      low,
      high,
      ...(limit === undefined ? {} : { limit }),
      ...(margin === undefined ? {} : { margin }),
    },
  ];
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly at: (ratio: number) => number;
}

function scaleOf(effects: readonly Effect[]): Axis {
  const all = effects.flatMap(({ low, high, limit = 0, margin = 0 }) => [low, high, limit, margin]);
  const least = Math.min(0, ...all);
  const most = Math.max(0, ...all);
  const room = (most - least || 0.01) * ROOM;
  const [from, to] = [least - room, most + room];
  const width = PLOT.width - PLOT.left - PLOT.right;
  return { from, to, at: (ratio) => PLOT.left + ((ratio - from) / (to - from)) * width };
}

/** A line and a label at round changes; that of no change is stronger. */
function axis({ from, to, at }: Axis, bottom: number): string {
  return roundChanges(from, to)
    .map((change) => {
      const left = at(change).toFixed(1);
      const kind = change === 0 ? 'axis zero' : 'grid';
      return `<line class="${kind}" x1="${left}" x2="${left}" y1="${TOP}" y2="${bottom}"/><text class="label" text-anchor="middle" x="${left}" y="${bottom + 16}">${formatPercentChange(change)}</text>`;
    })
    .join('');
}

/** 1, 2 and 5 of a power of ten apart. */
export function roundChanges(from: number, to: number): readonly number[] {
  const least = (to - from) / TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((candidate) => candidate * power >= least) ?? 10);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_unused, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

function effectRow(
  { line, center, low, high, limit, margin }: Effect,
  place: { x: Axis; y: number },
): string {
  const { x, y } = place;
  const px = (ratio: number): string => x.at(ratio).toFixed(1);
  const name = markup(clipped(line.metric, 26));
  const words = `${markup(line.metric, 80)} ${line.change}, interval ${line.interval}: ${line.outcome}${line.limit === '' ? '' : `, gate ${markup(line.limit)}`}`;
  return `<g class="effect ${line.standing}" tabindex="0" role="img" aria-label="${words}"><title>${words}</title>
<text class="label strong" text-anchor="end" x="${PLOT.left - 10}" y="${y + 4}">${name}</text>
${limit === undefined ? '' : upright('limit', px(limit), y)}${margin === undefined ? '' : upright('margin', px(margin), y)}
<line class="span" x1="${px(low)}" x2="${px(high)}" y1="${y}" y2="${y}"/><path class="point" d="M${(x.at(center) - HALF).toFixed(1)} ${y}L${px(center)} ${y - HALF}L${(x.at(center) + HALF).toFixed(1)} ${y}L${px(center)} ${y + HALF}Z"/>
<text class="label strong" x="${PLOT.width - PLOT.right + 10}" y="${y + 4}">${line.change}</text></g>`;
}

function upright(kind: 'limit' | 'margin', x: string, y: number): string {
  return `<line class="${kind}" x1="${x}" x2="${x}" y1="${y - ROW / 2 + 3}" y2="${y + ROW / 2 - 3}"/>`;
}
