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

/** Where the kernel counts for one control group. Folders; with version 1 each hierarchy has its own. */
export interface ControlGroup {
  readonly version: 1 | 2;
  readonly memory: string;
  readonly cpu: string;
  readonly processes: string;
}

/**
 * Bytes of a control group that a process would count as resident, each page once: anonymous memory, and of shared memory
 * and mapped files the larger (what of the first is mapped is in both). What the kernel can drop, such as files that were
 * read, is left out: it grows with all that is read, and is no leak. Undefined if the text is no memory.stat.
 *
 * Version 1 has `rss` for `anon`, `mapped_file` for `file_mapped`, and sums with the groups below as `total_…`.
 */
export function residentIn(
  memoryStat: string | undefined,
  version: ControlGroup['version'],
): number | undefined {
  const [anonymous, mapped, shared] = (
    version === 2 ? ['anon', 'file_mapped', 'shmem'] : ['total_rss', 'total_mapped_file', 'total_shmem']
  ).map((key) => keyedNumber(memoryStat, key));
  return anonymous === undefined ? undefined : anonymous + Math.max(mapped ?? 0, shared ?? 0);
}

/** ms that a control group has used; `text` of cpu.stat, or of cpuacct.usage of version 1. */
export function cpuTimeIn(text: string | undefined, version: ControlGroup['version']): number {
  return version === 2 ? (keyedNumber(text, 'usage_usec') ?? 0) / 1e3 : (singleNumber(text) ?? 0) / 1e6;
}

/** Where one hierarchy of control groups is, and which group of it this process is in. Absolute paths. */
export interface CgroupMount {
  readonly mountPoint: string;
  /** The group of this process, as a folder. */
  readonly own: string;
}

/** The controllers of cgroup v1 that limit or count something here. */
export const V1_CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids'] as const;
export type V1Controller = (typeof V1_CONTROLLERS)[number];

export interface CgroupLayout {
  readonly v2?: CgroupMount;
  readonly v1: Readonly<Partial<Record<V1Controller, CgroupMount>>>;
}

interface Mount {
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Spaces and the like are written as octal escapes (proc_pid_mountinfo(5)). */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

/** `31 23 0:28 ROOT MOUNTPOINT rw,relatime shared:1 - TYPE SOURCE OPTIONS` */
function mountOf(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const [, , , root, mountPoint] = before?.split(' ') ?? [];
  const [type, , options] = after?.split(' ') ?? [];
  if (root === undefined || mountPoint === undefined || type === undefined) return undefined;
  return {
    root: unescaped(root),
    mountPoint: unescaped(mountPoint),
    type,
    options: options?.trim().split(',') ?? [],
  };
}

/** Controllers (none for v2) → path of the group in its hierarchy: `4:memory:/a`, `0::/a` (cgroups(7)). */
function ownPaths(cgroup: string): readonly { controllers: readonly string[]; path: string }[] {
  return cgroup.split('\n').flatMap((line) => {
    const [, id, controllers = '', path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (id === undefined || path === undefined) return [];
    return [{ controllers: controllers === '' ? [] : controllers.split(','), path }];
  });
}

/**
 * A mount may show only a part of its hierarchy, from `root` down. A group outside that part can not be reached: then
 * there is no such mount for us.
 */
function place(mount: Mount, path: string): CgroupMount | undefined {
  const inside = mount.root === '/' ? path : path.slice(mount.root.length);
  const reachable = mount.root === '/' || path === mount.root || path.startsWith(`${mount.root}/`);
  if (!reachable || path.startsWith('/..')) return undefined;
  return { mountPoint: mount.mountPoint, own: mount.mountPoint + (inside === '/' ? '' : inside) };
}

/** Reads /proc/self/mountinfo and /proc/self/cgroup. */
export function cgroupLayout(mountinfo: string, cgroup: string): CgroupLayout {
  const mounts = mountinfo.split('\n').flatMap((line) => mountOf(line) ?? []);
  const paths = ownPaths(cgroup);
  const v2Path = paths.find(({ controllers }) => controllers.length === 0)?.path;
  const v2Mount = mounts.find(({ type }) => type === 'cgroup2');
  const v2 = v2Path === undefined || v2Mount === undefined ? undefined : place(v2Mount, v2Path);
  const v1 = V1_CONTROLLERS.flatMap((controller) => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    const path = paths.find(({ controllers }) => controllers.includes(controller))?.path;
    const found = mount === undefined || path === undefined ? undefined : place(mount, path);
    return found === undefined ? [] : [[controller, found] as const];
  });
  return { v2, v1: Object.fromEntries(v1) };
}

/**
 * The control group of a container, by its id, in the layout of one of its processes: a pid that another machine or
 * another container gave could be anybody here, but only the container's group has its id in its path.
 */
export function groupOfContainer({ v1, v2 }: CgroupLayout, id: string): ControlGroup | undefined {
  const folderIn = (mount: CgroupMount | undefined): string | undefined =>
    new RegExp(`^.*/[^/]*${id}[^/]*`).exec(mount?.own ?? '')?.[0];
  // Where version 1 counts the memory, version 2 does not.
  if (v1.memory === undefined) {
    const group = folderIn(v2);
    return group === undefined ? undefined : { version: 2, memory: group, cpu: group, processes: group };
  }
  const [memory, cpu] = [folderIn(v1.memory), folderIn(v1.cpuacct)];
  if (memory === undefined || cpu === undefined) return undefined;
  return { version: 1, memory, cpu, processes: memory };
}
