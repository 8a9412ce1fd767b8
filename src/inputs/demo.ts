import type { CheckId, CheckLevel } from '../model/check.js';

/** The built-in module that is run when nothing else is named. */
export const DEMO_MODULE = 'flowgate:demo';

/** What the demo's bugs are caught by, beside what is always checked. */
export const DEMO_CHECKS: Readonly<Partial<Record<CheckId, CheckLevel>>> = {
  isolation: 'fail',
  cleanup: 'fail',
};

/** It is judged in runs that are long enough for it, and says nothing in others. */
export const DEMO_UNASKED = { growth: 'fail' } as const;

/**
 * Flows that show the bug `leak` and stay below the default gate on memory; ten turns of those at once are the fewest that
 * the check judges.
 */
const LEAK_FLOWS = 200;
const LEAK_TURNS = 10;
const AT_ONCE = 10;
/** So that they take no longer than it takes to look: models so many times faster, and so much smaller. */
const LEAK_SPEED = '5';

/** What the demo is run with when nothing else is said: a leak shows only in the long run. */
export function demoDefaults({ bug, flows }: { readonly bug?: string; readonly flows?: number }) {
  if (bug !== 'leak') return {};
  const iterations = Math.max(LEAK_FLOWS, LEAK_TURNS * (flows ?? AT_ONCE));
  return { iterations, options: { speed: LEAK_SPEED } };
}
