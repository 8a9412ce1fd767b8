import { messageOf } from '../lib/errors.js';
import type { MonitorRecord, Sample } from '../model/record.js';
import type { Clock, Timer } from '../system/ports.js';
import type { Turnover } from './peak-memory.js';
import { SampleSeries, TreeUsage } from './sample.js';
import type { ProcessReading, ProcessTable, TreeRoot } from './table.js';

interface MonitorOptions {
  readonly clock: Clock;
  /** Read, but not closed: it belongs to who opened it. */
  readonly table: ProcessTable;
  /** ms of `clock.now()` that the times of the record count from. */
  readonly origin: number;
  /** Counted flows that have ended by now. */
  readonly flows?: () => number;
  /** No process will ever belong to it. */
  readonly unwatched?: true | undefined;
}

/** What the last read showed. */
interface Latest {
  readonly sample: Sample;
  readonly readings: readonly ProcessReading[];
}

/** Watches process trees until it is stopped. Never throws and never rejects: what went wrong is in the notes. */
export interface Monitor {
  /** From now on everything below this process counts, CPU that it has used before included. */
  addRoot(root: TreeRoot): void;
  /** Looks for no more children of it. What was seen below it still counts, until it ends. */
  removeRoot(pid: number): void;
  /** Reads now, besides the timer. With a synchronous table it has happened on return. */
  sampleNow(): Promise<void> | void;
  latest(): Latest | undefined;
  /** What is known by now. */
  soFar(): MonitorRecord;
  /** Reads a last time. Calling it again gives the same record. */
  stop(): Promise<MonitorRecord>;
}

/** What a source can not tell, for the report. */
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  pidusage: [
    'threads and open files were not measured: pidusage does not tell them',
    'memory peaks between two samples were not seen: pidusage knows no high-water mark',
    'CPU time of processes shorter than a sample was not seen',
  ],
};

/** When a read began: ms of the clock, and of CPU that had been used. */
interface Begun {
  readonly at: number;
  readonly cpuTime: number;
}

/** Starts to sample the trees below the roots that will be added, as often as 1% of one core allows. */
export function startMonitor(options: MonitorOptions): Monitor {
  const sampler = new Sampler(options);
  sampler.schedule();
  return sampler;
}

class Sampler implements Monitor {
  private readonly roots = new Map<number, TreeRoot>();
  private readonly usage = new TreeUsage();
  private readonly series = new SampleSeries();
  private readonly notes: Set<string>;
  private readonly startedAt: number;
  private costs: number[] = [];
  private reads = 0;
  private failures = 0;
  private ending = false;
  private cpuTime = 0;
  /** Of `cpuTime`, what the first looks cost. */
  private coldTime = 0;
  private growing = false;
  /** ms: the longest time for which we ourselves did not run when we should have. */
  private stalled = 0;
  /** ms of the clock: when the next look was to be. */
  private due = Infinity;
  private seen: Latest | undefined;
  /** Processes that the system had started and flows that had ended, in all, at the last read. */
  private until: Turnover = { started: undefined, flows: 0 };
  private reading: Promise<void> | undefined;
  private timer: Timer | undefined;
  private record: Promise<MonitorRecord> | undefined;

  constructor(private readonly options: MonitorOptions) {
    this.startedAt = options.clock.now();
    this.notes = new Set(LIMITS[options.table.source] ?? []);
  }

  addRoot(root: TreeRoot): void {
    this.roots.set(root.pid, root);
  }

  removeRoot(pid: number): void {
    this.roots.delete(pid);
  }

  latest(): Latest | undefined {
    return this.seen;
  }

  sampleNow(): Promise<void> | void {
    // Who asks wants to know what is now: a read that has begun before may have missed it, so one more follows it.
    return this.reading === undefined ? this.read() : this.reading.then(() => this.sampleNow());
  }

  stop(): Promise<MonitorRecord> {
    this.record ??= this.finish();
    return this.record;
  }

  schedule(): void {
    const { clock, table } = this.options;
    const bounds = table.source === 'pidusage' ? SLOW : FAST;
    const interval = nextInterval(this.pace(), bounds);
    // By one time, and after the look that was due: so there is no instant in which a stop of ours goes unseen.
    const now = clock.now();
    this.noteStall(now);
    this.due = now + interval;
    this.timer = clock.timer(interval, () => {
      const pending = this.reading ?? this.read();
      if (pending === undefined) {
        this.reschedule();
        return;
      }
      this.noteStall(clock.now());
      // How long others take to answer says nothing about us.
      this.due = Infinity;
      void pending.then(() => {
        this.reschedule();
      });
    });
  }

  private pace(): Pace {
    const { costs, growing, startedAt } = this;
    const elapsed = this.options.clock.now() - startedAt;
    return { costs, spent: this.cpuTime - this.coldTime, elapsed, growing };
  }

  private reschedule(): void {
    if (this.record === undefined) this.schedule();
  }

  private noteStall(now: number): void {
    this.stalled = Math.max(this.stalled, now - this.due);
  }

  private async finish(): Promise<MonitorRecord> {
    this.timer?.cancel();
    this.noteStall(this.options.clock.now());
    this.ending = true;
    await this.sampleNow();
    return this.soFar();
  }

  soFar(): MonitorRecord {
    const { clock, table } = this.options;
    return {
      source: table.source,
      samples: this.series.samples(),
      processes: this.usage.processes(),
      cost: { samples: this.reads, cpuTime: this.cpuTime, duration: clock.now() - this.startedAt },
      failures: this.failures === 0 ? undefined : this.failures,
      unwatched: this.options.unwatched,
      notes: [...this.notes, ...stallNote(this.stalled)],
    };
  }

