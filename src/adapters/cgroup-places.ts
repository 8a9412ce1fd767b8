import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { singleNumber } from '../faults/limits-files.js';
import { V1_CONTROLLERS, type CgroupLayout, type CgroupMount } from '../faults/limits-mounts.js';
import { chooseParent, type GroupState } from '../faults/limits-parent.js';
import {
  GROUP_RESOURCES,
  LIMIT_FILES,
  V1_CONTROLLER_OF,
  V2_CONTROLLERS,
  type GroupResource,
} from '../faults/limits-settings.js';
import { readText, type Hierarchy } from './cgroup-tree.js';

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
