import { z } from 'zod';

const countsSchema = z.object({
  ok: z.int(),
  failed: z.int(),
  timed_out: z.int(),
  killed: z.int(),
  dropped: z.int(),
});

/** What the flows of one wave come to, as the checks `containment` and `recovery` see it; the same in results.json. */
export const waveFiguresSchema = z
  .object({
    bystanders: countsSchema.readonly().meta({ description: 'flows that no fault hit, by outcome' }),
    hit: z.int().meta({ description: 'flows that a fault hit' }),
    untraced: z.int().meta({ description: 'of them, those that only may have been hit' }),
    flowTime: z.number().optional().meta({ description: 'ms: mean of the bystanders that are ok' }),
    error: z
      .object({ sample: z.string(), count: z.int(), flows: z.array(z.int()).readonly() })
      .readonly()
      .optional()
      .meta({ description: 'the most frequent error of bystanders, with the first flows that had it' }),
  })
  .readonly();

export type WaveFigures = z.infer<typeof waveFiguresSchema>;
