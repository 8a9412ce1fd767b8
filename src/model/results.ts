import { z } from 'zod';
import { CHECK_IDS, CHECK_LEVELS, contaminationSchema, leftBehindSchema, leftoverSchema } from './checks.js';
import { comparedSchema, comparisonSchema } from './comparison.js';
import { hitSchema, hitsSchema, injectedSchema, wavesSchema } from './faults.js';
import { errorGroupSchema } from './flow.js';
import { gateChangesSchema } from './gate-changes.js';
import { historySchema } from './history.js';
import { ladderSchema } from './ladder.js';
import { limitsSchema } from './limits.js';
import { environmentSchema } from './record.js';
import { thresholdSchema } from './threshold.js';

/** `inconclusive`: what a gate or a check needs was not measured. No data is never a pass. */
export const VERDICTS = ['pass', 'warn', 'fail', 'inconclusive'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Which steps of the flows took longer at the end than at the beginning. Part of results.json; times are ms. */

const grownStep = z.object({
  name: z.string(),
  before: z.number().meta({ description: 'ms, median in the first third of the run or on the first rung' }),
  after: z.number().meta({ description: 'ms, median in the last third of the run or on the last rung' }),
});

export const stepGrowthSchema = z.object({
  over: z.enum(['run', 'ladder']),
  first: z.int().optional().meta({ description: 'flows at once on the first rung that was compared' }),
  last: z.int().optional().meta({ description: 'flows at once on the last rung that was compared' }),
  steps: z.array(grownStep).meta({ description: 'only those that grew, the one that grew most first' }),
});

export type StepGrowth = z.infer<typeof stepGrowthSchema>;
export type GrownStep = z.infer<typeof grownStep>;

/*
 * results.json: everything that a report, a merge or another tool needs.
 * What is rendered is rendered from this and from nothing else, so that a saved file shows the same again.
 */

export const RESULTS_SCHEMA = 'flowgate.results/1';

const excerpt = z.object({ head: z.string(), tail: z.string(), bytes: z.number() });

const verdict = z.enum(VERDICTS);

const flow = z.object({
  slot: z.int().min(0).meta({ description: 'from 1; 0 for a dropped flow' }),
  iteration: z.int().min(1),
  token: z.string(),
  outcome: z.enum(['ok', 'failed', 'timed_out', 'killed', 'dropped']),
  scheduledAt: z.number().meta({ description: 'ms from the start of the scenario' }),
  startedAt: z.number(),
  runningAt: z.number().optional(),
  endedAt: z.number(),
  barrier: z.literal(true).optional(),
  attempts: z.int().optional().meta({ description: 'if it was tried more than once' }),
  rung: z.int().optional().meta({ description: 'flows at once on its rung of the ladder' }),
  hit: hitSchema.optional(),
  wave: z.int().optional().meta({ description: 'of a run with faults: its wave, from 1' }),
  error: z
    .object({ message: z.string(), exitStatus: z.int().optional(), stack: z.string().optional() })
    .optional(),
  steps: z.array(z.object({ name: z.string(), startedAt: z.number(), endedAt: z.number() })).optional(),
  ttfb: z
    .array(z.number())
    .optional()
    .meta({ description: 'ms from sending each request to the first byte of its response' }),
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  resent: z
    .int()
    .optional()
    .meta({ description: 'requests that an idle connection lost and that were sent once more' }),
  stdout: excerpt.optional(),
  stderr: excerpt.optional(),
});

const sample = z.object({
  at: z.number().meta({ description: 'ms from the start of the scenario' }),
  memory: z.number().meta({ description: 'resident bytes' }),
  peakMemory: z.number(),
  cpuTime: z.number().meta({ description: 'ms of CPU since the monitor began' }),
  threads: z.int(),
  processes: z.int(),
  mostMemory: z
    .object({ known: z.number(), unknown: z.int() })
    .optional()
    .meta({
      description:
        'the most that can have been resident since the sample before, where that may be more than peakMemory: ' +
        'known bytes and unknown times the largest process',
    }),
  files: z.int().optional(),
  serviceMemory: z.number().optional(),
  serviceThreads: z.int().optional(),
  serviceFiles: z.int().optional(),
  serviceCpuTime: z.number().optional().meta({ description: 'ms of CPU of the service in all' }),
  hostMemory: z
    .number()
    .optional()
    .meta({ description: 'of the one process in which module flows run, resident bytes' }),
  hostThreads: z.int().optional(),
  hostFiles: z.int().optional(),
  flows: z.int().optional().meta({ description: 'counted flows that had ended by then' }),
});

const processSummary = z.object({
  pid: z.int(),
  parent: z.int(),
  command: z.string(),
  role: z.enum(['flow', 'service']),
  peakMemory: z.number(),
  cpuTime: z.number(),
  firstSeen: z.number(),
  lastSeen: z.number(),
  mayHaveGrown: z.boolean(),
});

const monitor = z.object({
  source: z.string(),
  samples: z.array(sample),
  processes: z.array(processSummary),
  largestProcess: z
    .number()
    .optional()
    .meta({ description: 'of the flows, in bytes, as the kernel knows it' }),
  cost: z.object({ samples: z.int(), cpuTime: z.number(), duration: z.number() }),
  failures: z.int().optional().meta({ description: 'looks at the processes that failed' }),
  unwatched: z.literal(true).optional(),
  notes: z.array(z.string()),
});

const unit = z.enum(['ms', 'bytes', 'ratio', 'count', 'per_second', 'bytes_per_minute']);

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
  outcome: z.enum(['pass', 'fail', 'inconclusive', 'unresolved', 'not_judged']).meta({
    description: 'not_judged: a limit on the base in a run that compares nothing; it counts as no pass',
  }),
  /** Why it is inconclusive, not judged, or unresolved: compared with the base, but the budget did not tell. */
  reason: z.string().optional(),
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
  flows: z.int().meta({ description: 'most in flight' }),
  iterations: z.int().optional(),
  duration: z.number().optional().meta({ description: 'ms' }),
  rate: z.number().optional().meta({ description: 'open model: starts per second' }),
  stages: z.array(stage).readonly().optional(),
  timeout: z.number(),
  warmup: z.int(),
});

