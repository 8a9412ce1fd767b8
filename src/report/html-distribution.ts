import type { ScenarioResults } from '../model/results.js';
import { formatTime, plural } from '../lib/format.js';
import { CHART, scaleX, svg, timeAxis, type Span } from './html-svg.js';

const BINS = 48;
const TOP = 34;
const HEIGHT = 130;
const MARKED = [
  ['flow_time.med', 'median'],
  ['flow_time.p95', 'p95'],
  ['flow_time.max', 'max'],
] as const;

/** How many flows took how long, over the ok flows, with median, p95 and the longest; nothing if none was ok. */
export function distributionChart({ flows, load, metrics }: ScenarioResults): string {
  const from = load.model === 'open' ? 'scheduledAt' : 'startedAt';
  const times = flows.filter(({ outcome }) => outcome === 'ok').map((flow) => flow.endedAt - flow[from]);
  const span = spanOf(times);
  if (span === undefined) return '';
  const bottom = TOP + HEIGHT;
  return svg({
    height: bottom + 22,
    label: `Distribution of the time of ${plural(times.length, 'ok flow')}`,
    body: [timeAxis(span, { top: TOP, bottom }), bars(times, span), ...marks(metrics, scaleX(span))].join(
      '\n',
    ),
  });
}

/** From zero, unless most of the picture were empty then. */
function spanOf(times: readonly number[]): Span | undefined {
  const longest = times.reduce((most, time) => Math.max(most, time), 0);
  const shortest = times.reduce((least, time) => Math.min(least, time), longest);
  if (longest <= 0) return undefined;
  return {
    from: shortest < longest / 3 ? 0 : shortest - (longest - shortest || longest) * 0.05,
    to: longest,
  };
}

function bars(times: readonly number[], { from, to }: Span): string {
  const counts = new Array<number>(BINS).fill(0);
  for (const time of times) {
    const bin = Math.min(BINS - 1, Math.floor(((time - from) / (to - from)) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const width = (CHART.width - CHART.left - CHART.right) / BINS;
  const start = (bin: number): string => formatTime(from + (bin / BINS) * (to - from));
  const drawn = counts.map((count, bin) => {
    if (count === 0) return '';
    const height = (count / most) * HEIGHT;
    const words = `${plural(count, 'flow')} of ${start(bin)} to ${start(bin + 1)}`;
    return `<rect class="bin" x="${(CHART.left + bin * width + 0.5).toFixed(1)}" y="${(TOP + HEIGHT - height).toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${words}</title></rect>`;
  });
  return `${drawn.join('')}<text class="label" text-anchor="end" x="${CHART.left - 6}" y="${TOP + 6}">${plural(most, 'flow')}</text>`;
}

/** Two rows of labels in turn, so that neighbours do not lie upon each other. */
function marks(metrics: ScenarioResults['metrics'], x: (ms: number) => number): readonly string[] {
  return MARKED.flatMap(([name, word], index) => {
    const value = metrics[name]?.value ?? null;
    if (value === null) return [];
    const left = x(value).toFixed(1);
    const row = index % 2 === 0 ? 26 : 12;
    const anchor = x(value) > CHART.width - 120 ? 'end' : 'middle';
    return [
      `<line class="marker" x1="${left}" x2="${left}" y1="${row + 3}" y2="${TOP + HEIGHT}"/><text class="label strong" text-anchor="${anchor}" x="${left}" y="${row}">${word} ${formatTime(value)}</text>`,
    ];
  });
}
