import { z } from 'zod';
import { comparedGrowthSchema } from './compared-growth.js';
import { ROUND_SERVICES, UNRESOLVED_ANSWERS } from './compare-plan.js';

/*
 * How a scenario was compared with its base: what surrounds the results by metric (model/comparison.ts). Numbers in base
 * units.
 */

const side = z.object({
  label: z.string().meta({ description: 'how people call it: a ref, a command, the path of a config' }),
  sha: z.string().optional(),
});

const round = z.object({
  values: z.record(z.string(), z.number().nullable()),
  flows: z.object({ started: z.int(), failed: z.int() }),
  steal: z.number().optional(),
  startSkew: z.number().optional(),
  held: z
    .object({ service: z.number().optional(), host: z.number().optional() })
    .optional()
    .meta({ description: 'lowest resident bytes of what outlives the flows' }),
});

const pair = z.object({
  order: z.enum(['base_first', 'head_first']),
  base: round,
  head: round,
  dropped: z
    .string()
    .optional()
    .meta({ description: 'why the pair does not count: a rule blind to its outcome' }),
});

const commit = z.object({ sha: z.string(), subject: z.string(), author: z.string() });

export const ATTRIBUTION_KINDS = ['step', 'cpu', 'waiting', 'memory', 'threads'] as const;

export type AttributionKind = (typeof ATTRIBUTION_KINDS)[number];

/** What moved with a metric that has become worse. */
const attribution = z.object({
  metric: z.string().meta({ description: 'the one that has become worse' }),
  kind: z.enum(ATTRIBUTION_KINDS),
  step: z.string().optional(),
  change: z.number().meta({ description: 'head ÷ base − 1, estimate over the pairs' }),
  low: z.number().nullable(),
  high: z.number().nullable(),
  sentence: z.string(),
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
      services: z.enum(['none', ...ROUND_SERVICES]),
      note: z
        .string()
        .optional()
        .meta({ description: 'why services are started for each round although they were to be kept up' }),
    })
    .optional(),
  pairs: z.array(pair).meta({ description: 'as they were run, the dropped ones too' }),
  time: z.number().meta({ description: 'ms that the rounds took' }),
  budget: z.number().meta({ description: 'ms' }),
  ended: z.enum(['decided', 'looks', 'budget', 'interrupted', 'failed', 'invalid']).optional(),
  onUnresolved: z.enum(UNRESOLVED_ANSWERS),
  attribution: z.array(attribution),
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

export type Compared = z.infer<typeof comparedSchema>;
export type ComparedPair = Compared['pairs'][number];
export type Attribution = Compared['attribution'][number];
export type ComparedCommits = NonNullable<Compared['commits']>;
