import { z } from 'zod';
import type { Load, RungPlan } from '../model/plan.js';
import type { LoadWish } from './load.js';
import { show, whole } from './fields.js';

/** More rungs than this tell nothing more. */
const MOST_RUNGS = 100;
/** Each slot then runs about three flows: the first and the last are not all there is. */
const ITERATIONS_PER_FLOW = 3;

const EXAMPLE = '[1, 2, 5, 10]';

/** Flows at once of each rung: whole numbers, ascending, at least two. */
export const ladder = z
  .array(whole(1), {
    error: ({ input }) => `must be a list of flows at once such as ${EXAMPLE}, not ${show(input)}`,
  })
  .min(2, { error: `must have at least two rungs, such as ${EXAMPLE}` })
  .max(MOST_RUNGS, { error: `must have at most ${MOST_RUNGS} rungs` })
  .superRefine((rungs, context) => {
    rungs.forEach((flows, index) => {
      const before = rungs[index - 1];
      if (before === undefined || flows > before) return;
      const message = `must be more than the rung before it (${before}), not ${flows}: a ladder is ascending`;
      context.addIssue({ code: 'custom', message, path: [index] });
    });
  });

/** The rungs of a valid ladder, and the load that they are together. */
export interface Ladder {
  readonly rungs: readonly RungPlan[];
  readonly load: Load;
}

/** `iterations` or `duration` are those of one rung; with neither, each rung runs three times as many as at once. */
export function planLadder(rungs: readonly number[], { iterations, duration }: LoadWish): Ladder {
  const top = rungs.at(-1) ?? 1;
  if (iterations === undefined && duration !== undefined) {
    return {
      rungs: rungs.map((flows) => ({ model: 'closed', flows, duration })),
      load: { model: 'closed', flows: top, duration: duration * rungs.length },
    };
  }
  const counts = rungs.map((flows) => iterations ?? ITERATIONS_PER_FLOW * flows);
  return {
    rungs: rungs.map((flows, index) => ({ model: 'closed', flows, iterations: counts[index] ?? flows })),
    load: { model: 'closed', flows: top, iterations: counts.reduce((sum, count) => sum + count, 0) },
  };
}

/** Why so many iterations are too few for a ladder; undefined if they are not. */
export function tooFewForTop(rungs: readonly number[], iterations: number | undefined): string | undefined {
  const top = rungs.at(-1) ?? 0;
  if (iterations === undefined || iterations >= top) return undefined;
  return `iterations (${iterations}) is less than the top rung (${top}): never would ${top} be in flight`;
}
