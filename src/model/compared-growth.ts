import { z } from 'zod';

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

export type ComparedGrowth = z.infer<typeof comparedGrowthSchema>;
export type GrowthDifference = ComparedGrowth['found'][number];
export type GrowthSlope = GrowthDifference['difference'];
