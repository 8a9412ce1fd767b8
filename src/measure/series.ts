import type { ScenarioResults } from '../model/results.js';
import { cpuTimeAt, WINDOW } from './machine.js';
import { inFlightOver } from './tally.js';

type SampleResult = ScenarioResults['monitor']['samples'][number];
type FlowResult = ScenarioResults['flows'][number];

/** What happened over time, in equal slices from the start of the scenario to its end. */
export interface Series {
  /** ms from the start to the last end or sample. */
  readonly duration: number;
  /** Bytes: the largest in each slice. Empty if nothing was sampled. */
  readonly memory: readonly number[];
  /** Share of all cores in each slice, over 250 ms at least. Empty if nothing was sampled. */
  readonly cpu: readonly number[];
  /** Most flows in flight in each slice. */
  readonly inFlight: readonly number[];
}

/** At most `slices` (≥ 1) values each. */
export function seriesOf(scenario: ScenarioResults, cores: number, slices: number): Series {
  const { samples } = scenario.monitor;
  const duration = durationOf(scenario);
  if (duration <= 0) return { duration: 0, memory: [], cpu: [], inFlight: [] };
  const cpuSlices = Math.min(slices, Math.max(1, Math.floor(duration / WINDOW)));
  return {
    duration,
    memory: samples.length === 0 ? [] : memoryOver(samples, duration, Math.min(slices, samples.length)),
    cpu: samples.length < 2 ? [] : cpuOver(samples, { duration, slices: cpuSlices, cores }),
    inFlight:
      scenario.inFlight === undefined
        ? inFlightOver(spansOf(scenario.flows), { from: 0, to: duration }, slices)
        : mostOf(scenario.inFlight, slices),
  };
}

/** ms from the start of the scenario to the last thing that is known of it. */
export function durationOf({ flows, monitor }: ScenarioResults): number {
  const lastEnd = flows.reduce((last, { endedAt }) => Math.max(last, endedAt), 0);
  return Math.max(lastEnd, monitor.samples.at(-1)?.at ?? 0);
}

function memoryOver(samples: readonly SampleResult[], duration: number, slices: number): readonly number[] {
  const most = new Array<number>(slices).fill(-1);
  for (const { at, memory, peakMemory } of samples) {
    const slice = sliceAt(at, duration, slices);
    most[slice] = Math.max(most[slice] ?? -1, memory, peakMemory);
  }
  // A slice without a sample is as the one before it.
  let last = samples[0]?.memory ?? 0;
  return most.map((value) => (last = value < 0 ? last : value));
}

function cpuOver(
  samples: readonly SampleResult[],
  { duration, slices, cores }: { duration: number; slices: number; cores: number },
): readonly number[] {
  const width = duration / slices;
  // What is shorter than a window as a whole lies in one, as for peak_cpu.
  const window = Math.max(width, WINDOW);
  const edges = Array.from({ length: slices + 1 }, (_unused, index) => index * width);
  let next = 0;
  const used = edges.map((edge) => {
    while ((samples[next]?.at ?? Infinity) < edge) next++;
    return cpuTimeAt(edge, samples[next - 1], samples[next]);
  });
  return edges
    .slice(1)
    .map((_edge, index) => Math.max(0, (used[index + 1] ?? 0) - (used[index] ?? 0)) / (window * cores));
}

function spansOf(flows: readonly FlowResult[]): Record<'starts' | 'ends', readonly Float64Array[]> {
  const ran = flows.filter(({ outcome }) => outcome !== 'dropped');
  const times = (of: 'startedAt' | 'endedAt') => Float64Array.from(ran, (flow) => flow[of]).sort();
  return { starts: [times('startedAt')], ends: [times('endedAt')] };
}

/** Fewer values, each the largest of those that it stands for. */
function mostOf(values: readonly number[], slices: number): readonly number[] {
  const most = new Array<number>(Math.min(slices, values.length)).fill(0);
  values.forEach((value, index) => {
    const slice = sliceAt(index, values.length, most.length);
    most[slice] = Math.max(most[slice] ?? 0, value);
  });
  return most;
}

function sliceAt(at: number, duration: number, slices: number): number {
  return Math.min(slices - 1, Math.max(0, Math.floor((at / duration) * slices)));
}
