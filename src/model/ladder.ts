import { z } from 'zod';
import type { Inferred } from './inferred.js';

/*
 * A ladder: the scenario at one concurrency after another, and what follows from it for sizes that were not run. Part
 * of results.json; numbers in base units, null where there was no data.
 */

const figure = z.number().nullable();

const rung = z.object({
  flows: z.int().min(1).meta({ description: 'how many were in flight at once' }),
  from: z.number().meta({ description: 'ms from the start of the scenario' }),
  to: z.number(),
  started: z.int(),
  throughput: figure.meta({ description: 'ok flows per second' }),
  efficiency: figure.meta({ description: 'throughput per flow ÷ throughput per flow of the first rung' }),
  flowTimeMed: figure.meta({ description: 'ms' }),
  flowTimeP95: figure,
  successRate: figure,
  peakMemory: figure.meta({ description: 'bytes' }),
  avgCpu: figure.meta({ description: 'share of all cores' }),
  peakCpu: figure,
  peakThreads: figure,
  broken: z.array(z.string()).meta({ description: "gates that the rung's own figures break, in words" }),
});

const interval = z.object({
  low: z.number(),
  high: figure.meta({ description: 'null: the rungs set no upper bound' }),
});

const usl = z.object({
  lambda: z.number().meta({ description: 'flows per second of one flow alone' }),
  sigma: z.number().min(0).meta({ description: 'contention' }),
  kappa: z.number().min(0).meta({ description: 'coherency' }),
  knee: figure.meta({ description: 'flows at which throughput is highest; null if it has no highest' }),
  rSquared: z.number(),
  intervals: z
    .object({ sigma: interval, kappa: interval, knee: interval })
    .optional()
    .meta({ description: 'of 95%; from four rungs on' }),
});

const line = z.object({
  a: z.number().meta({ description: 'at no flow, in the base unit' }),
  b: z.number().meta({ description: 'for each flow at once' }),
  low: z.number().optional().meta({ description: 'interval of b' }),
  high: z.number().optional(),
  confidence: z.number().optional().meta({ description: 'of the interval' }),
  bend: z.object({ at: z.number(), below: z.number(), above: z.number() }).optional().meta({
    description: 'a line does not fit: up to this many flows at once it has one slope, beyond another',
  }),
  note: z.string().optional(),
});

const provision = z.object({ flows: z.int(), memory: figure, cpu: figure, threads: figure });

export const ladderSchema = z.object({
  planned: z.array(z.int()).meta({ description: 'flows of every rung that was asked for' }),
  rungs: z.array(rung),
  usl: usl.optional(),
  model: z.object({ memory: line.optional(), cpu: line.optional(), threads: line.optional() }),
  provisioning: z.array(provision).meta({ description: 'predicted for 2, 5 and 10 times the top rung' }),
  limit: z
    .object({
      holds: z.int().optional().meta({ description: 'the highest rung below that breaks no gate' }),
      breaks: z.int(),
      reasons: z.array(z.string()),
      stopped: z.boolean().meta({ description: 'the climb ended there (abort-on-fail)' }),
    })
    .optional(),
});

export type LadderResults = Inferred<typeof ladderSchema>;
export type RungResults = LadderResults['rungs'][number];
/** One rung that was climbed, as the record tells it. Its flows carry the same `flows` as their `rung`. */
export type Rung = Pick<RungResults, 'flows' | 'from' | 'to'>;
export type UslResults = NonNullable<LadderResults['usl']>;
export type UslIntervals = NonNullable<UslResults['intervals']>;
export type UslInterval = UslIntervals['knee'];
export type ResourceLine = Inferred<typeof line>;
export type Provision = LadderResults['provisioning'][number];
export type ClimbLimit = NonNullable<LadderResults['limit']>;

/** What the rungs tell together, before anything is judged. */
export type LadderFigures = Omit<LadderResults, 'planned' | 'limit' | 'rungs'> & {
  readonly rungs: readonly RungFigures[];
};
export type RungFigures = Omit<RungResults, 'broken'>;

/** `holds up to 20 at once; at 50 flow_time.p95 2.71 s, the gate is < 2.5 s`. */
export function limitSentence({ holds, breaks, reasons }: ClimbLimit): string {
  const up = holds === undefined ? 'holds at no rung' : `holds up to ${holds} at once`;
  return `${up}; at ${breaks} ${reasons.join(' and ')}`;
}

/** `31 to 44 with 95%`, in flows at once; undefined where the rungs were too few to tell. */
export function kneeRange({ intervals }: Pick<UslResults, 'intervals'>): string | undefined {
  if (intervals === undefined) return undefined;
  const { low, high } = intervals.knee;
  const from = Math.round(low);
  return high === null ? `${from} or more with 95%` : `${from} to ${Math.round(high)} with 95%`;
}

/**
 * The Universal Scalability Law: X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1)), with contention σ and coherency κ, both at
 * least 0 (Gunther, "Guerrilla Capacity Planning", 2007; "A general theory of computational scalability based on
 * rational functions", arXiv:0808.1431).
 */
export type UslLaw = Pick<UslResults, 'lambda' | 'sigma' | 'kappa'>;

/** X(N), in the unit of λ. */
export function uslThroughput(law: UslLaw, flows: number): number {
  return (law.lambda * flows) / uslDivisor(law, flows);
}

/** By how much N flows at once fall behind N times one. */
export function uslDivisor({ sigma, kappa }: Pick<UslLaw, 'sigma' | 'kappa'>, flows: number): number {
  return 1 + sigma * (flows - 1) + kappa * flows * (flows - 1);
}
