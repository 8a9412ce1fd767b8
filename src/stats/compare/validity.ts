import type { Pair, Round } from '../../model/comparison.js';

/** A pair in which either round is beyond one of these is dropped as a whole. */
export interface ValidityLimits {
  /** Share of the machine's CPU time given to others, 0…1. */
  readonly steal: number;
  /** ms */
  readonly startSkew: number;
}

export const VALIDITY_LIMITS: ValidityLimits = { steal: 0.05, startSkew: 100 };

/**
 * Blind to the outcome twice over: no metric is looked at, and base and head are treated alike, so that swapping the
 * two rounds changes nothing and under the null hypothesis a kept difference is still as likely as its opposite.
 */
export function isValid({ base, head }: Pair, limits: ValidityLimits): boolean {
  return isUndisturbed(base, limits) && isUndisturbed(head, limits);
}

/** What was not measured can not speak against a round. */
function isUndisturbed({ steal = 0, startSkew = 0 }: Round, limits: ValidityLimits): boolean {
  return steal <= limits.steal && startSkew <= limits.startSkew;
}
