import type { Opponents } from '../baseline/opponent.js';
import type { ComparePlan } from '../model/compare-plan.js';
import type { Plan } from '../model/plan.js';
import { openTrees, type TreeContext, type TreePorts } from './open-trees.js';

export interface TreeWorld {
  readonly ports: TreePorts;
  readonly context: TreeContext;
}

/**
 * Judges a plan: as it is if nothing is to be compared; else with head and base in trees of their own, which are removed
 * whatever comes of it.
 */
export async function inTrees<T>(
  plan: Plan,
  { ports, context }: TreeWorld,
  judge: (plan: Plan, against: { readonly opponents?: Opponents }) => Promise<T>,
): Promise<T> {
  if (!compares(plan)) return judge(plan, {});
  const { plan: headPlan, opponents } = await openTrees(plan, ports, context);
  try {
    return await judge(headPlan, { opponents });
  } finally {
    await opponents.close();
  }
}

function compares(plan: Plan): plan is Plan & { readonly compare: ComparePlan } {
  return plan.compare !== undefined;
}
