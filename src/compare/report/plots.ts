import { label, line, square, svg } from '../../lib/charts.js';
import { markup } from '../../lib/escape.js';
import { formatPercentChange } from '../../lib/format-change.js';
import { plural } from '../../lib/format.js';
import { directionOf } from '../../lib/metric-words.js';
import { clipped } from '../../lib/text.js';
import type { Compared, ComparedPair, ComparisonResult } from '../../model/comparison.js';
import { RELATIVE_MARGIN } from '../statistics/evidence.js';
import type { ComparedLine } from './lines.js';

/*
 * What the page draws of a comparison. Effects on an axis of per cent: one row a metric, its estimate and its interval
 * beside limit and margin. And each pair of rounds as a dot, in the order in which they were run: a drift or a jump of
 * the machine is seen there.
 */

const LEFT = 190;
const RIGHT = 1000 - 110;
const WIDTH = RIGHT - LEFT;

/** A part of base's value, or of all flows for a rate: what the axis shows, whatever the change is measured in. */
function shareOfBase(change: number, { scale, base }: ComparisonResult): number | undefined {
  if (scale !== 'absolute') return change;
  return base === null || base === 0 ? undefined : change / Math.abs(base);
}

/** To the side that is worse; undefined where no threshold hangs on it. */
function limitShare({ limit, source }: ComparedLine): number | undefined {
  return limit === ''
    ? undefined
    : shareOfBase(directionOf(source.metric, source.worse).sign * source.limit, source);
}

function nameOf({ metric }: ComparedLine, y: number): string {
  return label(markup(clipped(metric, 26)), { x: LEFT - 10, y: y + 4, anchor: 'end', strong: true });
}

const ROW = 34;
const ROWS_TOP = 12;
const HALF_POINT = 5;
/** Of the span, on either side. */
const ROOM = 0.06;
const TICKS = 8;

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
  const axis = axisOf(effects);
  const bottom = ROWS_TOP + effects.length * ROW;
  const plot = svg({
    height: bottom + 24,
    label: `Change of ${effects.length === 1 ? 'one metric' : `${effects.length} metrics`} against base, with intervals`,
    body: [
      ticks(axis, bottom),
      ...effects.map((effect, index) => effectRow(effect, axis, ROWS_TOP + (index + 0.5) * ROW)),
    ].join('\n'),
  });
  const margin = lines.some(({ source }) => source.scale === 'relative')
    ? '<li><span class="key soft"></span>margin: the whole interval has to be beyond it</li>'
    : '';
  return `${plot}<ul class="legend"><li><span class="key"></span>limit: the estimate has to reach it to fail</li>${margin}</ul>`;
}

function effectOf(compared: ComparedLine): readonly Effect[] {
  const { source } = compared;
  const share = (change: number | null): number | undefined =>
    change === null ? undefined : shareOfBase(change, source);
  const [center, low, high] = [share(source.change), share(source.low), share(source.high)];
  if (center === undefined || low === undefined || high === undefined) return [];
  const { sign } = directionOf(source.metric, source.worse);
  const margin = source.scale === 'relative' ? sign * RELATIVE_MARGIN : undefined;
  return [{ line: compared, center, low, high, limit: limitShare(compared), margin }];
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly at: (ratio: number) => number;
}

function axisOf(effects: readonly Effect[]): Axis {
  const all = effects.flatMap(({ low, high, limit = 0, margin = 0 }) => [low, high, limit, margin]);
  const least = Math.min(0, ...all);
  const most = Math.max(0, ...all);
  const room = (most - least || 0.01) * ROOM;
  const [from, to] = [least - room, most + room];
  return { from, to, at: (ratio) => LEFT + ((ratio - from) / (to - from)) * WIDTH };
}

