import type { Record } from '../model/record.js';
import type { Threshold } from '../model/threshold.js';
import { summarize } from '../stats/summarize.js';
import { byHowMuch } from './decide.js';
import { judge } from './judge.js';

/**
 * Why a run that is under way is to be aborted: the first gate with abort-on-fail whose delay is over and that what has
 * been measured so far does not meet. Undefined if there is none. No data aborts nothing.
 * @param elapsed ms since the first flow could start
 */
export function abortReason(
  thresholds: readonly Threshold[],
  soFar: Record,
  elapsed: number,
): string | undefined {
  const due = thresholds.filter(({ abort }) => abort !== undefined && elapsed >= abort.delay);
  if (due.length === 0) return undefined;
  const failed = judge(due, summarize(soFar)).find(({ outcome }) => outcome === 'fail');
  return failed === undefined ? undefined : byHowMuch(failed);
}
