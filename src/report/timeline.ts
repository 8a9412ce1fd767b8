import { short, xyChart } from '../lib/charts.js';
import { mermaidLabel } from '../lib/escape.js';
import { formatBytes, formatCount, formatShare, formatTime } from '../lib/format.js';
import { sparkline } from '../lib/text.js';
import { type Series, seriesOf } from '../measure/series.js';
import {
  block,
  type Block,
  inMarkdown,
  inTiers,
  joined,
  onPage,
  own,
  type Reporter,
  type Sentence,
} from '../model/document.js';
import { totalOf } from '../model/flow.js';
import type { ScenarioResults } from '../model/results.js';
import { endingOf } from './errors.js';
import { distributionPlot, timelinePlot } from './timeline-plot.js';

type FlowResult = ScenarioResults['flows'][number];

const FLOWS_SHOWN = 30;
const POINTS = 40;
const SPARKS = 12;

/** In Markdown drawn by Mermaid and in text, on the page by itself. */
export const timeline: Reporter = (scenario, cores) => {
  const charts = mermaidCharts(scenario, cores);
  const selection = charts.length === 0 ? undefined : ganttSelection(scenario);
  const sparks = sparksOf(scenario, cores).map(({ title, line, span }): Sentence => [
    own(`${title} `),
    { text: line, style: 'spark' },
    own(` ${span}`),
  ]);
  const drawn = [
    selection === undefined ? undefined : block.note([own(selection)]),
    ...charts.map((chart): Block => ({ kind: 'code', language: 'mermaid', text: chart })),
  ];
  const body = [
    ...inTiers(['everything'], ...drawn),
    sparks.length > 0 ? block.text(joined(sparks, ' · ')) : undefined,
  ];
  const plot: Block = block.drawing(() => timelinePlot(scenario, cores));
  const blocks = [...inMarkdown(block.part('Timeline', body)), ...onPage(block.part('Timeline', [plot]))];
  return [{ id: 'timeline', appendix: true, blocks }];
};

/** How the times of flows are distributed: on the page alone. */
export const flowTimes: Reporter = (scenario) => {
  const plot: Block = block.drawing(() => distributionPlot(scenario));
  return [{ id: 'flow-times', blocks: onPage(block.part('Flow time', [plot])) }];
};

/** Mermaid charts of one scenario, which GitHub draws; none if nothing ran. */
export function mermaidCharts(scenario: ScenarioResults, cores: number): readonly string[] {
  const series = seriesOf(scenario, cores, POINTS);
  return [gantt(scenario.flows), memoryChart(series), cpuChart(series)].filter(
    (chart) => chart !== undefined,
  );
}

/** Which flows the gantt shows, in words; undefined if it shows them all. */
export function ganttSelection({ flows, counts }: ScenarioResults): string | undefined {
  const drawn = flows.filter(({ outcome }) => outcome !== 'dropped').length;
  if (drawn <= FLOWS_SHOWN) return undefined;
  const ran = totalOf(counts) - counts.dropped;
  const among = ran > drawn ? `, among ${formatCount(drawn)} that are kept` : '';
  return `${FLOWS_SHOWN} of ${formatCount(ran)} flows are drawn: those that failed, then the slowest${among}`;
}

/** The same in text, for mail and wherever Mermaid is not drawn. Each line names what it shows. */
export interface Spark {
  readonly title: string;
  readonly line: string;
  readonly span: string;
}

export function sparksOf(scenario: ScenarioResults, cores: number): readonly Spark[] {
  const { memory, cpu, inFlight } = seriesOf(scenario, cores, SPARKS);
  const sparks: Spark[] = [];
  if (inFlight.length > 0 && scenario.flows.length > 0) {
    sparks.push({ title: 'In flight', line: sparkline(inFlight), span: `at most ${largest(inFlight)}` });
  }
  if (memory.length > 0) {
    const peak = scenario.metrics['peak_memory']?.value ?? largest(memory);
    sparks.push({
      title: 'Memory',
      line: sparkline(memory),
      span: `${formatBytes(scenario.monitor.samples[0]?.memory ?? null)} → ${formatBytes(peak)}`,
    });
  }
  if (cpu.length > 0) {
    const peak = scenario.metrics['peak_cpu']?.value ?? largest(cpu);
    sparks.push({ title: 'CPU', line: sparkline(cpu), span: `peak ${formatShare(peak, cores)}` });
  }
  return sparks;
}

function gantt(flows: readonly FlowResult[]): string | undefined {
  const shown = selected(flows);
  if (shown.length === 0) return undefined;
  const onePerSlot = new Set(shown.map(({ slot }) => slot)).size === shown.length;
  const longest = shown.reduce((last, { endedAt }) => Math.max(last, endedAt), 0);
  const lines = [
    'gantt',
    '  dateFormat x',
    `  axisFormat ${longest < 60_000 ? '%S.%L s' : '%M:%S'}`,
    '  todayMarker off',
  ];
  let section: string | undefined;
  for (const flow of shown) {
    const own = onePerSlot ? `flow ${flow.iteration}` : `slot ${flow.slot}`;
    if (own !== section) lines.push(`  section ${own}`);
    section = own;
    lines.push(`  ${onePerSlot ? '' : `flow ${flow.iteration} `}${task(flow)}`);
  }
  return lines.join('\n');
}

/** All, or those that failed and the slowest of the others; by slot and start. */
function selected(flows: readonly FlowResult[]): readonly FlowResult[] {
  const ran = flows.filter(({ outcome }) => outcome !== 'dropped');
  const telling = (flow: FlowResult): number =>
    flow.outcome === 'ok' ? flow.endedAt - flow.startedAt : Number.MAX_VALUE;
  const chosen =
    ran.length <= FLOWS_SHOWN ? ran : ran.toSorted((a, b) => telling(b) - telling(a)).slice(0, FLOWS_SHOWN);
  return chosen.toSorted((a, b) => a.slot - b.slot || a.startedAt - b.startedAt);
}

/** Whole ms, at least one long: a bar of no length is not drawn. */
function task(flow: FlowResult): string {
  const start = Math.max(0, Math.round(flow.startedAt));
  const end = Math.max(start + 1, Math.round(flow.endedAt));
  const label = mermaidLabel(
    flow.outcome === 'ok' ? `ok ${formatTime(flow.endedAt - flow.startedAt)}` : endingOf(flow),
  );
  return `${label} :${flow.outcome === 'ok' ? '' : 'crit, '}${start}, ${end}`;
}

function memoryChart({ memory, duration }: Series): string | undefined {
  const [unit, bytes] = largest(memory) >= 1e9 ? ['GB', 1e9] : ['MB', 1e6];
  return overTime(`Memory, ${unit}`, { unit, duration, values: memory.map((value) => value / bytes) });
}

function cpuChart({ cpu, duration }: Series): string | undefined {
  return overTime('CPU, % of all cores', { unit: '%', duration, values: cpu.map((value) => value * 100) });
}

function overTime(
  title: string,
  { unit, duration, values }: { unit: string; duration: number; values: readonly number[] },
): string | undefined {
  if (values.length < 3) return undefined;
  const x = `"seconds" 0 --> ${short(duration / 1000)}`;
  return xyChart({ title, x, y: unit, line: values.map((value) => Math.max(0, value)) });
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
