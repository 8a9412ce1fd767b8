import { z } from 'zod';
import type { Inferred } from './inferred.js';
import { acceptanceSchema } from './accept.js';
import { CHECK_IDS, CHECK_LEVELS } from './checks.js';
import { comparedSchema, comparisonSchema } from './comparison.js';
import { hitsSchema, injectedSchema, wavesSchema } from './faults.js';
import { countsSchema, errorGroupSchema, flowSchema } from './flow.js';
import { gateChangesSchema } from './gate-changes.js';
import { historySchema } from './history.js';
import { ladderSchema } from './ladder.js';
import { limitsSchema } from './limits.js';
import { UNITS } from './metrics.js';
import { recordedShape, environmentSchema, monitorSchema } from './record.js';
import { thresholdSchema } from './threshold.js';

/*
 * results.json: everything that a report, a merge or another tool needs.
 * What is rendered is rendered from this and from nothing else, so that a saved file shows the same again.
 */

export const RESULTS_SCHEMA = 'flowgate.results/1';

/** `inconclusive`: what a gate or a check needs was not measured. No data is never a pass. */
export const VERDICTS = ['pass', 'warn', 'fail', 'inconclusive'] as const;

export type Verdict = (typeof VERDICTS)[number];

const verdict = z.enum(VERDICTS);

const unit = z.enum(UNITS);

const metric = z.object({
  value: z.number().nullable().meta({ description: 'in the base unit; null if there was no data' }),
  unit,
  atMost: z
    .number()
    .optional()
    .meta({ description: 'value is known to be at least that much, and at most this' }),
  /** Why there is no data, or a word on what was measured. */
  note: z.string().optional(),
});

const threshold = thresholdSchema.extend({
  actual: z.number().nullable(),
  bound: z.number().nullable().meta({
    description: "the limit in the base unit; of a limit on the base, what base's own value makes of it",
  }),
  unit,
  outcome: z.enum(['pass', 'fail', 'accepted', 'inconclusive', 'unresolved', 'not_judged']).meta({
    description:
      'accepted: it fails, and the change accepts that; not_judged: a limit on the base in a run that compares ' +
      'nothing; neither counts as a pass',
  }),
  /** Why it is inconclusive, not judged, or unresolved: compared with the base, but the budget did not tell. */
  reason: z.string().optional(),
  accepted: z.string().optional().meta({ description: 'the reason that the change gives' }),
});

const check = z.object({
  id: z.enum(CHECK_IDS),
  level: z.enum(CHECK_LEVELS),
  outcome: z.enum(['pass', 'fail', 'inconclusive']),
  title: z.string(),
  evidence: z.array(z.string()).meta({ description: 'one line each; may hold what a flow printed' }),
});

const stage = z.object({
  flows: z.int().optional(),
  rate: z.number().optional(),
  duration: z.number().meta({ description: 'ms' }),
  ramp: z.number().optional().meta({ description: 'ms' }),
});

const load = z.object({
  model: z.enum(['closed', 'open']),
  flows: z.int().meta({ description: 'most in flight; 0 for what another tool has run' }),
  iterations: z.int().optional(),
  duration: z.number().optional().meta({ description: 'ms' }),
  rate: z.number().optional().meta({ description: 'open model: starts per second' }),
  stages: z.array(stage).readonly().optional(),
  timeout: z.number(),
  warmup: z.int(),
});

const grownStep = z.object({
  name: z.string(),
  before: z.number().meta({ description: 'ms, median in the first third of the run or on the first rung' }),
  after: z.number().meta({ description: 'ms, median in the last third of the run or on the last rung' }),
});

/** Which steps of the flows took longer at the end than at the beginning; times are ms. */
export const stepGrowthSchema = z.object({
  over: z.enum(['run', 'ladder']),
  first: z.int().optional().meta({ description: 'flows at once on the first rung that was compared' }),
  last: z.int().optional().meta({ description: 'flows at once on the last rung that was compared' }),
  steps: z.array(grownStep).meta({ description: 'only those that grew, the one that grew most first' }),
});

export type StepGrowth = Inferred<typeof stepGrowthSchema>;
export type GrownStep = Inferred<typeof grownStep>;

const shardResult = z.object({
  index: z.int(),
  of: z.int(),
  startedAt: z
    .string()
    .optional()
    .meta({ description: 'missing: the shard is not among those that were joined' }),
  flows: z.int().optional().meta({ description: 'that were started' }),
  inFlight: z.int().optional().meta({ description: 'most at one instant' }),
  metrics: z
    .record(z.string(), metric)
    .meta({ description: 'what belongs to one machine: its time, memory and CPU' }),
  machine: z.string().optional(),
});

/** What one machine of a run that several have shared tells by itself. */
export type ShardResult = Inferred<typeof shardResult>;

