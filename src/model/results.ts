import { z } from 'zod';
import { CHECK_IDS, CHECK_LEVELS } from './check.js';
import { comparedSchema } from './compared.js';
import { comparisonSchema } from './comparison.js';
import { contaminationSchema } from './contamination-schema.js';
import { environmentSchema } from './environment-schema.js';
import { hitSchema, hitsSchema, injectedSchema, wavesSchema } from './faults-results.js';
import { gateChangesSchema } from './gate-changes.js';
import { historySchema } from './history.js';
import { ladderSchema } from './ladder.js';
import { leftBehindSchema, leftoverSchema } from './left-behind.js';
import { stepGrowthSchema } from './step-growth.js';
import { limitsSchema } from './limits-record.js';
import { thresholdSchema } from './threshold.js';
import { VERDICTS } from './verdict.js';

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

const errorGroup = z.object({
  type: z.string().meta({ description: 'normalised message' }),
  count: z.int(),
  sample: z.string().meta({ description: 'the first message as it came, with the last line it printed' }),
  lines: z.array(z.string()).optional().meta({
    description:
      'at most 20 lines of what the first of them printed, or of its stack, around the line that says why',
  }),
  flows: z.array(z.int()).meta({ description: 'iterations of the flows concerned, at most 100' }),
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
  errors: z.array(errorGroup),
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
export type ErrorGroup = ScenarioResults['errors'][number];
