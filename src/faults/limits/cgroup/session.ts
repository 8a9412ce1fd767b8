import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GroupCounters, LimitStrategy } from '../../../model/limits.js';
import {
  type CgroupLayout,
  type CgroupMount,
  countersV1,
  countersV2,
  singleNumber,
  V1_CONTROLLERS,
} from '../../../system/cgroup.js';
import { readText } from '../../../system/files.js';
import type { Enclosure } from '../../../system/ports.js';
import { answer, askedOfGroups, type GroupAbility, keyOf } from '../answer.js';
import {
  groupsOf,
  type LimitPlace,
  type LimitRequest,
  type LimitSession,
  pathOf,
  placesOf,
  preludeOf,
  sharedPathOf,
  wrapped,
} from '../request.js';
import type { RlimitWorld } from '../rlimit.js';
import type { CgroupDoor } from './door.js';
import {
  chooseParent,
  GROUP_RESOURCES,
  type GroupResource,
  type GroupState,
  LIMIT_FILES,
  SWAP_FILES,
  V1_CONTROLLER_OF,
  V2_CONTROLLERS,
} from './files.js';
import { CgroupTree, type Hierarchy, removeStaleGroups } from './tree.js';

/** Where groups are made, and by which door. */
export interface CgroupWay {
  readonly strategy: LimitStrategy;
  readonly version: 'v1' | 'v2';
  readonly door: CgroupDoor;
  readonly hierarchies: readonly Hierarchy[];
}

export interface CgroupNeeds {
  readonly request: LimitRequest;
  readonly world: RlimitWorld;
  readonly passedOver: readonly string[];
}

/** Makes the groups of a scenario, and tidies up after runs that could not. Rejects, with nothing left behind, if one can not be made or its limit not be set. */
export async function openCgroups(way: CgroupWay, needs: CgroupNeeds): Promise<LimitSession> {
  const { request, world, passedOver } = needs;
  await removeStaleGroups(
    way.door,
    way.hierarchies.map(({ parent }) => parent),
  );
  const tree = new CgroupTree(way.door, way.hierarchies);
  const groups = groupsOf(request);
  await tree.make(groups);
  const counters = countersOf(
    tree,
    way.version,
    groups.map(({ path }) => path),
  );
  const given = answer(request, world, abilityOf(way, tree, request.limits));
  const known = new Set(placesOf(request).map(keyOf));
  const { enforced, unenforced } = given;
  return {
    inForce: { strategy: way.strategy, enforced, unenforced, passedOver },
    enclosure: (place) => {
      if (!known.has(keyOf(place))) throw new RangeError(`no limits were opened for ${keyOf(place)}`);
      return enclosureOf([...tree.enter(pathOf(place)), ...given.commandsOf(place)], () =>
        counters.of(place),
      );
    },
    counters: counters.ofAll,
    close: () => tree.remove(),
  };
}

/** A way in by these commands of a shell. */
export function enclosureOf(
  commands: readonly string[],
  counters: () => GroupCounters | undefined,
): Enclosure {
  const prelude = preludeOf(commands);
  return { prelude, wrap: (argv) => wrapped(prelude, argv), counters };
}

function abilityOf(
  { version, hierarchies }: CgroupWay,
  tree: CgroupTree,
  limits: LimitRequest['limits'],
): GroupAbility {
  const able = new Set(hierarchies.flatMap(({ resources }) => resources));
  const swap = tree.reader('')(SWAP_FILES[version]) !== undefined;
  return { version, resources: askedOfGroups(limits).filter((resource) => able.has(resource)), swap };
}

/**
 * Counters of a place and of everything. In v1 events are counted in the group of the process alone, in v2 in those
 * above it as well; memory and CPU are hierarchical in both.
 */
function countersOf(tree: CgroupTree, version: 'v1' | 'v2', paths: readonly string[]) {
  const read = version === 'v1' ? countersV1 : countersV2;
  const own = (path: string) => read(tree.reader(path));
  return {
    of: (place: LimitPlace): GroupCounters => {
      const shared = sharedPathOf(place);
      return {
        ...own(pathOf(place)),
        sharedMemoryLimitHits: shared === undefined ? 0 : own(shared).memoryLimitHits,
      };
    },
    ofAll: (): GroupCounters => {
      const whole = { ...own(''), sharedMemoryLimitHits: 0 };
      if (version === 'v2') return whole;
      const all = paths.map(own);
      const sum = (key: 'outOfMemoryKills' | 'memoryLimitHits' | 'refusedForks') =>
        all.reduce((total, each) => total + each[key], 0);
      return {
        ...whole,
        outOfMemoryKills: sum('outOfMemoryKills'),
        memoryLimitHits: sum('memoryLimitHits'),
        refusedForks: sum('refusedForks'),
      };
    },
  };
}

/** From our own group up to the top of the mount. */
function chainOf({ own, mountPoint }: CgroupMount): readonly GroupState[] {
  const here = {
    folder: own,
    handsOn: (readText(`${own}/cgroup.subtree_control`) ?? '').trim().split(' '),
    limited: isLimited(own),
  };
  return own === mountPoint ? [here] : [here, ...chainOf({ own: dirname(own), mountPoint })];
}

function isLimited(folder: string): boolean {
  const memory = singleNumber(readText(`${folder}/memory.max`)) ?? Infinity;
  const cpu = readText(`${folder}/cpu.max`) ?? 'max';
  return memory !== Infinity || !cpu.startsWith('max');
}

/** Where our group of cgroup v2 goes. Throws with the reason if there is no such place. */
export function v2Place({ v2 }: CgroupLayout, asked: readonly GroupResource[]): readonly Hierarchy[] {
  if (v2 === undefined) throw new Error('it is not mounted, or we are outside of what is');
  const choice = chooseParent(
    chainOf(v2),
    asked.map((resource) => V2_CONTROLLERS[resource]),
  );
  if ('reason' in choice) throw new Error(choice.reason);
  const { folder: parent, controllers } = choice;
  const resources = asked.filter((resource) => controllers.includes(V2_CONTROLLERS[resource]));
  return [{ version: 'v2', parent, resources, controllers }];
}

/**
 * Below our own group in each hierarchy of v1: what binds us binds the flows too. Controllers that are mounted together
 * are one hierarchy. Throws with the reason if nothing that was asked for can be limited.
 */
export function v1Places({ v1 }: CgroupLayout, asked: readonly GroupResource[]): readonly Hierarchy[] {
  const ownOf = (resource: GroupResource) => v1[V1_CONTROLLER_OF[resource]]?.own;
  // A kernel may be built without quotas of CPU.
  const able = GROUP_RESOURCES.filter(
    (resource) => resource !== 'cpu' || existsSync(`${ownOf(resource) ?? ''}/${LIMIT_FILES.v1.cpu}`),
  );
  const limitable = asked.filter((resource) => able.includes(resource) && ownOf(resource) !== undefined);
  if (limitable.length === 0) {
    throw new Error(`none of ${asked.map((each) => V1_CONTROLLER_OF[each]).join(', ')} is mounted for us`);
  }
  const parents = new Set(V1_CONTROLLERS.flatMap((controller) => v1[controller]?.own ?? []));
  return [...parents].map((parent) => ({
    version: 'v1',
    parent,
    resources: able.filter((resource) => ownOf(resource) === parent),
    controllers: [],
  }));
}
