import { z } from 'zod';
import { REPORTED_UNITS } from './flow.js';
import type { Inferred } from './inferred.js';
import type { ThresholdLevel } from './threshold.js';

/*
 * Runs of the default branch, one line each in a file on a branch of its own, and what they say of this run.
 */

export const DEFAULT_BRANCH = 'flowgate-data';
export const DEFAULT_FILE = 'history.jsonl';

/** Where the history is kept, if it was asked for. */
export interface HistoryPlan {
  readonly branch: string;
  /** Path within the branch. */
  readonly file: string;
  /** Judge this run by it too; left out: the history is shown and judges nothing. */
  readonly gate?: HistoryGate;
}

export interface HistoryGate {
  /** Ratio: how far beyond what the past predicts a metric may be for the worse. */
  readonly margin: number;
  readonly level: ThresholdLevel;
}

/** More metrics of a scenario are not kept: names of steps come from the code under test. */
export const MOST_METRICS = 100;
/** Characters. */
export const LONGEST_NAME = 200;

const name = z.string().max(LONGEST_NAME);

/** One line of the file: one scenario of one run. What is not of this form is passed over. */
export const historyPointSchema = z.object({
  v: z.literal(1),
  scenario: name,
  /** Of the machine, see history/points. */
  fingerprint: name,
  /** The load in canonical form: runs under another load are not comparable. */
  load: z.string().max(2000),
  at: z.iso.datetime(),
  sha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
  /** The run on GitHub: `id.attempt`. */
  run: name.optional(),
  image: name.optional(),
  flowgate: name,
  metrics: z.record(name, z.number()),
  /** Of those metrics that flows reported. */
  units: z.record(name, z.enum(REPORTED_UNITS)).optional(),
});

export type HistoryPoint = Inferred<typeof historyPointSchema>;

/** What is known of earlier runs while this one is judged. */
export interface Past {
  readonly plan: HistoryPlan;
  /** In the order in which they were kept. */
  readonly points: readonly HistoryPoint[];
}

/** Values of a metric that are looked at, the newest ones. */
export const MOST_VALUES = 100;

const change = z.object({
  before: z.number().meta({ description: 'mean of the level before the last one' }),
  after: z.number().meta({ description: 'mean of the last level' }),
  runsAgo: z.int().meta({ description: 'runs since the last level began, its first one included' }),
  sha: z.string().optional().meta({ description: 'commit of the first run of the last level' }),
  at: z.string(),
  worse: z.boolean(),
  image: z.string().optional().meta({
    description:
      "if it is another: the runner's image at the last run before → at the first one of the last level",
  }),
});

const trend = z.object({
  metric: z.string(),
  anyMachine: z
    .boolean()
    .meta({ description: 'it does not depend on the speed of the machine: runs of all machines count' }),
  values: z.array(z.number()).max(MOST_VALUES).meta({ description: 'oldest first, without this run' }),
  last: z
    .object({
      from: z.int().meta({ description: 'index of its first value' }),
      mean: z.number(),
      low: z.number().optional(),
      high: z.number().optional(),
    })
    .meta({
      description: 'the last level; low and high: where one more value of it lies with a chance of 99%',
    }),
  change: change.optional().meta({ description: 'if the last level is not the first' }),
  now: z.number().nullable().meta({ description: 'this run' }),
});

export const historySchema = z
  .object({
    branch: z.string(),
    file: z.string(),
    runs: z.int().meta({ description: 'of this scenario under this load, on any machine' }),
    sameMachine: z.int().meta({ description: 'those of them on a machine like this one' }),
    trends: z.array(trend).meta({ description: 'of the metrics of which at least 20 values are known' }),
  })
  .meta({ description: 'earlier runs of the default branch' });

export type History = Inferred<typeof historySchema>;
export type Trend = History['trends'][number];
export type Change = NonNullable<Trend['change']>;
