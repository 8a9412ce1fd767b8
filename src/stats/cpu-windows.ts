import type { Sample } from '../model/record.js';

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
