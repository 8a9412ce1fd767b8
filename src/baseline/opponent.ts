import type { ComparedCommits } from '../model/compared.js';
import type { ComparePlan } from '../model/compare-plan.js';
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

/** What the scenarios of a plan are compared with, ready to be run. */
export interface Opponents {
  readonly how: ComparePlan;
  of(scenario: ScenarioPlan): Opponent;
  /** Removes what was made for it, such as worktrees. */
  close(): Promise<void>;
}
