import { z } from 'zod';
import { countsSchema, faultKind } from './flow.js';
import type { Inferred } from './inferred.js';
import type { LimitPlan } from './limits.js';
import type { NetworkFaultPlan } from './network-fault.js';

/** Flows that are killed on purpose. */
export interface KillPlan {
  /** Ratio of the flows, each drawn by itself from the seed. */
  readonly share: number;
  /** ms after the flow's start, drawn evenly between the two. */
  readonly after: { readonly from: number; readonly to: number };
  /** `SIGKILL`; of an HTTP flow its connection is reset. */
  readonly signal: string;
}

/** What is done to the flows, to what they depend on, and to what they may use. */
export interface FaultsPlan {
  /** Of everything random in the faults. */
  readonly seed: number;
  readonly kill?: KillPlan;
  readonly network?: readonly NetworkFaultPlan[];
  readonly limits?: readonly LimitPlan[];
  /** The kinds of waves that the scenario runs, in their order; none if nothing is injected wave by wave. */
  readonly waves: readonly Wave['kind'][];
}

/*
 * What faults leave in a record and in results.json: the waves, what was injected, and what became of the flows that it
 * hit. Times are ms on the record's clock.
 */

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

export type WaveFigures = Inferred<typeof waveFiguresSchema>;

const wave = z.object({
  /** From 1. */
  wave: z.int(),
  kind: z.enum(['clean', 'faulted']),
  from: z.number(),
  to: z.number(),
  flows: waveFiguresSchema.optional(),
});

/** One wave of a run with faults: the whole load of the scenario, with faults injected or without. */
export type Wave = Omit<Inferred<typeof wave>, 'flows'>;

export const wavesSchema = z
  .array(wave)
  .meta({ description: 'of a run with faults: each wave is the whole load' });

const injectedFault = z.object({
  kind: faultKind,
  at: z.number(),
  iteration: z.int().optional().meta({ description: 'the flow that it hit, where that is known' }),
  until: z.number().optional().meta({ description: 'of an outage: its end' }),
  /** Of a network fault: the entry of the proxy, and which connection it was from 1; an outage has none. */
  listen: z.string().optional(),
  connection: z.int().optional(),
  amount: z.number().optional().meta({ description: 'ms of latency or delay, or bytes a second' }),
  /** What a killed flow was sent. */
  signal: z.string().optional(),
});

/** One fault that was injected on purpose. */
export type InjectedFault = Inferred<typeof injectedFault>;

export const injectedSchema = z.object({
  faults: z.array(injectedFault).meta({ description: 'the first 10,000, in order of time' }),
  counts: z.array(
    z.object({
      kind: faultKind,
      times: z.int(),
      /** Different flows that it is known to have hit. */
      flows: z.int(),
    }),
  ),
  spared: z.int().meta({ description: 'flows that were drawn to be killed and had ended before' }),
  untraced: z.int().meta({ description: 'faults of which nobody saw whom they hit' }),
  /** What went wrong without our doing, in words for the report. */
  notes: z.array(z.string()),
});

/** Everything that was injected into a run. */
export type InjectedFaults = Inferred<typeof injectedSchema>;

export const hitsSchema = countsSchema
  .extend({
    untraced: z.int().meta({ description: 'of them, those that only may have been hit' }),
  })
  .meta({ description: 'of `counts`, the flows that faults hit on purpose: gates judge the others' });
