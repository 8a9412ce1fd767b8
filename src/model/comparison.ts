import { z } from 'zod';
import type { Inferred } from './inferred.js';
import { REPORTED_UNITS } from './flow.js';
import type { ThresholdLevel } from './threshold.js';

/*
 * Head against base: what a plan asks for. Head is what the plan describes; base is a commit of the same repository, or
 * a second command or config.
 */

/** What becomes of a comparison that its budget did not resolve. */
export const UNRESOLVED_ANSWERS = ['fail', 'warn', 'pass'] as const;

export type UnresolvedAnswer = (typeof UNRESOLVED_ANSWERS)[number];

/** Each round starts its own services, module hosts and what setup starts, or one start of either side is kept up. */
export const ROUND_SERVICES = ['restart', 'keep'] as const;

export type RoundServices = (typeof ROUND_SERVICES)[number];

export interface ComparePlan {
  /** A git ref, or `base`: what the pull request is to be merged into, else the default branch. */
  readonly ref: string;
  /** A command that is run once in each tree before anything is measured. */
  readonly prepare?: string;
  /** ms that the rounds of one scenario may take; undefined: as long as the first look needs, within bounds. */
  readonly budget?: number;
  readonly services: RoundServices;
  /** With services that are kept up: by what share two starts differ (standard deviation). */
  readonly startSpread?: number;
  readonly onUnresolved: UnresolvedAnswer;
  /** Of the gates that are in force when no threshold hangs on the base. */
  readonly defaultLevel: ThresholdLevel;
}

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

const round = z.object({
  /** By the metric's canonical name, in base units; null where there was no data. */
  values: z.record(z.string(), z.number().nullable()),
  units: z
    .record(z.string(), z.enum(REPORTED_UNITS))
    .optional()
    .meta({ description: 'of those values that flows reported' }),
  flows: z.object({ started: z.int(), failed: z.int() }),
  /** Share of the machine's CPU time that the hypervisor gave to others meanwhile, 0…1. */
  steal: z.number().optional(),
  /** ms between the first and the last start behind the barrier. */
  startSkew: z.number().optional(),
  /** The services together, and the one host of module flows. */
  held: z
    .object({ service: z.number().optional(), host: z.number().optional() })
    .optional()
    .meta({ description: 'lowest resident bytes of what outlives the flows' }),
});

/** One side of a pair: the whole concurrent scenario, run once in one tree. */
export type Round = Inferred<typeof round>;

const pair = z.object({
  order: z.enum(['base_first', 'head_first']),
  base: round,
  head: round,
  dropped: z
    .string()
    .optional()
    .meta({ description: 'why the pair does not count: a rule blind to its outcome' }),
});

export type ComparedPair = Inferred<typeof pair>;
/** A pair of which nobody has said yet whether it counts. */
export type Pair = Omit<ComparedPair, 'dropped'>;
export type PairOrder = Pair['order'];

/**
 * How two rounds are set against each other. `relative`: by the logarithm of head ÷ base. `absolute`: by head − base in
 * the metric's base unit. `rate`: a share of flows (`success_rate`, `error_rate`), by the flows counted in each round.
 */
export const COMPARISON_SCALES = ['relative', 'absolute', 'rate'] as const;

export type ComparisonScale = (typeof COMPARISON_SCALES)[number];

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
  scale: z.enum(COMPARISON_SCALES),
  unit: z.enum(REPORTED_UNITS).optional().meta({ description: 'of a metric that flows report' }),
  worse: z
    .literal('lower')
    .optional()
    .meta({ description: 'of such a metric, if the config says that more is better' }),
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
  widened: z.number().optional().meta({
    description:
      'part of the half width that is for two starts that differ, and not for the pairs: in ln if relative',
  }),
  dependence: z
    .object({
      correlation: z.number().meta({ description: 'lag-1 autocorrelation of their differences, −1…1' }),
      p: z.number().meta({ description: 'how often independent pairs resemble each other as much' }),
      batches: z.int().optional().meta({
        description:
          'where p is at most 0.1: of how many batches of consecutive pairs, two at least, what is claimed must hold too',
      }),
    })
    .optional()
    .meta({ description: 'how much pairs resemble those that were run right before them' }),
  /** Why it is unresolved, if for another reason than noise. */
  reason: z.string().optional(),
});

export type ComparisonResult = Inferred<typeof comparisonSchema>;

/*
 * Growth with the flows, head against base: what services and module hosts held in each round of a comparison that keeps
 * them up. Numbers in base units.
 */

