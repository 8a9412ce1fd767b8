/** A part of a staged load; times in ms. */
interface StageTime {
  readonly duration: number;
  /** Of `duration`, the first part, in which the level moves to this stage's in a straight line; else it steps. */
  readonly ramp?: number;
}

export interface FlowsStage extends StageTime {
  readonly flows: number;
}

export interface RateStage extends StageTime {
  /** Starts per second. */
  readonly rate: number;
}

/** Closed model in stages; `flows`: the most of any stage. */
export interface StagedLoad {
  readonly model: 'closed';
  readonly flows: number;
  readonly stages: readonly FlowsStage[];
}

/**
 * Open model: flows are due at times that do not depend on how earlier ones get on. `flows`: most in flight; one that is
 * due when so many are is dropped, and never started later.
 */
export type OpenLoad =
  | {
      readonly model: 'open';
      readonly flows: number;
      /** Starts per second. */
      readonly rate: number;
      /** ms. */
      readonly duration: number;
    }
  | { readonly model: 'open'; readonly flows: number; readonly stages: readonly RateStage[] };

/** ms of all stages together. */
export function lengthOf(stages: readonly StageTime[]): number {
  return stages.reduce((sum, { duration }) => sum + duration, 0);
}
