import { theilSen } from '../lib/statistics/slopes.js';
import type { FlowTally, Window } from '../model/flow.js';
import type { MonitorRecord, Record, Sample } from '../model/record.js';
import { figure, type Figure, figureOr, type Figures, NO_FLOW, noData, startedFlows } from './figures.js';

export type MachineMetric =
  | 'peak_memory'
  | 'avg_memory'
  | 'peak_cpu'
  | 'avg_cpu'
  | 'cpu_time'
  | 'cpu_per_flow'
  | 'peak_threads'
  | 'peak_processes'
  | 'peak_files'
  | 'memory_growth';

/** Fewer samples than this make a slope of noise. */
const FEWEST_FOR_SLOPE = 10;
const MS_PER_MINUTE = 60_000;

/** A peak that can have been higher by more than this factor is told as "at least". */
const LOOSE = 1.1;
const AT_LEAST = 'processes started and ended between two looks';

const NONE_SAMPLED =
  'every process ended before it could be sampled; the largest one and how many there can have been are known';

const TOO_SHORT =
  'every process ended before it could be sampled: flows this short can only be gated on other metrics';

const SERVICE_ALONE =
  'of the service alone: every flow ended before it could be sampled, and is gated on other metrics only';

const UNWATCHED =
  'no process is watched: the flows are HTTP requests, and the scenario has no service and no watch';

/** What the monitor tells, over the time from the first start to the last end. */
export function machineFigures(tally: FlowTally, record: Record): Figures<MachineMetric> {
  // Zero bytes and no CPU would pass every gate on them.
  if (record.monitor.unwatched === true) return withoutData(UNWATCHED);
  const { window } = tally;
  const samples = window === undefined ? [] : samplesDuring(record.monitor.samples, window);
  const cpu = cpuTime(samples, window);
  const alone = window !== undefined && isServiceAlone(record, samples) ? SERVICE_ALONE : undefined;
  return {
    ...memoryFigures(samples, { window, alone }, record.monitor),
    ...countFigures(samples, { source: record.monitor.source, window, alone }),
    peak_cpu: cpuShare(peakShare(samples, record.environment.cores), { cpu, samples }),
    avg_cpu: cpuShare(averageShare(samples, record.environment.cores), { cpu, samples }),
    cpu_time: cpu,
    cpu_per_flow: perStartedFlow(cpu, startedFlows(tally)),
    memory_growth: growth(samples, window),
  };
}

function withoutData(why: string): Figures<MachineMetric> {
  const nothing = noData(why);
  return {
    peak_memory: nothing,
    avg_memory: nothing,
    peak_cpu: nothing,
    avg_cpu: nothing,
    cpu_time: nothing,
    cpu_per_flow: nothing,
    peak_threads: nothing,
    peak_processes: nothing,
    peak_files: nothing,
    memory_growth: nothing,
  };
}

/**
 * The flows have processes, and no sample holds any of their memory. (HTTP flows have none by nature; and between fork
 * and exec a process has no memory yet.)
 */
function isServiceAlone({ flows }: Record, samples: readonly Sample[]): boolean {
  if (flows.some(({ bytesOut }) => bytesOut !== undefined)) return false;
  return (
    samples.some(({ serviceMemory = 0 }) => serviceMemory > 0) &&
    samples.every(({ memory, serviceMemory = 0 }) => memory === serviceMemory)
  );
}

interface Extent {
  readonly window: Window | undefined;
  /** The note of figures that tell of the service alone. */
  readonly alone: string | undefined;
}

/** All processes of the flows together were at least as large as the largest of them. */
function memoryFigures(
  samples: readonly Sample[],
  { window, alone }: Extent,
  { largestProcess = 0, processes }: MonitorRecord,
): Figures<'peak_memory' | 'avg_memory'> {
  const seen = greatest(samples, (sample) => peakOf(sample, window));
  // Between fork and exec a process has no memory of its own yet: if that is all that was seen, none was measured.
  const why = unseen(samples, window) ?? (seen === 0 ? TOO_SHORT : undefined);
  const largest = Math.max(largestProcess, ...processes.map(({ peakMemory }) => peakMemory));
  const most = greatest(samples, (sample) => mostOf(sample, { window, largest }));
  if (why !== undefined) {
    // The kernel has told of the largest process, and how many there can have been is bounded.
    const bounded = why === TOO_SHORT && largestProcess > 0 && most > 0;
    const peak_memory = bounded ? between(largestProcess, { most, note: NONE_SAMPLED }) : noData(why);
    return { peak_memory, avg_memory: noData(why) };
  }
  const average = averageOverTime(samples.map(({ at, memory }) => ({ at, value: memory })));
  const peak = Math.max(seen, largestProcess);
  const note = largestProcess > seen ? undefined : alone;
  return {
    peak_memory: between(peak, { most, note: AT_LEAST, settled: note }),
    avg_memory: average === undefined ? noData('the monitor took no sample') : figure(average, alone),
  };
}

