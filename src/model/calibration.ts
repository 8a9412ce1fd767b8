import { z } from 'zod';
import type { Inferred } from './inferred.js';
import { environmentSchema } from './record.js';
import { COMPARISON_SCALES, comparisonSchema, ROUND_SERVICES } from './comparison.js';

/*
 * What `flowgate calibrate` finds out: how a comparison of this scenario fares on this machine when nothing differs, and
 * when head is slower by a known share. Numbers in base units.
 */

export const CALIBRATION_SCHEMA = 'flowgate.calibration/1';

/** Slowdowns that are injected, as shares of a flow. */
export const SLOWDOWNS = [0.02, 0.05, 0.1, 0.2] as const;

const figure = z.number().nullable();

const share = z.object({
  count: z.int(),
  low: z.number().meta({ description: 'exact bounds, 95% each (Clopper and Pearson)' }),
  high: z.number(),
});

const tally = z.object({
  runs: z.int(),
  regression: share.meta({ description: 'runs in which a metric is found to be worse' }),
  improvement: share.meta({ description: 'runs in which a metric is found to be better' }),
  resolved: share.meta({
    description:
      'runs in which every gate is known, but for limits of base itself, which nothing shows to hold',
  }),
  byMetric: z.array(z.object({ metric: z.string(), regression: share })),
  pairs: figure.meta({ description: 'pairs that a run took, median' }),
  time: figure.meta({ description: 'ms that they took' }),
});

const injected = comparisonSchema.pick({
  metric: true,
  scale: true,
  change: true,
  low: true,
  high: true,
  pairs: true,
});

const series = z.object({
  slowdown: z.number().meta({ description: 'share of itself by which each flow of head was made longer' }),
  runs: tally.meta({ description: 'whole comparisons, each on services and hosts of its own' }),
  replays: tally.optional().meta({
    description:
      'comparisons of pairs drawn with replacement from those of the runs: they know no more than these',
  }),
  injected: z.array(injected).meta({ description: 'what it came to, over all pairs; 99% interval' }),
});

const calibratedMetric = z.object({
  metric: z.string(),
  scale: z.enum(COMPARISON_SCALES),
  worse: z.enum(['higher', 'lower']),
  limit: z.number().meta({ description: 'that the runs were judged by' }),
  deviation: figure.meta({
    description:
      'standard deviation of the differences of pairs of the same code: of ln(head ÷ base) if relative',
  }),
  spread: figure.meta({
    description:
      'standard deviation of normal noise that ranks would take for as noisy; what limits are computed from',
  }),
  pairs: z.int(),
  smallest: figure.meta({ description: 'limit that a comparison within the budget can hold it to' }),
  suggested: figure.meta({ description: 'the same, rounded up; null if there is none that makes sense' }),
});

const starts = z.object({
  starts: z.int(),
  rounds: z.int().meta({ description: 'on each start' }),
  time: z.number().meta({ description: 'ms that they took' }),
  metrics: z.array(
    z.object({
      metric: z.string(),
      between: z.number().meta({
        description:
          'standard deviation of ln of the metric between starts of the same code, without the noise of their rounds',
      }),
      within: z.number().meta({ description: 'the same of a round, between those of one start' }),
      atMost: z.number().meta({ description: 'bound of the one between starts from above, 95%' }),
      smallest: figure.meta({
        description:
          'limit that a comparison with services: keep can hold it to within the budget, with the start-spread that is needed; null if there is none up to 50%',
      }),
    }),
  ),
  keep: z
    .object({
      safe: z.boolean().meta({
        description: 'two starts hardly ever come as far apart as a limit: no start-spread is needed',
      }),
      startSpread: z.number().meta({ description: 'the largest of the bounds, as a share, rounded up' }),
    })
    .optional()
    .meta({ description: 'what services: keep would take; left out if there were too few starts to tell' }),
});

const scenario = z.object({
  name: z.string(),
  slowed: z.enum(['command', 'module', 'http', 'mix']).meta({ description: 'how flows were slowed' }),
  problem: z.string().optional(),
  services: z
    .enum(['none', ...ROUND_SERVICES])
    .optional()
    .meta({ description: 'as in a comparison; left out if none began' }),
  budget: z.number().meta({ description: 'ms that a comparison may take' }),
  time: z.number().meta({ description: 'ms that calibrating took' }),
  flows: z.int().nullable().meta({ description: 'of a round' }),
  pairTime: figure.meta({ description: 'ms that a pair of rounds takes, with what is between them' }),
  pairs: z.int().nullable().meta({ description: 'that a comparison has within the budget' }),
  dropped: z.int(),
  metrics: z.array(calibratedMetric),
  same: series.optional(),
  slower: z.array(series),
  looks: z.array(
    z.object({
      pairs: z.int(),
      time: figure,
      smallest: z.array(z.object({ metric: z.string(), limit: figure })),
    }),
  ),
  starts: starts.optional().meta({
    description: 'by how much starts of the same code differ; left out where nothing starts but the flows',
  }),
  suggestion: z
    .object({
      thresholds: z.array(z.string()),
      budget: z.number(),
      pairs: z.int(),
      startSpread: z.number().optional().meta({
        description: 'with services: keep: what the limits allow for, and the config should say',
      }),
    })
    .optional(),
});

export const calibrationSchema = z.object({
  schema: z.literal(CALIBRATION_SCHEMA),
  version: z.string(),
  createdAt: z.string(),
  environment: environmentSchema,
  seed: z.int(),
  interrupted: z.string().optional(),
  scenarios: z.array(scenario),
});

export type Calibration = Inferred<typeof calibrationSchema>;
export type ScenarioCalibration = Calibration['scenarios'][number];
export type CalibratedMetric = ScenarioCalibration['metrics'][number];
export type CalibrationSeries = Inferred<typeof series>;
export type StartCalibration = Inferred<typeof starts>;
export type RunTally = Inferred<typeof tally>;
export type TallyShare = Inferred<typeof share>;
