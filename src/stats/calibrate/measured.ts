import type { ComparisonResult, Pair } from '../../model/comparison.js';
import type { ValidityLimits } from '../compare/validity.js';

/** One comparison of head with itself, slowed or not. */
export interface MeasuredRun {
  /** Share of itself by which each flow of one side was made longer; 0: nothing differed. */
  readonly slowdown: number;
  /** The dropped ones too. */
  readonly pairs: readonly Pair[];
  readonly validity: ValidityLimits;
  readonly results: readonly ComparisonResult[];
  /** ms from the first round's start to the last one's end. */
  readonly time: number;
  /** It had all the budget that a comparison has, and ended by itself. */
  readonly whole: boolean;
}
