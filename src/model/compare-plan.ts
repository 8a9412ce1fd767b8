import type { ThresholdLevel } from './threshold.js';

/*
 * Head against base: what a plan asks for. Head is what the plan describes; base is a commit of the same repository, or
 * a second command or config.
 */

/** What becomes of a comparison that its budget did not resolve. */
export const UNRESOLVED_ANSWERS = ['fail', 'warn', 'pass'] as const;

export type UnresolvedAnswer = (typeof UNRESOLVED_ANSWERS)[number];

/** Between two rounds a service is kept up, or each round starts its own. */
export const ROUND_SERVICES = ['keep', 'restart'] as const;

export type RoundServices = (typeof ROUND_SERVICES)[number];

export interface ComparePlan {
  /** A git ref, or `base`: what the pull request is to be merged into, else the default branch. */
  readonly ref: string;
  /** A command that is run once in each tree before anything is measured. */
  readonly prepare?: string;
  /** ms that the rounds of one scenario may take. */
  readonly budget: number;
  /** Kept up if left out, unless services of both sides may clash unseen. */
  readonly services?: RoundServices;
  readonly onUnresolved: UnresolvedAnswer;
  /** Of the gates that are in force when no threshold hangs on the base. */
  readonly defaultLevel: ThresholdLevel;
}
