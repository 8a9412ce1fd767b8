import type { Opponents } from '../baseline/opponent.js';
import type { ComparePlan } from '../model/comparison.js';
import type { Plan } from '../model/plan.js';
import { openTrees, type TreeContext, type TreePorts } from './open-trees.js';

export interface TreeWorld {
  readonly ports: TreePorts;
  readonly context: TreeContext;
}

/**
 * What comes of a plan. Both are done before the trees are removed: that may take longer than a runner leaves a job that
 * is cancelled.
 */
export interface Judging<T> {
  /** Measures, judges and tells. */
  readonly judge: (plan: Plan, against: { readonly opponents?: Opponents }) => Promise<T>;
  /** Tells what has kept it from being judged in trees; thrown on if left out. */
  readonly fail?: (thrown: unknown) => Promise<T>;
}

/**
 * Has a plan judged: as it is if nothing is to be compared; else with head and base in trees of their own, which are
 * removed last, whatever comes of it.
 */
export async function inTrees<T>(
  plan: Plan,
  { ports, context }: TreeWorld,
  { judge, fail }: Judging<T>,
): Promise<T> {
  if (!compares(plan)) return judge(plan, {});
  const trees = await openTrees(plan, ports, context);
  try {
    if ('thrown' in trees) throw trees.thrown;
    return await judge(trees.plan, { opponents: trees.opponents });
  } catch (thrown) {
    if (fail === undefined) throw thrown;
    return await fail(thrown);
  } finally {
    await ('thrown' in trees ? trees : trees.opponents).close();
  }
}

function compares(plan: Plan): plan is Plan & { readonly compare: ComparePlan } {
  return plan.compare !== undefined;
}
