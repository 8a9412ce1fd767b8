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

/** Flows that it takes to see the bug `leak`, for each of those at once; fewer than ten at once need as many as ten. */
const LEAK_TURNS = 20;
const FEWEST_AT_ONCE = 10;
/** So that they take no longer than it takes to look: the models answer so many times faster. */
const LEAK_SPEED = '5';

/** What the demo is run with when nothing else is said: a leak shows only in the long run. */
export function demoDefaults({ bug, flows }: { readonly bug?: string; readonly flows?: number }) {
  if (bug !== 'leak') return {};
  const iterations = LEAK_TURNS * Math.max(FEWEST_AT_ONCE, flows ?? FEWEST_AT_ONCE);
  return { iterations, options: { speed: LEAK_SPEED } };
}
