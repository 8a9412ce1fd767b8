import type { Round } from '../../model/comparison.js';
import type { Sample } from '../../model/record.js';

type Held = NonNullable<Round['held']>;

/**
 * The lowest that service and host were seen to hold in a round, resident bytes: what a garbage collector has yet to
 * collect, and what the flows under way hold, is above it. Undefined if nothing outlives the flows, or nothing was seen.
 */
export function heldIn(samples: readonly Sample[]): Held | undefined {
  const service = lowest(samples.flatMap(({ serviceMemory }) => serviceMemory ?? []));
  const host = lowest(samples.flatMap(({ hostMemory }) => hostMemory ?? []));
  if (service === undefined && host === undefined) return undefined;
  return { service, host };
}

function lowest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((least, value) => Math.min(least, value));
}
