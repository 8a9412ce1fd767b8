import type { Leftover } from '../model/record.js';
import type { Clock, ProcessReading, Spawner } from '../ports.js';
import { iterationOf, type Identity } from './identity.js';
import type { ProcessWatch } from './watch.js';

/** What ends by itself in this time was ending already. ms. */
const GRACE = 300;
const LOOK_EVERY = 50;

/** How often the last processes are killed before they are taken for unkillable (a process in state D is). */
const KILL_ROUNDS = 20;

/** Processes that flows have started and that are still alive a moment after the last flow has ended. */
export async function findLeftovers(
  watch: ProcessWatch,
  clock: Clock,
  { identity, slots }: { identity: Identity; slots: ReadonlyMap<number, number> },
): Promise<readonly Leftover[]> {
  let left = await watch.flowProcesses();
  for (let waited = 0; waited < GRACE && left.length > 0; waited += LOOK_EVERY) {
    await clock.sleep(LOOK_EVERY);
    left = await watch.flowProcesses();
  }
  return left.map((reading) => leftover(reading, identity, slots));
}

function leftover(
  { pid, parent, command, token }: ProcessReading,
  identity: Identity,
  slots: ReadonlyMap<number, number>,
): Leftover {
  const iteration = token === undefined ? undefined : iterationOf(identity, token);
  const slot = iteration === undefined ? undefined : slots.get(iteration);
  return {
    pid,
    parent,
    command,
    ...(slot === undefined ? {} : { slot }),
    ...(iteration === undefined ? {} : { iteration }),
  };
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
