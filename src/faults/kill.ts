import type { FlowKill } from '../flows/runner.js';
import { seededRandom, seedOf } from '../lib/random.js';
import type { FaultsPlan } from '../model/faults.js';

/** Keeps kills and connections of the same number from sharing their luck; any number that is no proxy's. */
const OF_KILLS = 0x6b69;

/**
 * Which flows are killed, and when: each flow is drawn by itself, from the seed and its iteration, so that the same
 * flows are killed whatever order they end in. Undefined for a flow that is let be.
 */
export function killOf(
  { kill, seed }: Pick<FaultsPlan, 'kill' | 'seed'>,
  iteration: number,
): FlowKill | undefined {
  if (kill === undefined) return undefined;
  const random = seededRandom(seedOf(seedOf(seed, OF_KILLS), iteration));
  if (random() >= kill.share) return undefined;
  const { from, to } = kill.after;
  return { after: from + random() * (to - from), signal: kill.signal };
}
