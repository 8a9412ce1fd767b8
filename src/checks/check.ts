import type { CheckId } from '../model/checks.js';
import type { Record } from '../model/record.js';
import type { CheckResult } from '../model/results.js';

/** Parts of a record that a check may need. */
export type Artifact =
  | 'flows'
  | 'processes'
  | 'closed model'
  | 'verify'
  | 'left behind'
  | 'tokens'
  | 'lasting process'
  | 'steady load'
  | 'long run'
  | 'waves';

export interface Finding {
  readonly outcome: CheckResult['outcome'];
  /** One line each, the most telling first; may hold what a flow printed. */
  readonly evidence: readonly string[];
}

/** A yes/no property of a record: what it is called, what it needs, and one pure function. */
export interface Check {
  readonly id: CheckId;
  /** What holds when it passes. */
  readonly title: (record: Record) => string;
  /** What is wrong when it fails. */
  readonly failureTitle: (record: Record) => string;
  /** The property and how it is seen, for the documentation. */
  readonly description: string;
  /** Without one of these the check is inconclusive and is not run. */
  readonly needs: readonly Artifact[];
  /** Where nobody asked for it, it is listed only if it fails. */
  readonly quiet?: true;
  readonly run: (record: Record) => Finding;
}
