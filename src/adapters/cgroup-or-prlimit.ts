import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf } from '../errors.js';
import { askedOfGroups } from '../faults/limits-answer.js';
import { cgroupLayout, type CgroupLayout } from '../faults/limits-mounts.js';
import { allowedProcessors, hardFileLimit, type RlimitWorld } from '../faults/limits-rlimit.js';
import type { GroupResource } from '../faults/limits-settings.js';
import type { LimitRequest, LimitSession, ResourceLimits } from '../ports/resource-limits.js';
import { directDoor, sudoDoor } from './cgroup-door.js';
import { v1Places, v2Place } from './cgroup-places.js';
import { openCgroups, type CgroupWay } from './cgroup-session.js';
import { readText } from './cgroup-tree.js';
import { openRlimits } from './prlimit-session.js';

type Way = Omit<CgroupWay, 'hierarchies'> & {
  /** Throws with the reason if there is no place for groups. */
  readonly places: (layout: CgroupLayout, asked: readonly GroupResource[]) => CgroupWay['hierarchies'];
};

/** Best first. */
const WAYS: readonly Way[] = [
  { strategy: 'cgroup v2', version: 'v2', door: directDoor, places: v2Place },
  { strategy: 'cgroup v2 through sudo', version: 'v2', door: sudoDoor, places: v2Place },
  { strategy: 'cgroup v1', version: 'v1', door: directDoor, places: v1Places },
];

/** Control groups where they can be made, else the limits that every process can set on itself. */
export const nodeResourceLimits: ResourceLimits = {
  open: (request) => openBest(request, WAYS),
};

/** Only what every process can set on itself, for what must not depend on control groups. */
export const prlimitOnly: ResourceLimits = {
  open: (request) => openBest(request, []),
};

async function openBest(request: LimitRequest, ways: readonly Way[]): Promise<LimitSession> {
  const world = rlimitWorld();
  const asked = askedOfGroups(request.limits);
  const passedOver: string[] = [];
  for (const { places, ...way } of asked.length > 0 && world.platform === 'linux' ? ways : []) {
    try {
      const hierarchies = places(ownLayout(), asked);
      return await openCgroups({ ...way, hierarchies }, { request, world, passedOver });
    } catch (thrown) {
      passedOver.push(`${way.strategy}: ${messageOf(thrown)}`);
    }
  }
  return openRlimits({ request, world, passedOver });
}

function ownLayout(): CgroupLayout {
  return cgroupLayout(readText('/proc/self/mountinfo') ?? '', readText('/proc/self/cgroup') ?? '');
}

function rlimitWorld(): RlimitWorld {
  return {
    platform: process.platform,
    processors: allowedProcessors(readText('/proc/self/status') ?? ''),
    taskset: (process.env['PATH'] ?? '')
      .split(delimiter)
      .some((folder) => existsSync(join(folder, 'taskset'))),
    hardFiles: hardFileLimit(readText('/proc/self/limits') ?? ''),
  };
}
