import type { Compared } from '../model/comparison.js';
import type { CheckResult } from '../model/results.js';
import type { Concern } from '../model/threshold.js';

/**
 * What grows more in head than in base counts at the level of the check `growth`, if that was asked for; else it is only
 * told. It says more than the check does: base is the witness that the load and the machine are not why.
 */
export function growthConcerns(
  compared: Compared | undefined,
  checks: readonly Pick<CheckResult, 'id' | 'level'>[],
): Concern[] {
  const level = checks.find(({ id }) => id === 'growth')?.level;
  if (level === undefined || level === 'off') return [];
  return (compared?.growth?.found ?? [])
    .filter(({ outcome }) => outcome === 'more')
    .map(({ sentence }) => ({ verdict: level, reason: sentence }));
}
