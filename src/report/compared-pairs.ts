import type { Compared, ComparedPair } from '../model/compared.js';
import type { ComparisonResult } from '../model/comparison.js';
import { formatPercentChange } from '../model/format-change.js';
import { plural } from '../model/format.js';
import type { ComparedLine } from './compared-line.js';
import { directionOf } from '../model/metric-words.js';
import { markup } from './escape.js';
import { PLOT, shareOfBase } from './compared-effects.js';
import { svg } from './charts.js';
import { clipped } from './lines.js';

/* Each pair of rounds as a dot, in the order in which they were run: a drift or a jump of the machine is seen here. */

const TOP = 10;
const HEIGHT = 64;
const GAP = 26;
const HALF = 3;
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
export function pairsPlot(lines: readonly ComparedLine[], compared: Compared): string {
  const plot = plotOf(lines, compared);
  if (plot === '') return '';
  const dropped = compared.pairs.some((pair) => pair.dropped !== undefined)
    ? '<ul class="legend"><li><span class="key hollow"></span>dropped: does not count</li></ul>'
    : '';
  return `<h3 class="pairs-title">Pair by pair</h3>${plot}${dropped}`;
}

function plotOf(lines: readonly ComparedLine[], { pairs }: Compared): string {
  const shown = pairs.slice(0, PAIRS_SHOWN);
  const panels = lines.slice(0, METRICS_SHOWN).flatMap((line) => {
    const dots = shown.flatMap((pair, index) => dotOf(pair, index, line.source));
    return dots.length === 0 ? [] : [{ line, dots }];
  });
  if (panels.length === 0) return '';
  const bottom = TOP + panels.length * (HEIGHT + GAP);
  const middle = PLOT.left + (PLOT.width - PLOT.left - PLOT.right) / 2;
  return svg({
    height: bottom + 10,
    label: `Change in each of ${plural(shown.length, 'pair')} of rounds`,
    body: [
      ...panels.map((panel, index) =>
        panelOf(panel, { top: TOP + index * (HEIGHT + GAP), pairs: shown.length }),
      ),
      `<text class="label" text-anchor="middle" x="${middle}" y="${bottom}">${plural(shown.length, 'pair')}, first to last</text>`,
    ].join('\n'),
  });
}

function dotOf(pair: ComparedPair, index: number, result: ComparisonResult): readonly Dot[] {
  const { order, dropped } = pair;
  const change = changeOf(pair, result);
  if (change === undefined || !Number.isFinite(change)) return [];
  return [{ pair: index + 1, change, order, ...(dropped === undefined ? {} : { dropped }) }];
}

function changeOf({ base, head }: ComparedPair, result: ComparisonResult): number | undefined {
  const { metric, scale } = result;
  if (scale === 'rate') {
    const failing = failedShare(head) - failedShare(base);
    return directionOf(metric).sign * failing;
  }
  const before = base.values[metric] ?? null;
  const after = head.values[metric] ?? null;
  if (before === null || after === null) return undefined;
  return scale === 'relative' ? after / before - 1 : shareOfBase(after - before, result);
}

function failedShare({ flows: { started, failed } }: ComparedPair['base']): number {
  return failed / started;
}

interface Panel {
  readonly line: ComparedLine;
  readonly dots: readonly Dot[];
}

/** A dropped pair does not stretch the axis: it stands at its edge. */
function panelOf({ line, dots }: Panel, { top, pairs }: { top: number; pairs: number }): string {
  const { sign } = directionOf(line.metric);
  const limit = line.limit === '' ? undefined : shareOfBase(sign * line.source.limit, line.source);
  const counted = dots.filter(({ dropped }) => dropped === undefined).map(({ change }) => Math.abs(change));
  const most = Math.max(0.01, Math.abs(limit ?? 0) * 1.2, ...counted);
  const middle = top + HEIGHT / 2;
  const y = (change: number): number =>
    middle - (Math.min(Math.max(change, -most), most) / most) * (HEIGHT / 2);
  const width = PLOT.width - PLOT.left - PLOT.right;
  const x = (pair: number): number => PLOT.left + ((pair - 0.5) / pairs) * width;
  const right = PLOT.width - PLOT.right;
  const across = (kind: string, at: number): string =>
    `<line class="${kind}" x1="${PLOT.left}" x2="${right}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}"/>`;
  const label = (text: string, at: number): string =>
    `<text class="label" x="${right + 10}" y="${at + 4}">${text}</text>`;
  return `<g class="pairs ${line.standing}"><text class="label strong" text-anchor="end" x="${PLOT.left - 10}" y="${middle + 4}">${markup(clipped(line.metric, 26))}</text>
${across('axis zero', 0)}${limit === undefined || limit === 0 ? '' : across('limit', limit)}${label(formatPercentChange(most), top)}${label(formatPercentChange(-most), top + HEIGHT)}
${dots.map((dot) => dotShape(dot, x(dot.pair), y(dot.change))).join('')}</g>`;
}

function dotShape({ pair, change, order, dropped }: Dot, x: number, y: number): string {
  const first = order === 'base_first' ? 'base first' : 'head first';
  const why = dropped === undefined ? '' : `, dropped: ${markup(dropped, 80)}`;
  const words = `pair ${pair}: ${formatPercentChange(change)}, ${first}${why}`;
  return `<rect class="dot${dropped === undefined ? '' : ' dropped-pair'}" x="${(x - HALF).toFixed(1)}" y="${(y - HALF).toFixed(1)}" width="${2 * HALF}" height="${2 * HALF}"><title>${words}</title></rect>`;
}
