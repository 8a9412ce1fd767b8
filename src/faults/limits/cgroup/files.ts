import type { LimitedResource, LimitSet } from '../../../model/limits.js';
import type { V1Controller } from '../../../system/cgroup.js';

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

/** One group on the way from our own up to the top of the mount. */
export interface GroupState {
  /** Absolute folder. */
  readonly folder: string;
  /** Controllers that it hands on to the groups in it (cgroup.subtree_control). */
  readonly handsOn: readonly string[];
  /** It has a limit of its own on memory or CPU, which nothing may leave. */
  readonly limited: boolean;
}

type ParentChoice =
  { readonly folder: string; readonly controllers: readonly string[] } | { readonly reason: string };

/**
 * The group of cgroup v2 to make ours in: the nearest that hands on the most of the wanted controllers. Our own group
 * seldom does: one that hands on controllers may hold no processes ("no internal processes", cgroup-v2.rst), and it
 * holds us. A group beside ours is bound by the same ancestors; the way up therefore ends at a group with a limit,
 * which a group beside it would escape.
 */
export function chooseParent(chain: readonly GroupState[], wanted: readonly string[]): ParentChoice {
  const end = chain.findIndex(({ limited }) => limited);
  const reachable = end < 0 ? chain : chain.slice(0, end + 1);
  const found = reachable.map(({ folder, handsOn }) => ({
    folder,
    controllers: wanted.filter((controller) => handsOn.includes(controller)),
  }));
  const most = Math.max(0, ...found.map(({ controllers }) => controllers.length));
  const best = found.find(({ controllers }) => controllers.length === most);
  if (best !== undefined && most > 0) return best;
  const limit = chain[end];
  const beyond =
    limit === undefined
      ? ''
      : `; ${limit.folder} has a limit of its own, which a group beside it would escape`;
  return {
    reason: `no group that we are in hands on ${wanted.join(', ')} (cgroup.subtree_control)${beyond}`,
  };
}
