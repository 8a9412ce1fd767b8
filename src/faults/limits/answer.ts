import {
  type EnforcedLimit,
  LIMITED_RESOURCES,
  type LimitedResource,
  type LimitPlan,
  type LimitSubject,
  type UnenforcedLimit,
} from '../../model/limits.js';
import { GROUP_RESOURCES, type GroupResource, LIMIT_FILES } from './cgroup/files.js';
import { type LimitPlace, type LimitRequest, placesOf } from './request.js';

/** What groups of processes can limit here. */
export interface GroupAbility {
  readonly version: 'v1' | 'v2';
  readonly resources: readonly GroupResource[];
  /** Swap is limited with memory. Without that a group on a machine with swap outgrows its limit there. */
  readonly swap: boolean;
}

/** What becomes of each limit that was asked for. */
interface LimitAnswer {
  readonly enforced: readonly EnforcedLimit[];
  readonly unenforced: readonly UnenforcedLimit[];
  /** Commands of the shell of a place, for what no group limits. */
  readonly commandsOf: (place: LimitPlace) => readonly string[];
}

/** The resources that a group would be needed for. */
export function askedOfGroups(limits: readonly LimitPlan[]): readonly GroupResource[] {
  return GROUP_RESOURCES.filter((resource) => limits.some((each) => each[resource] !== undefined));
}

/** Each limit by itself, subjects and resources in the order of the model. */
function wishesOf(limits: readonly LimitPlan[]): readonly LimitWish[] {
  return limits.flatMap((each) =>
    LIMITED_RESOURCES.flatMap((resource) => {
      const limit = each[resource];
      return limit === undefined ? [] : [{ of: each.of, resource, limit }];
    }),
  );
}

/** The file of a group that limits what is wished for; undefined if no group can here. */
function groupFile({ resource }: LimitWish, ability: GroupAbility | undefined): string | undefined {
  const known = GROUP_RESOURCES.find((each) => each === resource);
  if (ability === undefined || known === undefined || !ability.resources.includes(known)) return undefined;
  return LIMIT_FILES[ability.version][known];
}

/** The subjects whose limits bind the processes of a place. */
function subjectsOf({ kind }: LimitPlace): readonly LimitSubject[] {
  return kind === 'flow' ? ['flows', 'flow'] : ['service'];
}

/** Each limit by a group where there is one that can, else by what a shell can do, else not at all. */
export function answer(
  request: LimitRequest,
  world: RlimitWorld,
  ability: GroupAbility | undefined,
): LimitAnswer {
  const noFlows = request.slots === 0;
  const decided = wishesOf(request.limits).map((wish) => decide(wish, { world, ability, noFlows }));
  const places = placesOf(request).map(keyOf);
  return {
    enforced: decided.flatMap(({ wish, by, rule }) => {
      if (by !== undefined) return [{ ...wish, by, remark: swapRemark(wish, ability) }];
      if (rule === undefined || 'reason' in rule) return [];
      const { by: means, remark, weaker } = rule;
      return [{ ...wish, by: means, remark, weaker }];
    }),
    unenforced: decided.flatMap(({ wish, rule }) =>
      rule !== undefined && 'reason' in rule ? [{ ...wish, reason: rule.reason }] : [],
    ),
    commandsOf: (place) => {
      const mine = decided.filter(({ wish }) => subjectsOf(place).includes(wish.of));
      return strictest(mine).flatMap(({ rule }) => {
        const command =
          rule === undefined || 'reason' in rule ? undefined : rule.command(places.indexOf(keyOf(place)));
        return command === undefined ? [] : [command];
      });
    },
  };
}

function swapRemark({ resource }: LimitWish, ability: GroupAbility | undefined): string | undefined {
  if (resource !== 'memory' || ability?.swap !== false) return undefined;
  return 'swap is not limited here: what is swapped out does not count';
}

interface Decision {
  readonly wish: LimitWish;
  /** The group's file that limits it. */
  readonly by?: string;
  readonly rule?: RlimitRule;
}

interface Means {
  readonly world: RlimitWorld;
  readonly ability: GroupAbility | undefined;
  /** The flows are requests of our own: there is no process to limit. */
  readonly noFlows: boolean;
}

function decide(wish: LimitWish, { world, ability, noFlows }: Means): Decision {
  if (noFlows && wish.of !== 'service') {
    return {
      wish,
      rule: { reason: 'HTTP flows have no process of their own; limit the service (of: service)' },
    };
  }
  const by = groupFile(wish, ability);
  return by === undefined ? { wish, rule: RULES[wish.resource](wish, world) } : { wish, by };
}

/** What a shell has lowered it can not raise again: of two limits on one resource only the lower is set. */
function strictest(decisions: readonly Decision[]): readonly Decision[] {
  return decisions.filter(
    (each) =>
      !decisions.some(
        (other) => other.wish.resource === each.wish.resource && other.wish.limit < each.wish.limit,
      ),
  );
}

/** Tells places apart. */
export function keyOf(place: LimitPlace): string {
  return place.kind === 'flow' ? `flow ${place.slot}` : `service ${place.name}`;
}

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

interface LimitWish {
  readonly of: LimitSubject;
  readonly resource: LimitedResource;
  readonly limit: number;
}

type RlimitRule =
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

/** How each limit is enforced without a control group, or why it can not be. */
const RULES: Readonly<Record<LimitedResource, RuleOf>> = { memory, cpu, processes, files };

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
