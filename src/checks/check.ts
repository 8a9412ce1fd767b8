import { messageOf } from '../lib/errors.js';
import { startedFlows } from '../measure/figures.js';
import { tallyOf } from '../measure/tally.js';
import type { CheckId, CheckLevel } from '../model/checks.js';
import type { Record } from '../model/record.js';
import type { CheckResult } from '../model/results.js';

/** A part of a record that a check needs. */
export interface Need {
  readonly in: (record: Record) => boolean;
  /** Why it is not there. */
  readonly why: string;
}

export const FLOWS: Need = {
  in: (record) => startedFlows(tallyOf(record)) > 0,
  why: 'no flow was started',
};

export interface Finding {
  readonly outcome: CheckResult['outcome'];
  /** One line each, the most telling first; may hold what a flow printed. */
  readonly evidence: readonly string[];
}

/** A yes/no property of a record: what it is called, what it needs, and one pure function. */
export interface Check {
  readonly id: CheckId;
  /** In force where the user names none. Without it the check runs only when it is asked for. */
  readonly level?: CheckLevel;
  /** What holds when it passes. */
  readonly title: (record: Record) => string;
  /** What is wrong when it fails. */
  readonly failureTitle: (record: Record) => string;
  /** The property and how it is seen, for the documentation. */
  readonly description: string;
  /** Without one of these the check is inconclusive and is not run. */
  readonly needs: readonly Need[];
  /** Where nobody asked for it, it is listed only if it fails. */
  readonly quiet?: true;
  readonly run: (record: Record) => Finding;
}

/** A check's result before a level says what it is worth. */
type Judged = Omit<CheckResult, 'level'>;

/**
 * Runs one check over a record. One that throws is inconclusive, with the error as evidence: a defect in one check is
 * not the run's.
 */
export function runCheck(check: Check, record: Record): Judged {
  const missing = whyMissing(check, record);
  if (missing !== undefined) return notKnown(check, { record, evidence: [missing] });
  try {
    const { outcome, evidence } = check.run(record);
    if (outcome === 'inconclusive') return notKnown(check, { record, evidence });
    const title = outcome === 'pass' ? check.title(record) : check.failureTitle(record);
    return { id: check.id, outcome, title, evidence: [...evidence] };
  } catch (thrown) {
    return notKnown(check, { record, evidence: [`the check itself failed: ${messageOf(thrown)}`] });
  }
}

/** Why the check cannot be run: the first part of the record that it needs and does not find. */
export function whyMissing({ needs }: Check, record: Record): string | undefined {
  return needs.find((need) => !need.in(record))?.why;
}

function notKnown(
  check: Check,
  { record, evidence }: { record: Record; evidence: readonly string[] },
): Judged {
  const title = check.title(record);
  return {
    id: check.id,
    outcome: 'inconclusive',
    title: `Not known: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    evidence: [...evidence],
  };
}
