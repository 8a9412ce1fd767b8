import type { Sample } from '../model/record.js';

/** 20,000 samples are 200 s at the shortest interval, and about 3 MB. */
const MOST_SAMPLES = 20_000;

/**
 * Samples of a run of any length: when there are `most`, neighbours are merged and half remain, so that memory is
 * bounded and no peak is lost.
 */
export class SampleSeries {
  private kept: Sample[] = [];

  constructor(private readonly most: number = MOST_SAMPLES) {}

  add(sample: Sample): void {
    this.kept.push(sample);
    if (this.kept.length >= this.most) this.kept = halveResolution(this.kept);
  }

  samples(): readonly Sample[] {
    return this.kept;
  }
}

/** Neighbours merged two by two; a last one without a neighbour stays as it is. */
export function halveResolution(samples: readonly Sample[]): Sample[] {
  const merged: Sample[] = [];
  for (let index = 0; index < samples.length; index += 2) {
    const first = samples[index];
    const second = samples[index + 1];
    if (first !== undefined) merged.push(second === undefined ? first : merge(first, second));
  }
  return merged;
}

/** The later instant with the peaks of both: what is summed over time is of one instant, what is a peak is the higher. */
function merge(first: Sample, second: Sample): Sample {
  const files = largest(first.files, second.files);
  return {
    ...second,
    peakMemory: Math.max(first.peakMemory, second.peakMemory),
    threads: Math.max(first.threads, second.threads),
    processes: Math.max(first.processes, second.processes),
    files,
    ...mostOf(first, second),
  };
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** At least what either can have been. */
function mostOf(first: Sample, second: Sample): Pick<Sample, 'mostMemory'> {
  if (first.mostMemory === undefined && second.mostMemory === undefined) return {};
  const [one, other] = [first, second].map(
    ({ mostMemory, peakMemory }) => mostMemory ?? { known: peakMemory, unknown: 0 },
  );
  return {
    mostMemory: {
      known: Math.max(one?.known ?? 0, other?.known ?? 0),
      unknown: Math.max(one?.unknown ?? 0, other?.unknown ?? 0),
    },
  };
}