export const scenarioSchema = z.object({
  name: z.string(),
  verdict,
  reasons: z.array(z.string()).meta({ description: 'plain text, most important first' }),
  startedAt: z.string(),
  kind: z.enum(['command', 'module', 'http', 'mix', 'import']),
  work: z.string().meta({
    description:
      'the command, the path of the module, the requests, the shares of a mix, or the file that was read',
  }),
  parts: z
    .array(
      z.object({
        name: z.string(),
        share: z.number().meta({ description: 'that was asked for' }),
        kind: z.enum(['command', 'module', 'http']),
        counts: countsSchema,
      }),
    )
    .optional()
    .meta({ description: 'of a mix: its parts, and what became of their flows' }),
  load,
  defaultGates: z.boolean(),
  omittedGates: z
    .array(z.object({ expression: z.string(), reason: z.string() }))
    .optional()
    .meta({ description: 'default gates that are left out, and why' }),
  metrics: z.record(z.string(), metric),
  thresholds: z.array(threshold),
  acceptances: z.array(acceptanceSchema).optional(),
  comparison: z.array(comparisonSchema).optional(),
  compared: comparedSchema.optional(),
  ladder: ladderSchema.optional(),
  stepGrowth: stepGrowthSchema.optional(),
  history: historySchema.optional(),
  limits: limitsSchema.optional(),
  checks: z.array(check),
  errors: z.array(errorGroupSchema),
  ...recordedShape,
  counts: countsSchema.meta({
    description: 'all flows by outcome, those that `flows` does not hold included',
  }),
  hits: hitsSchema.optional(),
  waves: wavesSchema.optional(),
  injected: injectedSchema.optional(),
  leg: z
    .object({ name: z.string(), machine: z.string(), cores: z.number() })
    .optional()
    .meta({ description: 'of several runs that were joined: which one, and where it ran' }),
  shards: z
    .array(shardResult)
    .optional()
    .meta({ description: 'of a run that several machines have shared: each of them' }),
  flows: z.array(flowSchema).meta({
    description:
      'all up to 10,000 that are ok, beyond that a random sample of as many; the first 10,000 of those that are ' +
      'not; the first 1,000 dropped ones',
  }),
  inFlight: z
    .array(z.number())
    .optional()
    .meta({ description: 'most in flight in equal parts of the run; only where `flows` is a sample' }),
  monitor: monitorSchema,
});

export const resultsSchema = z
  .object({
    schema: z.literal(RESULTS_SCHEMA),
    flowgate: z.string().meta({ description: 'version that wrote the file' }),
    createdAt: z.string(),
    verdict,
    advisory: z
      .literal(true)
      .optional()
      .meta({ description: 'on-fail is warn: a failed or inconclusive verdict did not fail the step' }),
    environment: environmentSchema,
    git: z.object({
      sha: z.string().optional(),
      ref: z.string().optional(),
      repository: z.string().optional(),
    }),
    /** The run on GitHub, if it was one. */
    run: z
      .object({
        url: z.string(),
        id: z.int(),
        number: z.int(),
        attempt: z.int(),
        workflow: z.string(),
        job: z.string(),
        leg: z.string().optional().meta({ description: 'of a matrix, its values: "ubuntu-latest, 20"' }),
      })
      .optional(),
    /** The command that reproduces the verdict at a terminal. */
    reproduce: z.string(),
    gateChanges: gateChangesSchema.optional(),
    faults: z
      .array(z.string())
      .optional()
      .meta({ description: 'what is missing of several runs that were joined: then the verdict is no pass' }),
    scenarios: z.array(scenarioSchema),
  })
  .meta({ title: 'flowgate results', id: RESULTS_SCHEMA });

export type Results = Inferred<typeof resultsSchema>;
export type ScenarioResults = Results['scenarios'][number];
export type MetricResult = ScenarioResults['metrics'][string];
export type ThresholdResult = ScenarioResults['thresholds'][number];
export type CheckResult = ScenarioResults['checks'][number];

/** Whether the verdict would fail the step, and does not because `on-fail` is `warn`. */
export function isOnlyAdvice({ verdict, advisory }: Pick<Results, 'verdict' | 'advisory'>): boolean {
  return advisory === true && (verdict === 'fail' || verdict === 'inconclusive');
}

/**
 * Nothing but the comparison with the base is open: no alert was raised, no check fails, all else was measured. That is so
 * whatever the verdict makes of it, `pass` included.
 */
export function isOnlyUnresolved({ verdict, interrupted, ...judged }: ScenarioResults): boolean {
  if (verdict === 'fail' || interrupted !== undefined) return false;
  const open = judged.thresholds.filter(({ outcome }) => outcome !== 'pass');
  return (
    open.length > 0 &&
    open.every(({ outcome }) => outcome === 'unresolved' || outcome === 'not_judged') &&
    judged.checks.every(({ outcome }) => outcome === 'pass')
  );
}

/** Nothing else has made the verdict what it is. */
export function isUnresolvedAlone({
  verdict,
  scenarios,
  faults = [],
}: Pick<Results, 'verdict' | 'scenarios' | 'faults'>): boolean {
  if (faults.length > 0) return false;
  return scenarios.every((scenario) => scenario.verdict !== verdict || isOnlyUnresolved(scenario));
}

/** `1 of 2 scenarios is unresolved`; undefined if none is by its comparison alone. */
export function unresolvedTally({ scenarios }: Pick<Results, 'scenarios'>): string | undefined {
  const left = scenarios.filter(isOnlyUnresolved);
  const open = left.length;
  if (open === 0) return undefined;
  if (left.every(({ compared }) => compared === undefined)) return 'nothing was compared';
  if (scenarios.length === 1) return 'the comparison is unresolved';
  const whole =
    open === scenarios.length ? `all ${open} scenarios` : `${open} of ${scenarios.length} scenarios`;
  return `${whole} ${open === 1 ? 'is' : 'are'} unresolved`;
}
