import type { ProcessSummary, Sample } from '../model/record.js';
import { CpuAccount } from './cpu-account.js';
import { filesOf, MemoryBound, PeakMemory, sum, type Turnover } from './peak-memory.js';
import { keyOf } from './procfs/lineage.js';
import type { ProcessReading } from './table.js';

/** Processes that are listed by name. */
const MOST_LISTED = 50;

interface Life {
  readonly summary: ProcessSummary;
  /** High-water mark of the last reading: after an exec it may be lower than the peak of its life. */
  readonly mark: number;
}

/** What is known of each process of a run, bounded: the living, and of the dead the largest. */
export class ProcessSummaries {
  private living: ReadonlyMap<string, Life> = new Map();
  private dead: ProcessSummary[] = [];

  /** `at` in ms; launchers are ours and must not be among the readings. */
  observe(at: number, readings: readonly ProcessReading[]): void {
    const next = new Map<string, Life>();
    for (const reading of readings) {
      const key = keyOf(reading);
      next.set(key, liveOn(this.living.get(key), reading, at));
    }
    for (const [key, life] of this.living) if (!next.has(key)) this.dead.push(life.summary);
    this.living = next;
    if (this.dead.length >= 4 * MOST_LISTED) this.dead = largest(this.dead);
  }

  /** The 50 with the highest peak, highest first. */
  list(): readonly ProcessSummary[] {
    return largest([...this.dead, ...[...this.living.values()].map((life) => life.summary)]);
  }
}

function liveOn(life: Life | undefined, reading: ProcessReading, at: number): Life {
  const ended = reading.zombie === true;
  const rose = reading.peakMemory > (life?.mark ?? 0);
  const summary: ProcessSummary = {
    pid: reading.pid,
    parent: reading.parent,
    command: reading.command,
    role: reading.role,
    peakMemory: Math.max(life?.summary.peakMemory ?? 0, reading.peakMemory),
    cpuTime: Math.max(life?.summary.cpuTime ?? 0, reading.cpuTime),
    firstSeen: life?.summary.firstSeen ?? at,
    lastSeen: at,
    // A zombie has no memory left to tell: what was said of it while it lived stands.
    mayHaveGrown: ended
      ? (life?.summary.mayHaveGrown ?? true)
      : rose && reading.memory === reading.peakMemory,
  };
  return { summary, mark: ended ? (life?.mark ?? 0) : reading.peakMemory };
}

function largest(summaries: readonly ProcessSummary[]): ProcessSummary[] {
  return [...summaries].sort((a, b) => b.peakMemory - a.peakMemory).slice(0, MOST_LISTED);
}

type ServicePart = Pick<Sample, 'serviceMemory' | 'serviceThreads' | 'serviceFiles' | 'serviceCpuTime'>;
type HostPart = Pick<Sample, 'hostMemory' | 'hostThreads' | 'hostFiles'>;

/** What stands longer than a flow, and what it holds: the services, and the host process of module flows. */
export class Standing {
  private serviceSeen = false;
  private serviceCpuTime = 0;

  /** Of the living, launchers left out. */
  observe(alive: readonly ProcessReading[]): ServicePart & HostPart {
    return { ...this.service(alive.filter(({ role }) => role === 'service')), ...hostPart(alive) };
  }

  /** Once seen it is told of for good: a service that has ended holds nothing. */
  private service(readings: readonly ProcessReading[]): ServicePart {
    this.serviceSeen ||= readings.length > 0;
    if (!this.serviceSeen) return {};
    const files = filesOf(readings);
    // What a worker used and nobody waited for is lost with it: the sum must not fall for that.
    this.serviceCpuTime = Math.max(
      this.serviceCpuTime,
      sum(readings, ({ cpuTime, childrenCpuTime }) => cpuTime + childrenCpuTime),
    );
    return {
      serviceMemory: sum(readings, ({ memory }) => memory),
      serviceThreads: sum(readings, ({ threads }) => threads),
      serviceFiles: files,
      serviceCpuTime: this.serviceCpuTime,
    };
  }
}

/** With a host for each slot, one more slot is one more host: what they hold together tells of no flow. */
function hostPart(alive: readonly ProcessReading[]): HostPart {
  const [host, another] = alive.filter(({ pid, root, role }) => role === 'flow' && pid === root);
  if (host === undefined || another !== undefined) return {};
  return { hostMemory: host.memory, hostThreads: host.threads, hostFiles: host.files };
}

/**
 * Folds successive readings of a process tree into samples of it as a whole. Nothing but the readings goes in.
 *
 * Memory is the sum of resident sets: a page that two processes share counts in both, as in `ps` and in cgroup-less
 * tools; proportional sets would cost fifty times as much to read (/proc/PID/smaps_rollup).
 * Launchers are ours: only the CPU of what they waited for counts. Zombies keep their CPU and count for nothing else.
 */
export class TreeUsage {
  private readonly cpu = new CpuAccount();
  private readonly peaks = new PeakMemory();
  private readonly most = new MemoryBound();
  private readonly summaries = new ProcessSummaries();
  private readonly standing = new Standing();

  /** The next reading, taken at `at` (ms), as a sample. */
  observe(at: number, readings: readonly ProcessReading[], turnover?: Turnover): Sample {
    const watched = readings.filter((reading) => !reading.launcher);
    const alive = watched.filter((reading) => reading.zombie !== true);
    // A control group is no process, and would be the largest one of all.
    this.summaries.observe(
      at,
      watched.filter((reading) => reading.processes === undefined),
    );
    const memory = sum(alive, (reading) => reading.memory);
    const files = filesOf(alive);
    const peakMemory = Math.max(memory, this.peaks.observe(alive));
    const most = this.most.observe(readings, turnover);
    return {
      at,
      memory,
      peakMemory,
      mostMemory: most.unknown === 0 && most.known <= peakMemory ? undefined : most,
      cpuTime: this.cpu.charge(readings),
      threads: sum(alive, (reading) => reading.threads),
      processes: sum(alive, (reading) => reading.processes ?? 1),
      files,
      ...this.standing.observe(alive),
    };
  }

  /** The 50 processes with the highest peak, highest first. */
  processes(): readonly ProcessSummary[] {
    return this.summaries.list();
  }
}

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
  const files = larger(first.files, second.files);
  return {
    ...second,
    peakMemory: Math.max(first.peakMemory, second.peakMemory),
    threads: Math.max(first.threads, second.threads),
    processes: Math.max(first.processes, second.processes),
    files,
    ...mostOf(first, second),
  };
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
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
