import type { Sample } from '../model/record.js';
import type { Window } from '../model/flow.js';

/**
 * The samples that tell of a window: those in it, the one before (what had been used when it began) and the one after
 * (what was used up to its end is first seen there; the CPU of a short command only once it has been waited for).
 * A service's boot and the warm-up flows lie before, and are not counted.
 */
export function samplesDuring(samples: readonly Sample[], { from, to }: Window): readonly Sample[] {
  const after = samples.findIndex((sample) => sample.at > from);
  const begin = after === -1 ? samples.length - 1 : after - 1;
  const end = samples.findIndex((sample, index) => index > begin && sample.at >= to);
  return samples.slice(Math.max(begin, 0), end === -1 ? samples.length : end + 1);
}