/** A range where it is loose, with `note`; else the least, with the note `settled`. */
function between(
  least: number,
  { most, note, settled }: { readonly most: number; readonly note: string; readonly settled?: string },
): Figure {
  return most > LOOSE * least ? { value: least, atMost: most, note } : figure(least, settled);
}

/** The most that can have been resident since the sample before; `largest` as large as any process of the run was. */
function mostOf(
  sample: Sample,
  { window, largest }: { readonly window: Window | undefined; readonly largest: number },
): number {
  const before = window !== undefined && sample.at < window.from;
  if (before || sample.mostMemory === undefined) return peakOf(sample, window);
  return sample.mostMemory.known + sample.mostMemory.unknown * largest;
}

/** The high-water mark of the sample before the first start was reached before it: there, what was resident counts. */
function peakOf(sample: Sample, window: Window | undefined): number {
  const before = window !== undefined && sample.at < window.from;
  return before ? sample.memory : Math.max(sample.peakMemory, sample.memory);
}

function countFigures(
  samples: readonly Sample[],
  { source, window, alone }: Extent & { readonly source: string },
): Figures<'peak_threads' | 'peak_processes' | 'peak_files'> {
  const why = unseen(samples, window);
  if (why !== undefined) {
    return { peak_threads: noData(why), peak_processes: noData(why), peak_files: noData(why) };
  }
  const threads = greatest(samples, (sample) => sample.threads);
  const counted = samples.filter((sample) => sample.files !== undefined);
  return {
    // A process has a thread at least: none means that they were not counted.
    peak_threads: threads === 0 ? noData(`threads are not measured by ${source}`) : figure(threads, alone),
    peak_processes: figure(
      greatest(samples, (sample) => sample.processes),
      alone,
    ),
    peak_files:
      counted.length === 0
        ? noData(`open files are not measured by ${source}`)
        : figure(
            greatest(counted, (sample) => sample.files ?? 0),
            alone,
          ),
  };
}

/** Why the samples tell nothing of the processes; zero bytes of nothing seen would pass a gate. */
function unseen(samples: readonly Sample[], window: Window | undefined): string | undefined {
  if (window === undefined) return NO_FLOW;
  if (samples.length === 0) return 'the monitor took no sample';
  // The one before the first start tells of what the flows found there, not of them.
  if (samples.every((sample) => sample.at < window.from)) {
    return 'the monitor took no sample after the first flow had started';
  }
  return samples.every((sample) => sample.processes === 0) ? TOO_SHORT : undefined;
}

function cpuTime(samples: readonly Sample[], window: Window | undefined): Figure {
  const first = samples[0];
  const last = samples.at(-1);
  if (window === undefined) return noData(NO_FLOW);
  if (first === undefined || last === undefined || last.at <= first.at) {
    return noData('the monitor took fewer than two samples');
  }
  return figure(Math.max(0, last.cpuTime - first.cpuTime));
}

/** More than all cores cannot be used: what is read above is an error of the clocks, and said so. */
function cpuShare(
  share: number | undefined,
  { cpu, samples }: { readonly cpu: Figure; readonly samples: readonly Sample[] },
): Figure {
  if (share === undefined || cpu.value === null) return noData(cpu.note ?? 'CPU time was not measured');
  const sampled = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  const note = sampled < WINDOW ? `over ${WINDOW} ms: the flows took less` : undefined;
  if (share <= 1) return figure(share, note);
  return figure(1, `read as ${Math.round(share * 100)}% of all cores, counted as 100%`);
}

/** Flows that fail have used CPU too; dropped flows have used none. */
function perStartedFlow(cpu: Figure, started: number): Figure {
  if (cpu.value === null) return cpu;
  return started === 0 ? noData(NO_FLOW) : figure(cpu.value / started);
}

