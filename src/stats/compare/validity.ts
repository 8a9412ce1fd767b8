import type { Pair, Round } from '../../model/comparison.js';
import { formatRatio, formatTime } from '../../lib/format.js';

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

/** Why a pair is dropped, for people; undefined if it is kept. */
export function whyDropped(pair: Pair, limits: ValidityLimits): string | undefined {
  const reasons = (['base', 'head'] as const).flatMap((side) => {
    const { steal = 0, startSkew = 0 } = pair[side];
    return [
      ...(steal > limits.steal
        ? [`${formatRatio(steal)} of the machine was given to others while ${side} ran`]
        : []),
      ...(startSkew > limits.startSkew ? [`flows of ${side} started ${formatTime(startSkew)} apart`] : []),
    ];
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** What was not measured can not speak against a round. */
function isUndisturbed({ steal = 0, startSkew = 0 }: Round, limits: ValidityLimits): boolean {
  return steal <= limits.steal && startSkew <= limits.startSkew;
}
