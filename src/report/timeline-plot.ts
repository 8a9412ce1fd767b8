import { CHART, label, line, niceTop, panel, scaleX, type Span, svg, timeAxis } from '../lib/charts.js';
import { markup } from '../lib/escape.js';
import { formatBytes, formatCount, formatRatio, formatTime, plural } from '../lib/format.js';
import { seriesOf } from '../measure/series.js';
import { type Outcome, type OutcomeCounts, totalOf } from '../model/flow.js';
import type { ScenarioResults } from '../model/results.js';
import { endingOf, OUTCOMES } from './errors.js';

/* What the page draws of time: each flow as a bar, with memory and CPU under it; and how long the flows took. */

type FlowResult = ScenarioResults['flows'][number];

/** More bars than this are not told apart, and make the file heavy. */
const FLOWS_SHOWN = 2000;
/** More stops of the tab key than this keep a reader from what comes after. */
const STOPS = 200;
const SLICES = 240;
const TIP = 22;
const PANEL = 90;

/** All flows in the lanes of their slots, with memory and CPU over the same axis of time; nothing if none ran. */
export function timelinePlot(scenario: ScenarioResults, cores: number): string {
  const { counts, flows, name } = scenario;
  const series = seriesOf(scenario, cores, SLICES);
  const ran = flows.filter(({ outcome }) => outcome !== 'dropped');
  if (series.duration <= 0 || ran.length === 0) return '<p class="note">No flow ran.</p>';
  const shown = selected(ran);
  const started = totalOf(counts) - counts.dropped;
  const x = scaleX({ from: 0, to: series.duration });
  const slots = lanesOf(ran);
  const lane = Math.min(20, Math.max(3, Math.floor(420 / slots.size)));
  const lanesEnd = TIP + slots.size * lane;
  const stops = new Set(shown.length <= STOPS ? shown : shown.filter(isTelling).slice(0, STOPS));
  const bars = shown.map((flow) =>
    bar(flow, { x, lane, row: slots.get(flow.slot) ?? 0, stop: stops.has(flow) }),
  );
  const panels = [
    { title: 'In flight', values: series.inFlight, label: (value: number) => String(value) },
    { title: 'Memory', values: series.memory, label: formatBytes },
    { title: 'CPU', values: series.cpu, label: formatRatio },
  ]
    .filter(({ values }) => values.length > 0)
    .map((curve, index) =>
      panel({ ...curve, top: lanesEnd + 14 + index * PANEL, height: PANEL - 26, ceiling: niceTop }),
    );
  const height = lanesEnd + 14 + panels.length * PANEL + 20;
  return `${legend(counts)}${svg({
    height,
    label: `Timeline of ${markup(name, 80)}: ${plural(started, 'flow')} in ${plural(slots.size, 'slot')} over ${formatTime(series.duration)}`,
    body: [
      laneLabels(slots, lane),
      timeAxis({ from: 0, to: series.duration }, { top: TIP, bottom: height - 20 }),
      ...panels,
      ...bars,
    ].join('\n'),
  })}${selection(shown.length, ran.length, started)}`;
}

function isTelling({ outcome }: FlowResult): boolean {
  return outcome !== 'ok';
}

function selected(flows: readonly FlowResult[]): readonly FlowResult[] {
  if (flows.length <= FLOWS_SHOWN) return flows;
  const weight = (flow: FlowResult): number =>
    isTelling(flow) ? Number.MAX_VALUE : flow.endedAt - flow.startedAt;
  return flows
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, FLOWS_SHOWN)
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

interface BarPlace {
  readonly x: (ms: number) => number;
  readonly lane: number;
  /** Which lane it is in, from 0. */
  readonly row: number;
  readonly stop: boolean;
}

/** The words stand in one place at the top: shown while the pointer or the focus is on the bar. */
function bar(flow: FlowResult, { x, lane, row, stop }: BarPlace): string {
  const left = x(flow.startedAt);
  const width = Math.max(1.5, x(flow.endedAt) - left);
  const words = describe(flow);
  const focus = stop ? ` tabindex="0" role="img" aria-label="${words}"` : '';
  const gap = lane > 6 ? 2 : 0.5;
  return `<g class="flow ${flow.outcome}"${focus}><rect x="${left.toFixed(1)}" y="${TIP + row * lane + gap / 2}" width="${width.toFixed(1)}" height="${lane - gap}" rx="${lane > 6 ? 2 : 0}"><title>${words}</title></rect><text class="tip" x="${CHART.left}" y="14">${words}</text></g>`;
}

