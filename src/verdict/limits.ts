import type { LimitsRecord } from '../model/limits.js';
import { limitWords } from '../lib/limit-words.js';
import type { Concern } from '../model/threshold.js';

/**
 * Limits that were asked for and not, or not wholly, in force: whatever passed, passed without them. The verdict is
 * `warn` at best.
 */
export function limitConcerns(limits: LimitsRecord | undefined): Concern[] {
  if (limits === undefined) return [];
  const { enforced, unenforced, leftBehind } = limits;
  const missing = unenforced.map(
    (limit) => `the limit of ${limitWords(limit)} was not in force: ${limit.reason}`,
  );
  const weaker = enforced
    .filter((limit) => limit.weaker === true)
    .map((limit) => `the limit of ${limitWords(limit)} was weaker than asked: ${limit.remark ?? limit.by}`);
  return [...missing, ...weaker, ...leftBehind].map((reason) => ({ verdict: 'warn', reason }));
}
