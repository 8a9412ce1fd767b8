import type { Unit } from '../../model/metrics.js';
import type { Sample } from '../../model/record.js';
import { afterWarmUp, CONFIDENCE, inParts, type Level } from './envelope.js';
import { type Floor, type Growth, growthAlong, growthOf, MEMORY_FLOOR } from './slope.js';

/** Something that must not grow with the flows. */
export interface Subject {
  /** "memory of the service". */
  readonly name: string;
  readonly unit: Unit;
  readonly floor: Floor;
  readonly growth: (samples: readonly Sample[]) => Growth | undefined;
  /** It depends on more than the program: growth that is not certain is told, and keeps nobody from passing. */
  readonly isUneven?: true;
  /** Whether it was looked at: undefined growth then is for want of readings. */
  readonly seen: (sample: Sample) => boolean;
}

/** A pool may open a few more. */
const COUNT: Floor = { least: 3, share: 0.1 };
/** ms a flow. Frequency, caches and other tenants move the CPU time of one and the same work by up to a third. */
const CPU: Floor = { least: 0.02, share: 0.5 };
/** ms: they are counted no more often, and the samples between repeat what was counted last. */
const FILES_EVERY = 1000;
/** ms: the kernel counts CPU of a process with threads by ticks of 10 ms, so that a part of ten is known to a tenth. */
const LEAST_CPU = 100;

export const SUBJECTS: readonly Subject[] = [
  level('memory of the service', {
    unit: 'bytes',
    floor: MEMORY_FLOOR,
    of: ({ serviceMemory }) => serviceMemory,
  }),
  level('memory of the host process', {
    unit: 'bytes',
    floor: MEMORY_FLOOR,
    of: ({ hostMemory }) => hostMemory,
  }),
  level('threads of the service', {
    unit: 'count',
    floor: COUNT,
    of: ({ serviceThreads }) => serviceThreads,
  }),
  level('threads of the host process', { unit: 'count', floor: COUNT, of: ({ hostThreads }) => hostThreads }),
  level('open files of the service', {
    unit: 'count',
    floor: COUNT,
    of: ({ serviceFiles }) => serviceFiles,
    every: FILES_EVERY,
  }),
  level('open files of the host process', {
    unit: 'count',
    floor: COUNT,
    of: ({ hostFiles }) => hostFiles,
    every: FILES_EVERY,
  }),
  {
    name: 'CPU time of the service',
    unit: 'ms',
    floor: CPU,
    isUneven: true,
    growth: growthOfCpu,
    seen: ({ serviceCpuTime }) => serviceCpuTime !== undefined,
  },
];

interface LevelOptions extends Pick<Subject, 'unit' | 'floor'> {
  readonly of: (sample: Sample) => number | undefined;
  /** ms: of samples closer to each other the first one counts. */
  readonly every?: number;
}

function level(name: string, { unit, floor, of, every = 0 }: LevelOptions): Subject {
  const levelOf = (sample: Sample): Level[] => {
    const [value, { at, flows }] = [of(sample), sample];
    return value === undefined || flows === undefined ? [] : [{ at, flows, value }];
  };
  return {
    name,
    unit,
    floor,
    growth: (samples) => growthOf(apart(samples.flatMap(levelOf), every), floor),
    seen: (sample) => of(sample) !== undefined,
  };
}

function apart(levels: readonly Level[], every: number): readonly Level[] {
  let last = -Infinity;
  return levels.filter(({ at }) => {
    const isKept = at - last >= every;
    if (isKept) last = at;
    return isKept;
  });
}

/** CPU time of each flow in every part of the run. */
function growthOfCpu(samples: readonly Sample[]): Growth | undefined {
  const readings = samples.flatMap(({ at, flows, serviceCpuTime: value }) =>
    flows === undefined || value === undefined ? [] : [{ at, flows, value }],
  );
  const judged = afterWarmUp(readings);
  const points = inParts(judged).flatMap(cpuPerFlow);
  return growthAlong({ points, fine: points, confidence: CONFIDENCE }, judged);
}

function cpuPerFlow(part: readonly Level[]): readonly Level[] {
  const [first, last] = [part[0], part.at(-1)];
  if (first === undefined || last === undefined || last.flows === first.flows) return [];
  const used = last.value - first.value;
  return used < LEAST_CPU ? [] : [{ ...last, value: used / (last.flows - first.flows) }];
}