const scenario = z.object({
  name: z.string(),
  verdict,
  reasons: z.array(z.string()).meta({ description: 'plain text, most important first' }),
  startedAt: z.string(),
  kind: z.enum(['command', 'module', 'http']),
  work: z.string().meta({ description: 'the command, the path of the module, or the requests' }),
  load,
  defaultGates: z.boolean(),
  omittedGates: z
    .array(z.object({ expression: z.string(), reason: z.string() }))
    .optional()
    .meta({ description: 'default gates that are left out, and why' }),
  metrics: z.record(z.string(), metric),
  thresholds: z.array(threshold),
  comparison: z.array(comparisonSchema).optional(),
  compared: comparedSchema.optional(),
  ladder: ladderSchema.optional(),
  stepGrowth: stepGrowthSchema.optional(),
  history: historySchema.optional(),
  limits: limitsSchema.optional(),
  checks: z.array(check),
  errors: z.array(errorGroupSchema),
  verify: z
    .object({
      ok: z.boolean(),
      message: z.string(),
      stdout: excerpt.optional(),
      stderr: excerpt.optional(),
    })
    .optional(),
  contamination: contaminationSchema.optional(),
  leftovers: z.array(leftoverSchema),
  leftBehind: leftBehindSchema.optional(),
  interrupted: z.string().optional(),
  aborted: z.object({ at: z.number(), reason: z.string() }).optional(),
  problems: z.array(z.string()),
  cut: z
    .array(z.string())
    .optional()
    .meta({ description: 'what flows said that was too much to keep, in words' }),
  counts: z
    .object({ ok: z.int(), failed: z.int(), timed_out: z.int(), killed: z.int(), dropped: z.int() })
    .meta({ description: 'all flows by outcome, those that `flows` does not hold included' }),
  hits: hitsSchema.optional(),
  waves: wavesSchema.optional(),
  injected: injectedSchema.optional(),
  flows: z.array(flow).meta({
    description:
      'all up to 10,000 that are ok, beyond that a random sample of as many; the first 10,000 of those that are ' +
      'not; the first 1,000 dropped ones',
  }),
  inFlight: z
    .array(z.number())
    .optional()
    .meta({ description: 'most in flight in equal parts of the run; only where `flows` is a sample' }),
  monitor,
});

export const resultsSchema = z
  .object({
    schema: z.literal(RESULTS_SCHEMA),
    flowgate: z.string().meta({ description: 'version that wrote the file' }),
    createdAt: z.string(),
    verdict,
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
      })
      .optional(),
    /** The command that reproduces the verdict at a terminal. */
    reproduce: z.string(),
    gateChanges: gateChangesSchema.optional(),
    scenarios: z.array(scenario),
  })
  .meta({ title: 'flowgate results', id: RESULTS_SCHEMA });

export type Results = z.infer<typeof resultsSchema>;
export type ScenarioResults = Results['scenarios'][number];
export type MetricResult = ScenarioResults['metrics'][string];
export type ThresholdResult = ScenarioResults['thresholds'][number];
export type CheckResult = ScenarioResults['checks'][number];

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
export function isUnresolvedAlone({ verdict, scenarios }: Pick<Results, 'verdict' | 'scenarios'>): boolean {
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
