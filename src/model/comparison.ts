import { z } from 'zod';
import type { ThresholdLevel } from './threshold.js';

/*
 * Head against base: what goes into a comparison, and what comes out of it. The result is part of results.json;
 * numbers in base units.
 */

/**
 * `regression`: worse than base by more than the margin and, by estimate, by at least the limit. `no_regression`: worse
 * by less than the limit. `improvement`: better than base by more than the margin. `unresolved`: none of them is known.
 */
export const COMPARISON_OUTCOMES = ['regression', 'no_regression', 'improvement', 'unresolved'] as const;

export type ComparisonOutcome = (typeof COMPARISON_OUTCOMES)[number];

/** One side of a pair: the whole concurrent scenario, run once in one tree. */
export interface Round {
  /** By the metric's canonical name, in base units; null where there was no data. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly flows: { readonly started: number; readonly failed: number };
  /** Share of the machine's CPU time that the hypervisor gave to others meanwhile, 0…1. */
  readonly steal?: number;
  /** ms between the first and the last start behind the barrier. */
  readonly startSkew?: number;
  /** Lowest resident bytes of what outlives the flows: the services together, and the one host of module flows. */
  readonly held?: { readonly service?: number; readonly host?: number };
}

export type PairOrder = 'base_first' | 'head_first';

export interface Pair {
  readonly order: PairOrder;
  readonly base: Round;
  readonly head: Round;
}

/**
 * How two rounds are set against each other. `relative`: by the logarithm of head ÷ base. `absolute`: by head − base in
 * the metric's base unit. `rate`: a share of flows (`success_rate`, `error_rate`), by the flows counted in each round.
 */
export type ComparisonScale = 'relative' | 'absolute' | 'rate';

export interface ComparedMetric {
  /** Canonical name, the key of `Round.values`; each at most once in a run. */
  readonly metric: string;
  readonly worse: 'higher' | 'lower';
  readonly scale: ComparisonScale;
  /**
   * How much worse is too much, 0 or more: a ratio for `relative` (0.05 for `base + 5%`, or for `base - 5%` of a
   * metric that is worse when lower; then below 1), base units for `absolute`, percentage points ÷ 100 for `rate`.
   */
  readonly limit: number;
  /** In the unit of `limit`; 2% for `relative`, else 0, if left out. */
  readonly margin?: number;
  /** A metric at level `warn` does not hold up the run; `fail` if left out. */
  readonly level?: ThresholdLevel;
}

const figure = z.number().nullable();

export const comparisonSchema = z.object({
  metric: z.string(),
  scale: z.enum(['relative', 'absolute', 'rate']),
  base: figure.meta({ description: 'median over the pairs; of a rate, over all flows' }),
  head: figure,
  change: figure.meta({
    description: 'head ÷ base − 1 if relative, else head − base: estimate over the pairs',
  }),
  low: figure.meta({ description: 'interval of the change' }),
  high: figure,
  confidence: figure.meta({
    description: 'with which the interval holds the true change, at whichever look it was taken',
  }),
  pairs: z.int().meta({ description: 'valid ones that this result rests on' }),
  dropped: z.int().meta({ description: 'invalid pairs among them, left out' }),
  looks: z.int().meta({ description: 'how often the pairs were looked at' }),
  limit: z.number().meta({ description: 'how much worse is too much' }),
  outcome: z.enum(COMPARISON_OUTCOMES),
  mde: figure.meta({
    description:
      'minimum detectable effect: a change for the worse that so many pairs find to be a regression in 95% of runs',
  }),
  needed: figure.meta({
    description: 'pairs that would tell a change of the size of the limit from the margin in 95% of runs',
  }),
  /** Why it is unresolved, if for another reason than noise. */
  reason: z.string().optional(),
});

export type ComparisonResult = z.infer<typeof comparisonSchema>;
