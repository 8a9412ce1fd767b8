import { formatCount, formatRate } from '../lib/format.js';
import { uslThroughput, type LadderResults, type UslResults } from '../model/ladder.js';
import { niceTop } from './charts.js';
import { markup } from './escape.js';
import { CHART, svg } from './html-svg.js';
import type { LadderView } from './ladder.js';

const TOP = 34;
const HEIGHT = 200;
const BOTTOM = TOP + HEIGHT;
/** Points along the law's curve. */
const STEPS = 120;
/** Times the top rung: a knee up to there is drawn. */
const FURTHEST = 2;
const HALF = 4;

/** The sentences of a ladder; its tables are made where the page's tables are. */
export function ladderNotes({ limit, law, resources, intervals, note }: LadderView): string {
  const paragraph = (text: string | undefined, kind = ''): string =>
    text === undefined ? '' : `<p${kind}>${markup(text, 400)}</p>`;
  return [
    paragraph(limit),
    paragraph(resources === undefined ? undefined : `At N flows at once: ${resources}`),
    paragraph(law),
    ...[...intervals, note].map((line) => paragraph(line, ' class="note"')),
  ].join('');
}

interface Scales {
  readonly x: (flows: number) => number;
  readonly y: (throughput: number) => number;
  /** Flows at once and throughput at the ends of the axes. */
  readonly right: number;
  readonly top: number;
}

/** Throughput against flows at once: squares are measured, the curve is the law; nothing without two rungs. */
export function ladderPlot({ source }: LadderView): string {
  const { rungs, usl } = source;
  const points = rungs.flatMap(({ flows, throughput }) =>
    throughput === null ? [] : [{ flows, throughput }],
  );
  if (points.length < 2) return '';
  const scales = scalesOf(source);
  const squares = points.map(({ flows, throughput }) => {
    const words = `${formatRate(throughput)} with ${formatCount(flows)} at once`;
    return `<rect class="bin" x="${(scales.x(flows) - HALF).toFixed(1)}" y="${(scales.y(throughput) - HALF).toFixed(1)}" width="${2 * HALF}" height="${2 * HALF}"><title>${words}</title></rect>`;
  });
  return svg({
    height: BOTTOM + 22,
    label: `Throughput against flows at once, ${points.length} rungs`,
    body: [
      axes(
        scales,
        points.map(({ flows }) => flows),
      ),
      ...(usl === undefined ? [] : [curve(usl, scales), kneeMark(usl, scales)]),
      ...squares,
    ].join('\n'),
  });
}

function scalesOf({ rungs, usl }: LadderResults): Scales {
  const top = rungs.reduce((most, { flows }) => Math.max(most, flows), 1);
  const knee = usl?.knee ?? null;
  const right = knee !== null && knee > top && knee <= FURTHEST * top ? 1.1 * knee : 1.05 * top;
  const predicted = usl === undefined ? [] : along(right).map((flows) => uslThroughput(usl, flows));
  const highest = [...rungs.map(({ throughput }) => throughput ?? 0), ...predicted].reduce(
    (most, value) => Math.max(most, value),
    0,
  );
  const ceiling = niceTop(highest);
  const width = CHART.width - CHART.left - CHART.right;
  return {
    x: (flows) => CHART.left + (flows / right) * width,
    y: (throughput) => BOTTOM - (throughput / ceiling) * HEIGHT,
    right,
    top: ceiling,
  };
}

/** The law is of one flow and more. */
function along(right: number): readonly number[] {
  return Array.from({ length: STEPS + 1 }, (_unused, step) => 1 + (step / STEPS) * (right - 1));
}

/** A line and a label at every rung that is not too near to the one before. */
function axes({ x, top }: Scales, flows: readonly number[]): string {
  let last = -Infinity;
  const ticks = flows.map((at) => {
    const left = x(at);
    const label = left - last < 24 ? '' : formatCount(at);
    if (label !== '') last = left;
    return `<line class="grid" x1="${left.toFixed(1)}" x2="${left.toFixed(1)}" y1="${TOP}" y2="${BOTTOM}"/><text class="label" text-anchor="middle" x="${left.toFixed(1)}" y="${BOTTOM + 14}">${label}</text>`;
  });
  return `${ticks.join('')}<line class="axis" x1="${CHART.left}" x2="${CHART.width - CHART.right}" y1="${BOTTOM}" y2="${BOTTOM}"/><text class="label" text-anchor="end" x="${CHART.left - 6}" y="${TOP + 6}">${formatRate(top)}</text><text class="label strong" text-anchor="end" x="${CHART.left - 6}" y="${BOTTOM + 14}">at once</text>`;
}

function curve(usl: UslResults, { x, y, right }: Scales): string {
  const places = along(right).map(
    (flows) => `${x(flows).toFixed(1)} ${y(uslThroughput(usl, flows)).toFixed(1)}`,
  );
  return `<g class="law"><path d="M${places.join('L')}"/></g>`;
}

function kneeMark({ knee }: UslResults, { x, right }: Scales): string {
  if (knee === null || knee > right) return '';
  const left = x(knee).toFixed(1);
  const anchor = knee > 0.9 * right ? 'end' : 'middle';
  return `<line class="marker" x1="${left}" x2="${left}" y1="${TOP - 5}" y2="${BOTTOM}"/><text class="label strong" text-anchor="${anchor}" x="${left}" y="${TOP - 10}">knee ${formatCount(Math.round(knee))}</text>`;
}
