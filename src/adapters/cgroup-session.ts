import { preludeOf, wrapped } from '../faults/limits-shell.js';
import { answer, askedOfGroups, keyOf, type GroupAbility } from '../faults/limits-answer.js';
import { countersV1, countersV2 } from '../faults/limits-files.js';
import { groupsOf, pathOf, placesOf, sharedPathOf } from '../faults/limits-groups.js';
import type { RlimitWorld } from '../faults/limits-rlimit.js';
import { SWAP_FILES } from '../faults/limits-settings.js';
import type { GroupCounters, LimitStrategy } from '../model/limits.js';
import type { Enclosure, LimitPlace, LimitRequest, LimitSession } from '../ports/resource-limits.js';
import type { CgroupDoor } from './cgroup-door.js';
import { CgroupTree, type Hierarchy } from './cgroup-tree.js';
import { removeStaleGroups } from './stale-cgroups.js';

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
