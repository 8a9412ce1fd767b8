import { z } from 'zod';
import type { LimitPlan } from './limits.js';
import type { NetworkFaultKind, NetworkFaultPlan } from './network-fault.js';

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
  /** Faulted waves, each with a clean one after it; as many clean ones come before the first. Kill and network only. */
  readonly rounds: number;
}

/** The first fault that hit a flow: what became of it is not the doing of the system under test. */
export interface Hit {
  readonly kind: 'kill' | NetworkFaultKind;
  /** ms on the record's clock. */
  readonly at: number;
  /** Nobody saw whom the fault hit: the flow was in flight then, and is no bystander for certain. */
  readonly untraced?: true;
}

/** One wave of a run with faults: the whole load of the scenario, with faults injected or without. */
export interface Wave {
  /** From 1. */
  readonly wave: number;
  readonly kind: 'clean' | 'faulted';
  /** ms on the record's clock. */
  readonly from: number;
  readonly to: number;
}

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

/** One fault that was injected on purpose. */
export interface InjectedFault {
  readonly kind: Hit['kind'];
  /** ms on the record's clock. */
  readonly at: number;
  /** Of an outage: when connections were accepted again. */
  readonly until?: number;
  /** The flow that it hit; left out if it can not be told. */
  readonly iteration?: number;
  /** Of a network fault: the entry of the proxy, and which connection it was from 1; an outage has none. */
  readonly listen?: string;
  readonly connection?: number;
  /** ms of latency or delay, or bytes a second. */
  readonly amount?: number;
  /** What a killed flow was sent. */
  readonly signal?: string;
}

export interface InjectedFaultCount {
  readonly kind: Hit['kind'];
  readonly times: number;
  /** Different flows that it is known to have hit. */
  readonly flows: number;
}

/** Everything that was injected into a run. */
export interface InjectedFaults {
  /** The first ones, in order of time; `counts` is exact. */
  readonly faults: readonly InjectedFault[];
  readonly counts: readonly InjectedFaultCount[];
  /** Flows that were drawn to be killed and had ended before. */
  readonly spared: number;
  /** Faults of connections that could not be traced to one flow: every flow that was in flight then is taken for hit. */
  readonly untraced: number;
  /** What went wrong without our doing, in words for the report. */
  readonly notes: readonly string[];
}

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