function describe(flow: FlowResult): string {
  const took = formatTime(flow.endedAt - flow.startedAt);
  const message = flow.error === undefined ? '' : `: ${flow.error.message}`;
  const part = flow.part === undefined ? '' : ` (${flow.part})`;
  return markup(
    `flow ${flow.iteration}${part}, slot ${flow.slot}: ${endingOf(flow)} after ${took}, from ${formatTime(flow.startedAt)}${message}`,
    140,
  );
}

function laneLabels(slots: ReadonlyMap<number, number>, lane: number): string {
  const every = lane >= 12 ? 1 : Math.ceil(14 / lane);
  return [...slots]
    .filter(([slot]) => slot === 1 || slot % every === 0)
    .map(([slot, row]) =>
      label(String(slot), { x: CHART.left - 6, y: (TIP + (row + 0.5) * lane + 4).toFixed(1), anchor: 'end' }),
    )
    .join('');
}

/** The lane of every slot that is used: there are no more of them than flows, whatever number a file gives to a slot. */
function lanesOf(flows: readonly FlowResult[]): ReadonlyMap<number, number> {
  const slots = [...new Set(flows.map(({ slot }) => slot))].sort((a, b) => a - b);
  return new Map(slots.map((slot, row) => [slot, row]));
}

/** Which flows are drawn, where it is not all of them. */
function selection(drawn: number, kept: number, started: number): string {
  if (drawn === started) return '';
  const among = kept < started ? `, among ${formatCount(kept)} that are kept` : '';
  return `<p class="note">${plural(drawn, 'flow')} of ${formatCount(started)} are drawn: those that failed, then the slowest${among}.</p>`;
}

function legend(counts: OutcomeCounts): string {
  const items = (Object.keys(OUTCOMES) as Outcome[])
    .filter((outcome) => outcome !== 'dropped' && counts[outcome] > 0)
    .map(
      (outcome) =>
        `<li><i class="swatch ${outcome}"></i>${plural(counts[outcome], 'flow')} ${OUTCOMES[outcome]}</li>`,
    );
  return `<ul class="legend">${items.join('')}</ul>`;
}

const BINS = 48;
const BINS_TOP = 34;
const BINS_HEIGHT = 130;
const MARKED = [
  ['flow_time.med', 'median'],
  ['flow_time.p95', 'p95'],
  ['flow_time.max', 'max'],
] as const;

/** How many flows took how long, over the ok flows, with median, p95 and the longest; nothing if none was ok. */
export function distributionPlot({ flows, load, metrics }: ScenarioResults): string {
  const from = load.model === 'open' ? 'scheduledAt' : 'startedAt';
  const times = flows.filter(({ outcome }) => outcome === 'ok').map((flow) => flow.endedAt - flow[from]);
  const span = spanOf(times);
  if (span === undefined) return '';
  const bottom = BINS_TOP + BINS_HEIGHT;
  return svg({
    height: bottom + 22,
    label: `Distribution of the time of ${plural(times.length, 'ok flow')}`,
    body: [
      timeAxis(span, { top: BINS_TOP, bottom }),
      bars(times, span),
      ...marks(metrics, scaleX(span)),
    ].join('\n'),
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
    const height = (count / most) * BINS_HEIGHT;
    const words = `${plural(count, 'flow')} of ${start(bin)} to ${start(bin + 1)}`;
    return `<rect class="bin" x="${(CHART.left + bin * width + 0.5).toFixed(1)}" y="${(BINS_TOP + BINS_HEIGHT - height).toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${words}</title></rect>`;
  });
  return drawn.join('') + label(plural(most, 'flow'), { x: CHART.left - 6, y: BINS_TOP + 6, anchor: 'end' });
}

/** Two rows of labels in turn, so that neighbours do not lie upon each other. */
function marks(metrics: ScenarioResults['metrics'], x: (ms: number) => number): readonly string[] {
  return MARKED.flatMap(([name, word], index) => {
    const value = metrics[name]?.value ?? null;
    if (value === null) return [];
    const left = x(value).toFixed(1);
    const row = index % 2 === 0 ? 26 : 12;
    const anchor = x(value) > CHART.width - 120 ? 'end' : 'middle';
    const mark = line('marker', { x1: left, x2: left, y1: row + 3, y2: BINS_TOP + BINS_HEIGHT });
    return [mark + label(`${word} ${formatTime(value)}`, { x: left, y: row, anchor, strong: true })];
  });
}
