import { z } from 'zod';

/** Which steps of the flows took longer at the end than at the beginning. Part of results.json; times are ms. */

const grownStep = z.object({
  name: z.string(),
  before: z.number().meta({ description: 'ms, median in the first third of the run or on the first rung' }),
  after: z.number().meta({ description: 'ms, median in the last third of the run or on the last rung' }),
});

export const stepGrowthSchema = z.object({
  over: z.enum(['run', 'ladder']),
  first: z.int().optional().meta({ description: 'flows at once on the first rung that was compared' }),
  last: z.int().optional().meta({ description: 'flows at once on the last rung that was compared' }),
  steps: z.array(grownStep).meta({ description: 'only those that grew, the one that grew most first' }),
});

export type StepGrowth = z.infer<typeof stepGrowthSchema>;
export type GrownStep = z.infer<typeof grownStep>;
