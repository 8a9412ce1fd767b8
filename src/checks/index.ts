import type { CheckId, CheckLevel } from '../model/checks.js';
import type { Record } from '../model/record.js';
import type { CheckResult } from '../model/results.js';
import { type Check, runCheck, whyMissing } from './check.js';
import { cleanup } from './cleanup/cleanup.js';
import { concurrency } from './concurrency.js';
import { growth } from './growth/growth.js';
import { invariants } from './invariants.js';
import { isolation } from './isolation/isolation.js';
import { monitoring } from './monitoring.js';
import { containment } from './waves/containment.js';
import { recovery } from './waves/recovery.js';

export type CheckLevels = Readonly<Partial<globalThis.Record<CheckId, CheckLevel>>>;

/** Every check that exists, in the order of the report. */
export const CHECKS: readonly Check[] = [
  concurrency,
  invariants,
  isolation,
  containment,
  recovery,
  cleanup,
  monitoring,
  growth,
];

/** The level that the user asked for, else the check's own. */
export function levelOf(id: CheckId, levels: CheckLevels): CheckLevel {
  return levels[id] ?? CHECKS.find((check) => check.id === id)?.level ?? 'off';
}

/**
 * Runs the checks over a record; `levels` are those that the user asked for, they go before the default ones.
 * A check that is asked for is always listed, inconclusive if it cannot be run: it never passes unseen. One that
 * nobody asked for and that has nothing to look at is left out, as is one at level off; `unasked` are levels of such
 * checks beside the default ones, and what they leave open is left out too. Never throws.
 */
export function runChecks(record: Record, levels: CheckLevels, unasked: CheckLevels = {}): CheckResult[] {
  // They look at flows that flowgate has run and watched itself.
  if (record.imported !== undefined) return [];
  return CHECKS.flatMap((check) => {
    const { id } = check;
    const level = levelOf(id, { ...unasked, ...levels });
    if (level === 'off') return [];
    if (levels[id] === undefined && whyMissing(check, record) !== undefined) return [];
    const judged = runCheck(check, record);
    if (levels[id] === undefined && check.quiet === true && judged.outcome !== 'fail') return [];
    if (levels[id] === undefined && unasked[id] !== undefined && judged.outcome === 'inconclusive') return [];
    // What nobody asked for stops nobody for want of data.
    const isSpared = levels[id] === undefined && judged.outcome === 'inconclusive';
    return [{ ...judged, level: isSpared ? 'warn' : level }];
  });
}
