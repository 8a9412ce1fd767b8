import type { Environment } from '../model/record.js';
import { cgroupLayout, type CgroupMount, singleNumber } from './cgroup.js';

/** Text of a file by its absolute path; undefined if it is not there, or not to be read. */
type ReadText = (path: string) => string | undefined;

/** What the machine has, whatever this process is given of it. */
interface WholeMachine {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
}

type MachineShare = Pick<Environment, 'cores' | 'memory' | 'limits'>;

/**
 * Cores and memory that this process, and so all that it starts, can use on Linux: those of the machine, or of the
 * CPUs that it may run on (a cpuset, taskset), or of the tightest limit of its control group and of the groups above
 * it, of either version (cgroup v2: cpu.max, memory.max; v1: cpu.cfs_quota_us, memory.limit_in_bytes).
 */
export function machineShare(machine: WholeMachine, read: ReadText): MachineShare {
  const quota = quotaOf(read);
  const allowed = allowedCpus(read) ?? machine.cores;
  const memory = memoryLimit(read);
  const cores = Math.min(machine.cores, allowed, quota);
  const limits = {
    ...(cores < machine.cores && {
      cores: {
        machine: machine.cores,
        by: quota <= allowed ? ('control group' as const) : ('CPU affinity' as const),
      },
    }),
    ...(memory < machine.memory && { memory: { machine: machine.memory, by: 'control group' as const } }),
  };
  return {
    cores,
    memory: Math.min(machine.memory, memory),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

/** CPUs that are online and that this process may run on, which a cpuset decides as well as sched_setaffinity(2). */
function allowedCpus(read: ReadText): number | undefined {
  const line = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1];
  if (line === undefined) return undefined;
  const online = read('/sys/devices/system/cpu/online')?.trim();
  const allowed = cpusOf(line);
  const there = online === undefined || online === '' ? allowed : cpusOf(online);
  const count = [...allowed].filter((cpu) => there.has(cpu)).length;
  return count > 0 ? count : undefined;
}

/** `0-3,8` → 0, 1, 2, 3, 8 (cpuset(7), List format). */
function cpusOf(list: string): ReadonlySet<number> {
  return new Set(
    list.split(',').flatMap((range) => {
      const [first = NaN, last = first] = range.split('-').map(Number);
      return Number.isInteger(first) && Number.isInteger(last)
        ? Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
        : [];
    }),
  );
}

/** Cores; infinite without a quota. */
function quotaOf(read: ReadText): number {
  const { v2, v1 } = layoutOf(read);
  return Math.min(
    ...groupsUp(v2).map((folder) => quotient(read(`${folder}/cpu.max`))),
    ...groupsUp(v1.cpu).map((folder) =>
      quotient(`${read(`${folder}/cpu.cfs_quota_us`) ?? ''} ${read(`${folder}/cpu.cfs_period_us`) ?? ''}`),
    ),
  );
}

/** `50000 100000`: µs in a period of µs. `max` and −1 are no limit, and neither is what cannot be read. */
function quotient(text: string | undefined): number {
  const [quota, period] = (text ?? '').trim().split(/\s+/).map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity;
}

/** Bytes; v1 writes no limit as a number beyond any memory. */
function memoryLimit(read: ReadText): number {
  const { v2, v1 } = layoutOf(read);
  const files = [
    ...groupsUp(v2).map((folder) => `${folder}/memory.max`),
    ...groupsUp(v1.memory).map((folder) => `${folder}/memory.limit_in_bytes`),
  ];
  return Math.min(...files.map((file) => singleNumber(read(file)) ?? Infinity));
}

function layoutOf(read: ReadText): ReturnType<typeof cgroupLayout> {
  return cgroupLayout(read('/proc/self/mountinfo') ?? '', read('/proc/self/cgroup') ?? '');
}

/** Our own group and all above it that can be seen: each of them binds. */
function groupsUp(mount: CgroupMount | undefined): readonly string[] {
  if (mount === undefined) return [];
  const { own, mountPoint } = mount;
  const above = own.slice(0, own.lastIndexOf('/'));
  return own.length <= mountPoint.length ? [mountPoint] : [own, ...groupsUp({ own: above, mountPoint })];
}