  private read(): Promise<void> | undefined {
    const { clock } = this.options;
    const begun: Begun = { at: clock.now(), cpuTime: clock.cpuTime() };
    try {
      // What was used in between is the difference of the first and the last.
      const careful = this.reads === 0 || this.ending;
      const readings = this.options.table.read([...this.roots.values()], { careful });
      if (!(readings instanceof Promise)) {
        this.take(readings, begun);
        return undefined;
      }
      this.reading = readings
        .then((all) => {
          this.take(all, begun);
        })
        .catch((thrown: unknown) => {
          this.excuse(thrown, begun);
        })
        .finally(() => {
          this.reading = undefined;
        });
      return this.reading;
    } catch (thrown) {
      this.excuse(thrown, begun);
      return undefined;
    }
  }

  private take(readings: readonly ProcessReading[], begun: Begun): void {
    const at = this.options.clock.now();
    const flows = this.options.flows?.();
    const usage = this.usage.observe(at - this.options.origin, readings, this.turnover(flows));
    // Not {...usage, flows}: V8 gives each such copy a hidden class of its own, and a sample takes 630 bytes instead of 230.
    const sample = flows === undefined ? usage : Object.assign(usage, { flows });
    this.series.add(sample);
    this.growing = isGrowing(this.seen?.sample.memory ?? sample.memory, sample.memory);
    this.seen = { sample, readings };
    this.spend(begun);
  }

  /** What has come and gone since the read before. */
  private turnover(flows = 0): Turnover {
    const before = this.until;
    const started = this.options.table.started?.();
    this.until = { started, flows };
    const counted = started !== undefined && before.started !== undefined;
    return {
      started: counted ? started - before.started : undefined,
      flows: flows - before.flows,
    };
  }

  private excuse(thrown: unknown, begun: Begun): void {
    // Once: the same failure would come back a hundred times a second, each time with another pid in it.
    if (this.failures === 0) this.notes.add(`a reading of the process table failed: ${messageOf(thrown)}`);
    this.failures += 1;
    this.spend(begun);
  }

  /** Of a synchronous read the CPU that it used; of one that waits, the clock tells at most what it took. */
  private spend(begun: Begun): void {
    const { clock } = this.options;
    const waits = this.reading !== undefined;
    const cost = waits ? clock.now() - begun.at : wholeLook(clock.cpuTime() - begun.cpuTime);
    this.reads += 1;
    this.cpuTime += cost;
    if (this.reads <= COLD_READS) this.coldTime += cost;
    else this.costs = [...this.costs.slice(1 - COSTS_KEPT), cost];
  }
}

/** Longer than a busy machine keeps a process waiting. ms. */
const STALL = 1000;

function stallNote(stalled: number): readonly string[] {
  if (stalled < STALL) return [];
  const seconds = (stalled / 1000).toFixed(1);
  return [
    `flowgate itself did not run for ${seconds} s (it was stopped, or the machine slept or was overloaded): flows that ended meanwhile are timed until it ran again`,
  ];
}

/** ms. */
interface IntervalBounds {
  readonly shortest: number;
  readonly longest: number;
}

/** A read of /proc costs µs: fast enough to see a spike of 20 ms. */
export const FAST: IntervalBounds = { shortest: 10, longest: 250 };
/** A table that starts a process for every read (`ps` takes 10 ms here and 28 ms in the child). */
export const SLOW: IntervalBounds = { shortest: 100, longest: 1000 };

/** What the next interval is decided from; ms. */
export interface Pace {
  /** What the last looks cost, oldest first, without the first ones of the run (`COLD_READS`). */
  readonly costs: readonly number[];
  /** What all looks cost, likewise without the first ones. */
  readonly spent: number;
  /** Since the monitor began. */
  readonly elapsed: number;
  /** The tree's memory rose much in the last interval. */
  readonly growing: boolean;
}

/** Reads at the start that look at every process of the machine, in code that is not yet compiled: they tell nothing. */
export const COLD_READS = 3;
/** Reads that the interval is taken from. */
export const COSTS_KEPT = 9;
/**
 * CPU time of a look, all told, where its read has used `read` ms of CPU: the wake-up comes on top, and what is compiled
 * and collected as garbage on other threads. Fitted to all CPU that flowgate used while 1, 10 and 60 flows and a tree of 50
 * processes slept (docs/performance.md, "What a whole run says"; bench/monitor-cost).
 */
export function wholeLook(read: number): number {
  return 1.4 * read + 0.1;
}

/** Watching may take 1% of one core: an interval is a hundred times what a look costs. */
const SHARE = 0.01;
/** ms of looking that a run may spend beyond its share, so that a short one can be looked at closely too. */
const ADVANCE = 10;
/** Memory that rises by both between two samples is growing: bytes, and share of what it was. */
const GROWTH = { bytes: 4e6, share: 0.02 };

/**
 * ms from one read to the next.
 *
 * As a rule a hundred times the median of what the last looks cost: the median, because a read that was interrupted by
 * the flows themselves took longer on the clock than on the CPU, and must not thin out the samples just when the
 * machine is busy. While memory grows, the shortest: a process that ends at its peak is seen only by a reading right
 * before its end. That is paid from what was left of the share, so that over the run it is still kept.
 */
export function nextInterval(pace: Pace, bounds: IntervalBounds): number {
  const left = ADVANCE + SHARE * pace.elapsed - pace.spent;
  if (pace.growing && left > 0) return bounds.shortest;
  const sorted = pace.costs.slice(-COSTS_KEPT).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.min(bounds.longest, Math.max(bounds.shortest, median / SHARE));
}

/** Whether memory, in bytes, rose much from one sample to the next. */
export function isGrowing(before: number, now: number): boolean {
  return now - before > Math.max(GROWTH.bytes, GROWTH.share * before);
}