/** `more`: head grows, and by more than base, beyond doubt and noise. `less`: base does. `alike`: neither is known. */
export const GROWTH_OUTCOMES = ['more', 'less', 'alike'] as const;

const slope = z.object({
  perFlow: z.number().meta({ description: 'bytes a flow (Theil–Sen)' }),
  low: z.number(),
  high: z.number(),
  confidence: z.number().meta({ description: 'of the interval, 0 … 1' }),
});

const difference = z.object({
  subject: z.string(),
  base: slope,
  head: slope,
  difference: slope.meta({ description: 'head − base, by pairs' }),
  flows: z.int().meta({ description: 'of head, over which it was judged: the first third is left out' }),
  pairs: z.int().meta({ description: 'the first third included' }),
  noise: z.number().meta({ description: 'bytes in all that are taken for noise' }),
  outcome: z.enum(GROWTH_OUTCOMES),
  sentence: z.string(),
});

export const comparedGrowthSchema = z.object({
  found: z.array(difference),
  unknown: z
    .string()
    .optional()
    .meta({ description: 'why nothing was found although the check growth was asked for' }),
});

export type ComparedGrowth = Inferred<typeof comparedGrowthSchema>;
export type GrowthDifference = ComparedGrowth['found'][number];
export type GrowthSlope = GrowthDifference['difference'];

/*
 * How a scenario was compared with its base: what surrounds the results by metric. Numbers in base units.
 */

const side = z.object({
  label: z.string().meta({ description: 'how people call it: a ref, a command, the path of a config' }),
  sha: z.string().optional(),
});

const commit = z.object({ sha: z.string(), subject: z.string(), author: z.string() });

const alsoRose = z.object({
  metric: z.string().meta({ description: 'waiting: median flow time − CPU time per flow' }),
  change: z.number().meta({ description: 'head ÷ base − 1, estimate over the pairs' }),
  low: z.number().meta({ description: 'interval of the change' }),
  high: z.number(),
  amount: z.number().meta({ description: 'head − base in the base unit, estimate over the pairs' }),
});

export const comparedSchema = z.object({
  base: side,
  head: side,
  defaultGates: z
    .array(z.string())
    .optional()
    .meta({ description: 'in force because none of the thresholds given hangs on the base' }),
  /** Why nothing was compared: the scenario is new, base can not be built, … */
  absent: z.string().optional(),
  invalid: z.string().optional().meta({
    description:
      'why nothing can be concluded: one side changed the files of the other; then no threshold is judged',
  }),
  rounds: z
    .object({
      flows: z.int().meta({ description: 'of one round; the last, as short rounds are made longer' }),
      services: z.enum(['none', ...ROUND_SERVICES]).meta({
        description: 'restart: each round is on a start of its own; none: nothing starts but the flows',
      }),
      starts: z.int().optional().meta({ description: 'of either side that the pairs rest on' }),
      startTime: z.number().optional().meta({
        description: 'ms to start, warm up and stop for a round, mean of both sides, before the first pair',
      }),
      warmup: z.int().optional().meta({ description: 'flows that each start was warmed up with' }),
      startSpread: z.number().optional().meta({
        description:
          'with keep: the share by which starts may differ (standard deviation), for which intervals are widened',
      }),
      note: z.string().optional().meta({
        description: 'why services are started for each round although they were to be kept up',
      }),
    })
    .optional(),
  pairs: z.array(pair).meta({ description: 'as they were run, the dropped ones too' }),
  time: z.number().meta({ description: 'ms that the rounds took' }),
  budget: z.number().meta({ description: 'ms' }),
  ended: z.enum(['decided', 'looks', 'budget', 'interrupted', 'failed', 'invalid']).optional(),
  onUnresolved: z.enum(UNRESOLVED_ANSWERS),
  alsoRose: z
    .array(alsoRose)
    .meta({ description: 'what else rose where a metric became worse; exploratory' }),
  growth: comparedGrowthSchema.optional(),
  commits: z
    .object({
      total: z.int(),
      list: z.array(commit),
      unknown: z
        .string()
        .optional()
        .meta({ description: 'why nobody knows them; then total is 0 and the list is empty' }),
    })
    .optional()
    .meta({ description: 'between base and head, newest first, at most 50' }),
});

export type Compared = Inferred<typeof comparedSchema>;
export type AlsoRose = Compared['alsoRose'][number];
export type ComparedCommits = NonNullable<Compared['commits']>;
