import type { ScenarioResults } from '../model/results.js';
import { mermaidLabel } from './escape.js';
import { endingOf } from './failure.js';
import { formatBytes, formatCount, formatShare, formatTime } from '../lib/format.js';
import { totalOf } from '../model/flow.js';
import { seriesOf, type Series } from './series.js';
import { sparkline } from './sparkline.js';

type FlowResult = ScenarioResults['flows'][number];

const FLOWS_SHOWN = 30;
const POINTS = 40;
const SPARKS = 12;

/** Mermaid charts of one scenario, as fenced blocks that GitHub draws; none if nothing ran. */
export function mermaidCharts(scenario: ScenarioResults, cores: number): readonly string[] {
  const series = seriesOf(scenario, cores, POINTS);
  return [gantt(scenario.flows), memoryChart(series), cpuChart(series)]
    .filter((chart) => chart !== undefined)
    .map((chart) => `\`\`\`mermaid\n${chart}\n\`\`\``);
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
  const scale = largest(memory) >= 1e9 ? { unit: 'GB', bytes: 1e9 } : { unit: 'MB', bytes: 1e6 };
  return xychart({
    title: `Memory, ${scale.unit}`,
    unit: scale.unit,
    duration,
    values: memory.map((value) => value / scale.bytes),
  });
}

function cpuChart({ cpu, duration }: Series): string | undefined {
  return xychart({
    title: 'CPU, % of all cores',
    unit: '%',
    duration,
    values: cpu.map((value) => value * 100),
  });
}

interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly duration: number;
  readonly values: readonly number[];
}

function xychart({ title, unit, duration, values }: Chart): string | undefined {
  if (values.length < 3) return undefined;
  const top = niceTop(largest(values));
  return [
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis "seconds" 0 --> ${short(duration / 1000)}`,
    `  y-axis "${unit}" 0 --> ${top}`,
    `  line [${values.map(short).join(', ')}]`,
  ].join('\n');
}

/** The next of 1, 1.5, 2, 3, 5, 7.5 × 10ⁿ at or above a value: a round end of the axis. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 5, 7.5].find((candidate) => candidate * power >= value) ?? 10;
  return Number((step * power).toPrecision(3));
}

function short(value: number): string {
  return String(Number(Math.max(0, value).toPrecision(3)));
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
