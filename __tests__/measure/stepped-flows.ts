import type { Flow } from '../../src/model/flow.js';
import { flowOf } from '../fakes/record.js';

export type Times = Readonly<Record<string, number>>;

/** Flows in `slots` slots, one after another in each, whose steps follow one another; times in ms. */
export function chained(count: number, slots: number, times: (index: number) => Times): Flow[] {
  const free = new Array<number>(slots).fill(0);
  return Array.from({ length: count }, (_, index) => {
    const slot = free.indexOf(Math.min(...free));
    const startedAt = free[slot] ?? 0;
    let at = startedAt;
    const steps = Object.entries(times(index)).map(([name, time]) => {
      const step = { name, startedAt: at, endedAt: at + time };
      at += time;
      return step;
    });
    free[slot] = at;
    return flowOf({ iteration: index + 1, slot: slot + 1, startedAt, endedAt: at, steps });
  });
}

/** Rungs that run `waves` flows in each slot. */
export function climbed(rungs: readonly number[], waves: number, times: (rung: number) => Times): Flow[] {
  return rungs.flatMap((rung) =>
    chained(rung * waves, rung, () => times(rung)).map((flow) => ({ ...flow, rung })),
  );
}
