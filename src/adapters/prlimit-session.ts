import { answer, keyOf } from '../faults/limits-answer.js';
import { placesOf } from '../faults/limits-groups.js';
import type { LimitSession } from '../ports/resource-limits.js';
import { enclosureOf, type CgroupNeeds } from './cgroup-session.js';

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
