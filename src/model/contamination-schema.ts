import { z } from 'zod';
import { CANARY_PLACES } from './contamination.js';

/** Of results.json: what the check `isolation` is judged by. */
export const contaminationSchema = z
  .object({
    searched: z
      .int()
      .meta({ description: 'flows whose output, responses, workspace or value were searched' }),
    own: z.int().meta({ description: 'of them, those that showed their own token' }),
    contaminated: z.int().meta({ description: "of them, those that saw another flow's token" }),
    count: z.int().meta({ description: 'tokens of others that they saw, each once a flow and place' }),
    sightings: z
      .array(
        z.object({
          slot: z.int(),
          iteration: z.int(),
          token: z.string(),
          place: z.enum(CANARY_PLACES),
          where: z.string().optional(),
          at: z.number().optional().meta({ description: 'byte at which the token begins' }),
          context: z.string().meta({ description: 'what stands around it: what a flow printed' }),
        }),
      )
      .meta({ description: 'the first of them, at most 20' }),
    incomplete: z.int().meta({ description: 'flows of which not all was searched' }),
  })
  .meta({ description: 'what flows saw of each other; left out if nobody looked' });
