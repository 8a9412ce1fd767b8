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
