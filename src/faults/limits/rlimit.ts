import type { LimitedResource, LimitSubject } from '../../model/limits.js';

/** What a shell can limit here without control groups. */
export interface RlimitWorld {
  /** As Node names it. */
  readonly platform: string;
  /** Numbers of the processors that we may use. */
  readonly processors: readonly number[];
  /** taskset of util-linux is there. */
  readonly taskset: boolean;
  /** Our own hard limit on open files. */
  readonly hardFiles: number;
}

export interface LimitWish {
  readonly of: LimitSubject;
  readonly resource: LimitedResource;
  readonly limit: number;
}

export type RlimitRule =
  | {
      readonly by: string;
      readonly remark?: string;
      /** It binds less than what was asked for. */
      readonly weaker?: true;
      /** For the shell of the place with this number, from 0. */
      readonly command: (place: number) => string | undefined;
    }
  | { readonly reason: string };

type RuleOf = (wish: LimitWish, world: RlimitWorld) => RlimitRule;

/** RLIMIT_NOFILE, hard and soft: a process can not lift it again. */
const files: RuleOf = ({ limit }, { platform, hardFiles }) => {
  if (platform === 'win32') return { reason: 'Windows has no limit on open files' };
  if (limit > hardFiles) {
    const remark = `the limit that flowgate itself is under, ${hardFiles}, is lower and stays in force`;
    return { by: 'RLIMIT_NOFILE', remark, command: () => undefined };
  }
  return { by: 'RLIMIT_NOFILE', command: () => `ulimit -n ${limit}` };
};

/**
 * RLIMIT_DATA counts private writable memory from Linux 4.7 on (getrlimit(2)). Not RLIMIT_AS: programs with a garbage
 * collector reserve far more addresses than they ever use, and node does not start under an RLIMIT_AS of 256 MB.
 */
const memory: RuleOf = ({ of, limit }, { platform }) => {
  if (platform !== 'linux') return { reason: `${platform} enforces no limit on memory` };
  if (of === 'flows')
    return { reason: 'without a control group memory is limited for each process, not for all' };
  const remark =
    'for each process by itself, and of the memory that it asks for, used or not; past it allocation fails, nothing is killed';
  return { by: 'RLIMIT_DATA', remark, weaker: true, command: () => `ulimit -d ${Math.floor(limit / 1024)}` };
};

/** Whole processors, by affinity: the nearest to a share of CPU that there is without a quota. */
const cpu: RuleOf = ({ of, limit }, { platform, processors, taskset }) => {
  if (platform !== 'linux') return { reason: `${platform} can not bind processes to processors` };
  if (!taskset) return { reason: 'taskset (util-linux) is not installed' };
  const count = Math.ceil(limit);
  if (count >= processors.length) {
    const machine = `${processors.length} ${processors.length === 1 ? 'processor' : 'processors'}`;
    return { reason: `affinity takes away whole processors only, and there are no more than ${machine}` };
  }
  const command = (place: number): string => {
    const first = of === 'flows' ? 0 : place * count;
    const chosen = Array.from(
      { length: count },
      (_, index) => processors[(first + index) % processors.length],
    );
    return `taskset -pc ${chosen.join(',')} $$ >/dev/null`;
  };
  const bound = `bound to ${count} of ${processors.length} processors, which it may use wholly`;
  return { by: 'affinity', remark: bound, weaker: count > limit ? true : undefined, command };
};

/**
 * Not RLIMIT_NPROC: it counts every process and thread of the user, the runner's too, and does not hold for root. Set
 * to what a flow may have it would stop the first fork.
 */
const processes: RuleOf = () => ({
  reason:
    'RLIMIT_NPROC counts all processes of the user, the runner included; it takes a control group (pids.max)',
});

const RULES: Readonly<Record<LimitedResource, RuleOf>> = { memory, cpu, processes, files };

/** How a limit is enforced without a control group, or why it can not be. */
export function rlimitRule(wish: LimitWish, world: RlimitWorld): RlimitRule {
  return RULES[wish.resource](wish, world);
}

/** `Cpus_allowed_list: 0-3,8` of /proc/self/status → 0, 1, 2, 3, 8. */
export function allowedProcessors(status: string): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.split('-').map(Number);
    return Number.isInteger(first) && Number.isInteger(last) && part !== ''
      ? Array.from({ length: last - first + 1 }, (_, index) => first + index)
      : [];
  });
}

/** The hard limit in /proc/self/limits; infinite if it says unlimited or is not there. */
export function hardFileLimit(limits: string): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? Infinity : Number(hard);
}