/** A line and a label at round changes; that of no change is stronger. */
function ticks({ from, to, at }: Axis, bottom: number): string {
  return roundChanges(from, to)
    .map((change) => {
      const x = at(change).toFixed(1);
      const mark = line(change === 0 ? 'axis zero' : 'grid', { x1: x, x2: x, y1: ROWS_TOP, y2: bottom });
      return mark + label(formatPercentChange(change), { x, y: bottom + 16, anchor: 'middle' });
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
  { line: compared, center, low, high, limit, margin }: Effect,
  { at }: Axis,
  y: number,
): string {
  const x = (ratio: number, by = 0): string => (at(ratio) + by).toFixed(1);
  const { standing, change, interval, outcome } = compared;
  const gate = compared.limit === '' ? '' : `, gate ${markup(compared.limit)}`;
  const words = `${markup(compared.metric, 80)} ${change}, interval ${interval}: ${outcome}${gate}`;
  const upright = (kind: string, ratio: number | undefined): string =>
    ratio === undefined
      ? ''
      : line(kind, { x1: x(ratio), x2: x(ratio), y1: y - ROW / 2 + 3, y2: y + ROW / 2 - 3 });
  return `<g class="effect ${standing}" tabindex="0" role="img" aria-label="${words}"><title>${words}</title>
${nameOf(compared, y)}
${upright('limit', limit)}${upright('margin', margin)}
${line('span', { x1: x(low), x2: x(high), y1: y, y2: y })}<path class="point" d="M${x(center, -HALF_POINT)} ${y}L${x(center)} ${y - HALF_POINT}L${x(center, HALF_POINT)} ${y}L${x(center)} ${y + HALF_POINT}Z"/>
${label(change, { x: RIGHT + 10, y: y + 4, strong: true })}</g>`;
}

const PANELS_TOP = 10;
const HEIGHT = 64;
const GAP = 26;
const HALF_DOT = 3;
const METRICS_SHOWN = 6;
const PAIRS_SHOWN = 500;

interface Dot {
  /** From 1. */
  readonly pair: number;
  readonly change: number;
  readonly order: ComparedPair['order'];
  readonly dropped?: string;
}

/** With its title and a legend; nothing without pairs. */
export function pairsPlot(lines: readonly ComparedLine[], { pairs }: Compared): string {
  const shown = pairs.slice(0, PAIRS_SHOWN);
  const panels = lines
    .slice(0, METRICS_SHOWN)
    .map((compared) => ({
      compared,
      dots: shown.flatMap((pair, index) => dotOf(pair, index, compared.source)),
    }))
    .filter(({ dots }) => dots.length > 0);
  if (panels.length === 0) return '';
  const bottom = PANELS_TOP + panels.length * (HEIGHT + GAP);
  const count = plural(shown.length, 'pair');
  const plot = svg({
    height: bottom + 10,
    label: `Change in each of ${count} of rounds`,
    body: [
      ...panels.map(({ compared, dots }, index) =>
        panelOf(compared, dots, { top: PANELS_TOP + index * (HEIGHT + GAP), pairs: shown.length }),
      ),
      label(`${count}, first to last`, { x: LEFT + WIDTH / 2, y: bottom, anchor: 'middle' }),
    ].join('\n'),
  });
  const dropped = pairs.some((pair) => pair.dropped !== undefined)
    ? '<ul class="legend"><li><span class="key hollow"></span>dropped: does not count</li></ul>'
    : '';
  return `<h3 class="pairs-title">Pair by pair</h3>${plot}${dropped}`;
}

function dotOf(pair: ComparedPair, index: number, result: ComparisonResult): readonly Dot[] {
  const { order, dropped } = pair;
  const change = changeOf(pair, result);
  return change === undefined || !Number.isFinite(change)
    ? []
    : [{ pair: index + 1, change, order, dropped }];
}

function changeOf({ base, head }: ComparedPair, result: ComparisonResult): number | undefined {
  const { metric, scale } = result;
  if (scale === 'rate') return directionOf(metric).sign * (failedShare(head) - failedShare(base));
  const before = base.values[metric] ?? null;
  const after = head.values[metric] ?? null;
  if (before === null || after === null) return undefined;
  return scale === 'relative' ? after / before - 1 : shareOfBase(after - before, result);
}

function failedShare({ flows: { started, failed } }: ComparedPair['base']): number {
  return failed / started;
}

/** A dropped pair does not stretch the axis: it stands at its edge. */
function panelOf(
  compared: ComparedLine,
  dots: readonly Dot[],
  { top, pairs }: { top: number; pairs: number },
): string {
  const limit = limitShare(compared);
  const counted = dots.filter(({ dropped }) => dropped === undefined).map(({ change }) => Math.abs(change));
  const most = Math.max(0.01, Math.abs(limit ?? 0) * 1.2, ...counted);
  const middle = top + HEIGHT / 2;
  const y = (change: number): number =>
    middle - (Math.min(Math.max(change, -most), most) / most) * (HEIGHT / 2);
  const x = (pair: number): number => LEFT + ((pair - 0.5) / pairs) * WIDTH;
  const across = (kind: string, change: number): string =>
    line(kind, { x1: LEFT, x2: RIGHT, y1: y(change).toFixed(1), y2: y(change).toFixed(1) });
  const end = (change: number, at: number): string =>
    label(formatPercentChange(change), { x: RIGHT + 10, y: at + 4 });
  const limitLine = limit === undefined || limit === 0 ? '' : across('limit', limit);
  return `<g class="pairs ${compared.standing}">${nameOf(compared, middle)}
${across('axis zero', 0)}${limitLine}${end(most, top)}${end(-most, top + HEIGHT)}
${dots.map((dot) => dotShape(dot, x(dot.pair), y(dot.change))).join('')}</g>`;
}

function dotShape({ pair, change, order, dropped }: Dot, x: number, y: number): string {
  const first = order === 'base_first' ? 'base first' : 'head first';
  const why = dropped === undefined ? '' : `, dropped: ${markup(dropped, 80)}`;
  const words = `pair ${pair}: ${formatPercentChange(change)}, ${first}${why}`;
  return square(`dot${dropped === undefined ? '' : ' dropped-pair'}`, { x, y, half: HALF_DOT }, words);
}
