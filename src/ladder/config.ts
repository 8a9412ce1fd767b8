import { z } from 'zod';
import { type Finding, mustBe, type Path, whole, type WrittenThreshold } from '../lib/fields.js';
import type { Load, RungPlan } from '../model/plan.js';

/* `ladder`: the scenario at one number of flows at once after the other, to learn the capacity. */

/** More rungs than this tell nothing more. */
const MOST_RUNGS = 100;
/** Each slot then runs about three flows: the first and the last are not all there is. */
const ITERATIONS_PER_FLOW = 3;

const EXAMPLE = '[1, 2, 5, 10]';

export const LADDER_FIELDS = {
  ladder: z
    .array(whole(1), { error: mustBe(`a list of flows at once such as ${EXAMPLE}`) })
    .min(2, { error: `must have at least two rungs, such as ${EXAMPLE}` })
    .max(MOST_RUNGS, { error: `must have at most ${MOST_RUNGS} rungs` })
    .optional()
    .describe('how many run at once on each rung, ascending; in place of flows, to learn the capacity'),
};

/** Other ways to say how many run at once. */
const OTHER_LOADS = ['flows', 'rate', 'stages'];

interface LadderConfig {
  /** A rung that is wrong is undefined. */
  readonly ladder?: readonly (number | undefined)[];
  readonly iterations?: number;
}

/**
 * What a ladder and the other keys of its scenario say of each other.
 * @param thresholds of the scenario, alerts too
 */
export function ladderRules(
  path: Path,
  scenario: LadderConfig,
  thresholds: readonly WrittenThreshold[],
): Finding[] {
  if (!('ladder' in scenario)) return [];
  const others = OTHER_LOADS.filter((key) => key in scenario).map((key) => ({
    path,
    key,
    message: `${key} and ladder are given; keep one`,
  }));
  const delay = 'abort-delay delays nothing on a ladder: a rung is judged at its end';
  if ('abort-delay' in scenario) others.push({ path, key: 'abort-delay', message: delay });
  const { ladder: rungs, iterations } = scenario;
  if (rungs === undefined || !rungs.every((flows) => flows !== undefined)) return others;
  const tooFew = tooFewForTop(rungs, iterations);
  return [
    ...others,
    ...ascending([...path, 'ladder'], rungs),
    ...(tooFew === undefined ? [] : [{ path: [...path, 'iterations'], message: tooFew }]),
    ...missingRungs(path, thresholds, rungs),
  ];
}

function ascending(path: Path, rungs: readonly number[]): Finding[] {
  return rungs.flatMap((flows, index) => {
    const before = rungs[index - 1];
    if (before === undefined || flows > before) return [];
    const message = `must be more than the rung before it (${before}), not ${flows}: a ladder is ascending`;
    return [{ path: [...path, index], message }];
  });
}

/** `efficiency(30)` where no rung has 30 flows would never have data. */
function missingRungs(
  path: Path,
  thresholds: readonly WrittenThreshold[],
  rungs: readonly number[],
): Finding[] {
  return thresholds.flatMap(({ threshold, text, place, ...within }) => {
    const { metric, label = '' } = threshold;
    if (metric !== 'efficiency' || rungs.some((flows) => String(flows) === label)) return [];
    const message = `"${text}": the ladder has no rung with ${label} at once; rungs are ${rungs.join(', ')}`;
    return [{ path: [...path, ...within.path], place, message }];
  });
}

/** Why so many iterations are too few for a ladder; undefined if they are not. */
function tooFewForTop(rungs: readonly number[], iterations: number | undefined): string | undefined {
  const top = rungs.at(-1) ?? 0;
  if (iterations === undefined || iterations >= top) return undefined;
  return `iterations (${iterations}) is less than the top rung (${top}): never would ${top} be in flight`;
}

/** The rungs of a valid ladder, and the load that they are together. */
export interface Ladder {
  readonly load: Load;
  readonly ladder: readonly RungPlan[];
}

interface Ends {
  readonly iterations?: number;
  /** ms */
  readonly duration?: number;
}

/** `iterations` or `duration` are those of one rung; with neither, each rung runs three times as many as at once. */
export function planLadder(rungs: readonly number[], { iterations, duration }: Ends): Ladder {
  const flows = rungs.at(-1) ?? 1;
  if (iterations === undefined && duration !== undefined) {
    return {
      load: { model: 'closed', flows, duration: duration * rungs.length },
      ladder: rungs.map((each) => ({ model: 'closed', flows: each, duration })),
    };
  }
  const count = (each: number): number => iterations ?? ITERATIONS_PER_FLOW * each;
  return {
    load: { model: 'closed', flows, iterations: rungs.reduce((sum, each) => sum + count(each), 0) },
    ladder: rungs.map((each) => ({ model: 'closed', flows: each, iterations: count(each) })),
  };
}

interface LoadInputs extends Ends {
  readonly flows?: number;
  readonly rate?: number;
  readonly maxFlows?: number;
}

/** Inputs that a scenario with a ladder can not have, and why. */
export function refusedOnLadder(name: string, rungs: readonly number[], inputs: LoadInputs) {
  const message = `${name} has a ladder, which says how many flows run at once; leave it out`;
  const others = (['flows', 'rate', 'maxFlows'] as const).filter((key) => inputs[key] !== undefined);
  const tooFew = tooFewForTop(rungs, inputs.iterations);
  return [
    ...others.map((key) => ({ key, message })),
    ...(tooFew === undefined ? [] : [{ key: 'iterations' as const, message: tooFew }]),
  ];
}
