import type { CheckId, CheckLevel } from '../model/check.js';

/** The built-in module that is run when nothing else is named. */
export const DEMO_MODULE = 'flowgate:demo';

/** What the demo's bugs are caught by, beside what is always checked. */
export const DEMO_CHECKS: Readonly<Partial<Record<CheckId, CheckLevel>>> = {
  isolation: 'fail',
  cleanup: 'fail',
};
