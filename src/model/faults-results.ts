import { z } from 'zod';
import { waveFiguresSchema } from './wave-figures.js';

/*
 * What faults leave in results.json: the waves, what was injected, and what became of the flows that it hit. Times are
 * ms from the start of the scenario.
 */

const kind = z.enum(['kill', 'latency', 'bandwidth', 'reset', 'blackhole', 'slow_close', 'refuse', 'down']);

/** Of a flow. */
export const hitSchema = z
  .object({
    kind,
    at: z.number(),
    untraced: z.literal(true).optional().meta({ description: 'it may have been hit: nobody saw whom' }),
  })
  .meta({ description: 'the first fault that hit the flow on purpose; a flow without is a bystander' });

export const wavesSchema = z
  .array(
    z.object({
      wave: z.int(),
      kind: z.enum(['clean', 'faulted']),
      from: z.number(),
      to: z.number(),
      flows: waveFiguresSchema.optional(),
    }),
  )
  .meta({ description: 'of a run with faults: each wave is the whole load' });

const injectedFault = z.object({
  kind,
  at: z.number(),
  iteration: z.int().optional().meta({ description: 'the flow that it hit, where that is known' }),
  until: z.number().optional().meta({ description: 'of an outage: its end' }),
  listen: z.string().optional(),
  connection: z.int().optional(),
  amount: z.number().optional().meta({ description: 'ms of latency or delay, or bytes a second' }),
  signal: z.string().optional(),
});

export const injectedSchema = z.object({
  faults: z.array(injectedFault).meta({ description: 'the first 10,000, in order of time' }),
  counts: z.array(z.object({ kind, times: z.int(), flows: z.int() })),
  spared: z.int().meta({ description: 'flows that were drawn to be killed and had ended before' }),
  untraced: z.int().meta({ description: 'faults of which nobody saw whom they hit' }),
  notes: z.array(z.string()),
});

export const hitsSchema = z
  .object({
    ok: z.int(),
    failed: z.int(),
    timed_out: z.int(),
    killed: z.int(),
    dropped: z.int(),
    untraced: z.int().meta({ description: 'of them, those that only may have been hit' }),
  })
  .meta({ description: 'of `counts`, the flows that faults hit on purpose: gates judge the others' });
