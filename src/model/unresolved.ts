import type { Results, ScenarioResults } from './results.js';

/**
 * Nothing but the comparison with the base is open: no alert was raised, no check fails, all else was measured. That is so
 * whatever the verdict makes of it, `pass` included.
 */
export function isOnlyUnresolved({ verdict, interrupted, ...judged }: ScenarioResults): boolean {
  if (verdict === 'fail' || interrupted !== undefined) return false;
  const open = judged.thresholds.filter(({ outcome }) => outcome !== 'pass');
  return (
    open.length > 0 &&
    open.every(({ outcome }) => outcome === 'unresolved' || outcome === 'not_judged') &&
    judged.checks.every(({ outcome }) => outcome === 'pass')
  );
}

/** Nothing else has made the verdict what it is. */
export function isUnresolvedAlone({ verdict, scenarios }: Pick<Results, 'verdict' | 'scenarios'>): boolean {
  return scenarios.every((scenario) => scenario.verdict !== verdict || isOnlyUnresolved(scenario));
}

/** `1 of 2 scenarios is unresolved`; undefined if none is by its comparison alone. */
export function unresolvedTally({ scenarios }: Pick<Results, 'scenarios'>): string | undefined {
  const left = scenarios.filter(isOnlyUnresolved);
  const open = left.length;
  if (open === 0) return undefined;
  if (left.every(({ compared }) => compared === undefined)) return 'nothing was compared';
  if (scenarios.length === 1) return 'the comparison is unresolved';
  const whole =
    open === scenarios.length ? `all ${open} scenarios` : `${open} of ${scenarios.length} scenarios`;
  return `${whole} ${open === 1 ? 'is' : 'are'} unresolved`;
}
