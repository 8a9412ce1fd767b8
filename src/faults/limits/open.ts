import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf } from '../../lib/errors.js';
import { type CgroupLayout, cgroupLayout } from '../../system/cgroup.js';
import { readText } from '../../system/files.js';
import { answer, askedOfGroups, keyOf } from './answer.js';
import { directDoor, sudoDoor } from './cgroup/door.js';
import type { GroupResource } from './cgroup/files.js';
import {
  type CgroupNeeds,
  type CgroupWay,
  enclosureOf,
  openCgroups,
  v1Places,
  v2Place,
} from './cgroup/session.js';
import { type LimitRequest, type LimitSession, placesOf, type ResourceLimits } from './request.js';
import { allowedProcessors, hardFileLimit, type RlimitWorld } from './rlimit.js';

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

/** Limits that a shell sets on itself and that what it starts inherits: nothing is made, and nothing to remove. */
export function openRlimits({ request, world, passedOver }: CgroupNeeds): LimitSession {
  const given = answer(request, world, undefined);
  const { enforced, unenforced } = given;
  const known = new Set(placesOf(request).map(keyOf));
  return {
    inForce: { strategy: enforced.length > 0 ? 'prlimit' : 'none', enforced, unenforced, passedOver },
    enclosure: (place) => {
      if (!known.has(keyOf(place))) throw new RangeError(`no limits were opened for ${keyOf(place)}`);
      return enclosureOf(given.commandsOf(place), () => undefined);
    },
    counters: () => undefined,
    close: () => Promise.resolve([]),
  };
}
