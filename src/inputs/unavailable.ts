import type { Threshold } from '../model/threshold.js';

/*
 * What the contract names and this version does not do yet: recognised and refused, so that it is never taken for a
 * misspelling and never silently ignored.
 */
export const UNAVAILABLE = 'is not available in this version yet';

/** Of a scenario, or of the whole config. */
export const LATER_KEYS: ReadonlySet<string> = new Set(['compare', 'prepare', 'budget']);

export const LATER_INPUTS = ['compare', 'prepare', 'shard'] as const;

/** Of a threshold whose limit hangs on the base branch: why it can not be judged. */
export function needsCompare({ limit }: Threshold): string | undefined {
  if (limit.kind !== 'base') return undefined;
  return `needs compare: base is measured only when comparing, which ${UNAVAILABLE}`;
}