function growth(samples: readonly Sample[], window: Window | undefined): Figure {
  if (window === undefined) return noData(NO_FLOW);
  const points = samples
    .filter((sample) => sample.serviceMemory !== undefined)
    .map((sample) => ({ x: sample.at, y: sample.serviceMemory ?? 0 }));
  if (points.length === 0) return noData('no service was watched');
  const few = `${points.length} samples of the service are too few for a slope`;
  if (points.length < FEWEST_FOR_SLOPE) return noData(few);
  const slope = theilSen(points);
  return figureOr(slope === undefined ? undefined : slope * MS_PER_MINUTE, few);
}

/** By a loop: a long run has more samples than a call takes arguments. */
function greatest(samples: readonly Sample[], value: (sample: Sample) => number): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, value(sample));
  return most;
}

type CpuReading = Pick<Sample, 'at' | 'cpuTime'>;

/**
 * ms. Shorter windows measure the clock: CPU time is counted in ticks of 10 ms per process, and what a
 * running thread has used is told up to a tick of the scheduler late.
 */
export const WINDOW = 250;

/**
 * The largest share of all cores used over 250 ms (ratio; above 1 only by errors of reading). Cumulative CPU time is
 * taken to rise evenly between two samples, so a window between samples that are further apart is as long as they
 * are. A run that is shorter than 250 ms lies whole in one window, and the rest of that is idle. Undefined for fewer
 * than two samples.
 */
export function peakShare(samples: readonly CpuReading[], cores: number): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  if (last.at - first.at <= WINDOW) return (last.cpuTime - first.cpuTime) / WINDOW / cores;
  // Between samples the use of a sliding window changes linearly: its maximum has one edge at a sample.
  const peak = Math.max(peakFrom(samples), peakFrom(samples.map(mirrored).reverse()));
  return peak / WINDOW / cores;
}

/** Average share of all cores from the first sample to the last (ratio), over 250 ms if they are closer. */
export function averageShare(samples: readonly CpuReading[], cores: number): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  return (last.cpuTime - first.cpuTime) / Math.max(last.at - first.at, WINDOW) / cores;
}

/**
 * Most CPU time (ms) in a window that begins at a sample. One that reaches past the last sample holds no more than
 * the one that ends there.
 */
function peakFrom(samples: readonly CpuReading[]): number {
  let peak = 0;
  let right = 0;
  for (const sample of samples) {
    const edge = sample.at + WINDOW;
    while ((samples[right]?.at ?? Infinity) < edge) right++;
    peak = Math.max(peak, cpuTimeAt(edge, samples[right - 1], samples[right]) - sample.cpuTime);
  }
  return peak;
}

/** Cumulative, linear between two samples, flat before the first and after the last. */
export function cpuTimeAt(at: number, before: CpuReading | undefined, after: CpuReading | undefined): number {
  if (before === undefined || after === undefined) return (before ?? after)?.cpuTime ?? 0;
  if (after.at <= before.at) return after.cpuTime;
  return before.cpuTime + ((at - before.at) / (after.at - before.at)) * (after.cpuTime - before.cpuTime);
}

/** Time turned round: a window that ends at a sample is one that begins at it. */
function mirrored({ at, cpuTime }: CpuReading): CpuReading {
  return { at: -at, cpuTime: -cpuTime };
}

interface Reading {
  /** ms. */
  readonly at: number;
  readonly value: number;
}

/**
 * The average over time: each reading weighs as much as the time around it, so that a monitor that slows down does not
 * shift it (trapezoids between neighbours). One reading, or several at one instant: their plain mean. None: undefined.
 */
export function averageOverTime(readings: readonly Reading[]): number | undefined {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (last.at <= first.at) {
    return readings.reduce((sum, { value }) => sum + value, 0) / readings.length;
  }
  let area = 0;
  let before = first;
  for (const reading of readings) {
    area += ((before.value + reading.value) / 2) * (reading.at - before.at);
    before = reading;
  }
  return area / (last.at - first.at);
}

/**
 * The samples that tell of a window: those in it, the one before (what had been used when it began) and the one after
 * (what was used up to its end is first seen there; the CPU of a short command only once it has been waited for).
 * A service's boot and the warm-up flows lie before, and are not counted.
 */
export function samplesDuring(samples: readonly Sample[], { from, to }: Window): readonly Sample[] {
  const after = samples.findIndex((sample) => sample.at > from);
  const begin = after === -1 ? samples.length - 1 : after - 1;
  const end = samples.findIndex((sample, index) => index > begin && sample.at >= to);
  return samples.slice(Math.max(begin, 0), end === -1 ? samples.length : end + 1);
}
