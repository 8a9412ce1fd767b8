import {
  beginComparison,
  type ComparisonOptions,
  type ComparisonState,
  nextLook,
} from '../../../src/compare/statistics/looks.js';
import { seededRandom, seedOf } from '../../../src/lib/random.js';
import type { ComparedMetric, ComparisonResult } from '../../../src/model/comparison.js';
import { type Machine, pairsOf, sharedRunner } from './rounds.js';

export interface Experiment {
  readonly metrics: readonly ComparedMetric[];
  /** How much slower head really is; 1 for A/A. */
  readonly ratio: number;
  readonly options?: ComparisonOptions;
  readonly machine?: (random: () => number) => Machine;
}

/** One whole run, from the first pair to the decision, as it would go on a real machine. */
export function runOnce(experiment: Experiment, seed: number): ComparisonState {
  const { metrics, ratio, options = {}, machine = sharedRunner } = experiment;
  const pairs = pairsOf(machine(seededRandom(seedOf(seed, 1))), ratio, seed);
  let state = beginComparison(metrics, options);
  while (state.status === 'continue' && state.wanted !== undefined)
    state = nextLook(state, pairs(state.wanted));
  return state;
}

/** Runs with seeds from `from` on. */
export function runMany(experiment: Experiment, runs: number, from = 1): readonly ComparisonState[] {
  return Array.from({ length: runs }, (_, index) => runOnce(experiment, from + index));
}

/** In which share of runs any result is like this. */
export function shareOf(
  states: readonly ComparisonState[],
  isSuch: (result: ComparisonResult) => boolean,
): number {
  return states.filter(({ results }) => results.some(isSuch)).length / states.length;
}

/** With base against itself, an alarm. */
export function isClaim({ outcome }: ComparisonResult): boolean {
  return outcome === 'regression' || outcome === 'improvement';
}
