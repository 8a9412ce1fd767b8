import type { LimitedResource, LimitSet } from '../model/limits.js';
import type { V1Controller } from './limits-mounts.js';

/** µs: the kernel's default period of CPU quotas; a group that has used its quota waits for the next period. */
const PERIOD = 100_000;

/** One file of a group and what is written into it. */
interface GroupSetting {
  readonly file: string;
  readonly value: string;
  /** Not on every kernel; what it is for works without. */
  readonly optional?: true;
}

/** What limits each resource, by the kernel's name. Files are limited for each process, never for a group. */
export const LIMIT_FILES = {
  v2: { memory: 'memory.max', cpu: 'cpu.max', processes: 'pids.max' },
  v1: { memory: 'memory.limit_in_bytes', cpu: 'cpu.cfs_quota_us', processes: 'pids.max' },
} as const satisfies Record<string, Readonly<Partial<Record<LimitedResource, string>>>>;

/**
 * What keeps a group from swapping. In v1 not a limit on memory and swap together: where that is reached first, as
 * it is if both are the same, memory.failcnt stays 0 (seen on Linux 6.18). Groups inherit it when they are made.
 */
export const SWAP_FILES = { v2: 'memory.swap.max', v1: 'memory.swappiness' } as const;

/** The resources that a control group can limit. */
export const GROUP_RESOURCES = ['memory', 'cpu', 'processes'] as const;
export type GroupResource = (typeof GROUP_RESOURCES)[number];

export const V2_CONTROLLERS: Readonly<Record<GroupResource, string>> = {
  memory: 'memory',
  cpu: 'cpu',
  processes: 'pids',
};

/** v1 has a hierarchy for each controller. */
export const V1_CONTROLLER_OF: Readonly<Record<GroupResource, V1Controller>> = {
  memory: 'memory',
  cpu: 'cpu',
  processes: 'pids',
};

/** Without swap: what is swapped out would not be counted, and the limit never reached. */
const SETTINGS_V2: Readonly<Record<GroupResource, (limit: number) => readonly GroupSetting[]>> = {
  memory: (bytes) => [
    { file: LIMIT_FILES.v2.memory, value: String(Math.floor(bytes)) },
    { file: SWAP_FILES.v2, value: '0', optional: true },
  ],
  cpu: (cores) => [{ file: LIMIT_FILES.v2.cpu, value: `${quotaOf(cores)} ${PERIOD}` }],
  processes: (count) => [{ file: LIMIT_FILES.v2.processes, value: String(count) }],
};

const SETTINGS_V1: Readonly<Record<GroupResource, (limit: number) => readonly GroupSetting[]>> = {
  memory: (bytes) => [
    { file: LIMIT_FILES.v1.memory, value: String(Math.floor(bytes)) },
    { file: SWAP_FILES.v1, value: '0', optional: true },
  ],
  cpu: (cores) => [
    { file: 'cpu.cfs_period_us', value: String(PERIOD) },
    { file: LIMIT_FILES.v1.cpu, value: String(quotaOf(cores)) },
  ],
  processes: (count) => [{ file: LIMIT_FILES.v1.processes, value: String(count) }],
};

/** µs of CPU a period. */
function quotaOf(cores: number): number {
  return Math.round(cores * PERIOD);
}

/** What limits one resource of a group, in the order in which it is to be written. */
export function settingsFor(
  version: 'v1' | 'v2',
  resource: GroupResource,
  limits: LimitSet,
): readonly GroupSetting[] {
  const limit = limits[resource];
  if (limit === undefined) return [];
  return (version === 'v2' ? SETTINGS_V2 : SETTINGS_V1)[resource](limit);
}
