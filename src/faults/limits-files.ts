import type { GroupCounters } from '../model/limits.js';

/*
 * The files of a control group: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel. A file that is
 * not there reads as undefined; no counter is made up for it.
 */

/** The number of a file that holds one; `max` is infinite. */
export function singleNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === 'max') return Infinity;
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** The number behind a key in a file with `key number` a line. */
export function keyedNumber(text: string | undefined, key: string): number | undefined {
  const line = text?.split('\n').find((each) => each.startsWith(`${key} `));
  return singleNumber(line?.slice(key.length + 1));
}

/** Name of a file → its text. */
export type ReadGroupFile = (name: string) => string | undefined;

type OwnCounters = Omit<GroupCounters, 'sharedMemoryLimitHits'>;

/** Divides what may be unknown. */
function over(value: number | undefined, divisor: number): number | undefined {
  return value === undefined ? undefined : value / divisor;
}

/** memory.peak is there from Linux 5.19 on. */
export function countersV2(read: ReadGroupFile): OwnCounters {
  const events = read('memory.events');
  const cpu = read('cpu.stat');
  return {
    peakMemory: singleNumber(read('memory.peak')),
    cpuTime: over(keyedNumber(cpu, 'usage_usec'), 1e3),
    throttledTime: over(keyedNumber(cpu, 'throttled_usec'), 1e3),
    outOfMemoryKills: keyedNumber(events, 'oom_kill') ?? 0,
    // Not `max`, which counts what could be reclaimed as well.
    memoryLimitHits: keyedNumber(events, 'oom') ?? 0,
    refusedForks: keyedNumber(read('pids.events'), 'max') ?? 0,
  };
}

/** Nanoseconds here. memory.failcnt counts what could be reclaimed as well. */
export function countersV1(read: ReadGroupFile): OwnCounters {
  return {
    peakMemory: singleNumber(read('memory.max_usage_in_bytes')),
    cpuTime: over(singleNumber(read('cpuacct.usage')), 1e6),
    throttledTime: over(keyedNumber(read('cpu.stat'), 'throttled_time'), 1e6),
    outOfMemoryKills: keyedNumber(read('memory.oom_control'), 'oom_kill') ?? 0,
    memoryLimitHits: singleNumber(read('memory.failcnt')) ?? 0,
    refusedForks: keyedNumber(read('pids.events'), 'max') ?? 0,
  };
}
