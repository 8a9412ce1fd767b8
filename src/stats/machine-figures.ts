import type { MonitorRecord, Record, Sample } from '../model/record.js';
import type { FlowTally, Window } from '../model/flow.js';
import { startedFlows } from './counted.js';
import { averageShare, peakShare, WINDOW } from './cpu-windows.js';
import { type Figure, type Figures, figure, figureOr, NO_FLOW, noData } from './measures.js';
import { averageOverTime } from './over-time.js';
import { theilSen } from './theil-sen.js';
import { samplesDuring } from './window.js';

type MachineMetric =
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

const UNWATCHED = 'no process is watched: the flows are HTTP requests, and the scenario has no service';

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
