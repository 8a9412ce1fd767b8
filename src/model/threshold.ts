import { z } from 'zod';
import type { Inferred } from './inferred.js';
import type { MetricMeanings } from './flow.js';
import { definitionOf, METRIC_IDS, type MetricDefinition } from './metrics.js';

/** At level `fail` a threshold is a gate, at level `warn` an alert. */
export const THRESHOLD_LEVELS = ['fail', 'warn'] as const;
export type ThresholdLevel = (typeof THRESHOLD_LEVELS)[number];

export const THRESHOLD_OPS = ['<', '<=', '>', '>=', '=='] as const;
export type ThresholdOp = (typeof THRESHOLD_OPS)[number];

const baseLimit = z
  .object({
    base: z.enum(['relative', 'absolute']),
    delta: z.number(),
  })
  .meta({
    description:
      'a limit on the value of the base branch: base·(1 + delta) if relative (0.05 for base + 5%), else base + delta ' +
      'in the base unit',
  });

/** A threshold as the grammar has read it: made once, kept to the end. */
export const thresholdSchema = z.object({
  expression: z.string().meta({ description: 'as it was written, spaces normalised' }),
  level: z.enum(THRESHOLD_LEVELS),
  metric: z.enum(METRIC_IDS),
  label: z
    .string()
    .optional()
    .meta({ description: 'of step(label) or metric(label); of the others the part of a mix' }),
  stat: z.string().optional().meta({ description: 'of a distribution: p95, med, sum' }),
  worse: z
    .literal('lower')
    .optional()
    .meta({ description: 'of metric(label), if the config says that more is better' }),
  op: z.enum(THRESHOLD_OPS),
  limit: z.union([z.number().meta({ description: 'in the base unit' }), baseLimit]),
  written: z
    .object({ number: z.string(), unit: z.string() })
    .optional()
    .meta({ description: 'the amount in the unit that was written; none for base itself' }),
  origin: z.literal('history').optional().meta({ description: 'the limit is what earlier runs predict' }),
  image: z.string().optional().meta({
    description:
      "of a limit by history, if it is another now: the runner's image at the newest earlier run → at this one",
  }),
});

export type Threshold = Inferred<typeof thresholdSchema> & {
  /** While the run is under way it is looked at too, from `delay` ms on, and ends the run when it does not hold. */
  readonly abort?: { readonly delay: number };
};

export type Limit = Threshold['limit'];
export type BaseLimit = Exclude<Limit, number>;
/** A threshold whose limit hangs on the base. */
export type BaseThreshold<T extends Pick<Threshold, 'limit'> = Threshold> = T & { readonly limit: BaseLimit };

export function isAgainstBase<T extends Pick<Threshold, 'limit'>>(
  threshold: T,
): threshold is BaseThreshold<T> {
  return typeof threshold.limit !== 'number';
}

/** What results keep of it: when a run is ended early is no part of that. */
export function parsedPart(threshold: Threshold): Omit<Threshold, 'abort'> {
  const { expression, level, metric, label, stat, worse, op, limit, written, origin, image } = threshold;
  return { expression, level, metric, label, stat, worse, op, limit, written, origin, image };
}

/** Which direction is worse for a threshold's metric. */
export function worseOf({ metric, worse }: Pick<Threshold, 'metric' | 'worse'>): MetricDefinition['worse'] {
  return worse ?? definitionOf(metric).worse;
}

/** The threshold with what the config says of its metric. */
export function meant<T extends Pick<Threshold, 'metric' | 'label' | 'worse'>>(
  threshold: T,
  meanings: MetricMeanings = {},
): T {
  const { metric, label = '' } = threshold;
  const isHigher =
    metric === 'metric' && Object.hasOwn(meanings, label) && meanings[label]?.better === 'higher';
  return isHigher ? { ...threshold, worse: 'lower' } : threshold;
}

/** One thing that keeps a run from passing. */
export interface Concern {
  readonly verdict: 'fail' | 'inconclusive' | 'warn';
  readonly reason: string;
}
