import type { CheckId, CheckLevel } from '../model/checks.js';
import type { KillPlan } from '../model/faults.js';

/** The built-in module that is run if the demo is asked for, and never otherwise. */
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
/** So that long runs take no longer than it takes to look: models so many times faster, and so much smaller. */
const QUICK = '5';

/** Rounds that show these two bugs whatever the seed: a wave in which no flow happens to be killed shows nothing. */
const ROUNDS_OF_BUGS = 7;
/** Early enough for flows that take a fifth of the time: 0.4 s. */
const KILL: KillPlan = { share: 0.4, after: { from: 50, to: 350 }, signal: 'SIGKILL' };
/** ms: whoever waits for what is never given back has waited long enough. */
const STUCK_TIMEOUT = 2500;

/**
 * What the demo is run with when no input says otherwise: a leak shows only in the long run, and what one flow's death does
 * to others only when some are killed. How to kill without a bug is in docs/demo.md.
 */
export function demoDefaults({ bug, flows = AT_ONCE }: { readonly bug?: string; readonly flows?: number }) {
  const options = { speed: QUICK };
  const waves = { faults: { kill: KILL, rounds: ROUNDS_OF_BUGS }, warmup: flows, options };
  if (bug === 'leak') return { iterations: Math.max(LEAK_FLOWS, LEAK_TURNS * flows), options };
  if (bug === 'cascade') return waves;
  return bug === 'stuck' ? { ...waves, timeout: STUCK_TIMEOUT } : {};
}
