import {
  type EnforcedLimit,
  LIMITED_RESOURCES,
  type LimitPlan,
  type LimitSubject,
  type UnenforcedLimit,
} from '../../model/limits.js';
import { GROUP_RESOURCES, type GroupResource, LIMIT_FILES } from './cgroup/files.js';
import { type LimitPlace, type LimitRequest, placesOf } from './request.js';
import { type LimitWish, rlimitRule, type RlimitRule, type RlimitWorld } from './rlimit.js';

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
  return by === undefined ? { wish, rule: rlimitRule(wish, world) } : { wish, by };
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
