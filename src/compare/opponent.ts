import type { ComparedCommits, ComparePlan } from '../model/comparison.js';
import type { ScenarioPlan } from '../model/plan.js';

/** One of the two that are compared, as people call it. */
export interface Side {
  /** A ref, a command, the path of a config. */
  readonly label: string;
  readonly sha?: string;
}

/** What head is compared with in one scenario. */
export type Opponent =
  | {
      readonly plan: ScenarioPlan;
      readonly base: Side;
      readonly head: Side;
      readonly commits?: ComparedCommits;
    }
  /** Why there is nothing to compare with: the scenario is new in head, base does not build, … */
  | {
      readonly absent: string;
      readonly base: Side;
      readonly head: Side;
      readonly commits?: ComparedCommits;
    };

export type SideName = 'base' | 'head';

/** Watches over what one side does to the files of the other. */
export interface TreeGuard {
  /** The code of this side runs until `act` has ended; `what` names it, `flows` if left out. */
  during<T>(side: SideName, act: () => Promise<T>, what?: string): Promise<T>;
  /**
   * What one side changed in the files of the other so far, as a sentence without its end. It looks only if that takes a
   * small part of the time, or if it `must`. The last caller must.
   */
  look(options?: { readonly must?: boolean }): Promise<string | undefined>;
  /** Processes of both sides run from now on, whoever's turn it is, until what it returns is called. */
  keepUp(): () => void;
}

/** What the scenarios of a plan are compared with, ready to be run. */
export interface Opponents {
  readonly how: ComparePlan;
  /** Undefined where the sides have no trees of their own. */
  readonly guard?: TreeGuard;
  of(scenario: ScenarioPlan): Opponent;
  /** Removes what was made for it, such as worktrees. */
  close(): Promise<void>;
}
