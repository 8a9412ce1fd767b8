import type { Clock, Spawner } from '../ports.js';
import type { ProcessWatch } from './watch.js';

const LOOK_EVERY = 50;

/** How often the last processes are killed before they are taken for unkillable (a process in state D is). */
const KILL_ROUNDS = 20;

/** What is still there when it has had `grace` ms to go by itself; that long is waited only if there is something. */
export async function whatStays<T>(
  look: () => Promise<readonly T[]>,
  { clock, grace }: { readonly clock: Clock; readonly grace: number },
): Promise<readonly T[]> {
  let left = await look();
  for (let waited = 0; waited < grace && left.length > 0; waited += LOOK_EVERY) {
    await clock.sleep(LOOK_EVERY);
    left = await look();
  }
  return left;
}

/** Kills whatever is alive in the trees, until nothing is. */
export async function killAll(watch: ProcessWatch, spawner: Spawner, clock: Clock): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const alive = await watch.alive();
    if (alive.length === 0) return;
    spawner.killPids(alive.map(({ pid }) => pid));
    await clock.sleep(LOOK_EVERY);
  }
}
