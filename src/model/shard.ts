import { z } from 'zod';
import { CHECK_IDS, CHECK_LEVELS } from './checks.js';
import { countsSchema, errorGroupSchema, REPORTED_UNITS } from './flow.js';
import { gateChangesSchema } from './gate-changes.js';
import type { Inferred } from './inferred.js';
import { environmentSchema } from './record.js';
import { resultsSchema, scenarioSchema } from './results.js';
import { thresholdSchema } from './threshold.js';

/*
 * What one shard of a run has measured and not judged: all that joining it with the others takes. Two shards of one run
 * say the same of everything but what they have measured.
 */

export const SHARD_SCHEMA = 'flowgate.shard/1';

const column = z.string().meta({ description: 'numbers of 8 bytes (IEEE 754, little-endian) in base64' });

const tally = z.object({
  counts: countsSchema,
  hits: countsSchema,
  untracedHits: z.int(),
  window: z.object({ from: z.number(), to: z.number() }).optional(),
  startSkew: z.number().optional(),
  retried: z.int(),
  received: z.number().optional(),
  sent: z.number().optional(),
  resent: z.int(),
  inFlight: z.int().meta({ description: 'most in flight at one instant' }),
  isExact: z.boolean().meta({ description: 'false: there were more values than are kept' }),
  starts: column,
  ends: column,
  flowTimes: column,
  firstByteTimes: column,
  steps: z.array(z.object({ name: z.string(), values: column })),
  reported: z.array(z.object({ name: z.string(), unit: z.enum(REPORTED_UNITS), values: column })),
  errors: z.array(errorGroupSchema),
  killed: z.array(errorGroupSchema).meta({ description: 'of flows that were killed' }),
});

/** What all flows of a shard add up to; its columns as text. */
export type StoredTally = Inferred<typeof tally>;

const levels = z.partialRecord(z.enum(CHECK_IDS), z.enum(CHECK_LEVELS));

/** What is asked of the whole scenario: the same in all shards. */
export const askedSchema = scenarioSchema
  .pick({ name: true, kind: true, work: true, load: true, defaultGates: true, omittedGates: true })
  .extend({
    retries: z.object({ times: z.int(), backoff: z.number() }).optional(),
    thresholds: z.array(thresholdSchema),
    comparesNothing: z.literal(true).optional(),
    checks: levels.meta({ description: 'levels that were asked for' }),
    unaskedChecks: levels.optional(),
  });

export type AskedScenario = Inferred<typeof askedSchema>;

const measured = scenarioSchema
  .pick({
    startedAt: true,
    data: true,
    verify: true,
    contamination: true,
    leftovers: true,
    leftBehind: true,
    interrupted: true,
    problems: true,
    runtime: true,
    cut: true,
    flows: true,
    monitor: true,
  })
  .extend({ load: scenarioSchema.shape.load.meta({ description: 'the part of this shard' }), tally });

export type MeasuredScenario = Inferred<typeof measured>;

export const shardSchema = z
  .object({
    schema: z.literal(SHARD_SCHEMA),
    flowgate: z.string().meta({ description: 'version that wrote the file' }),
    createdAt: z.string(),
    shard: z.object({ index: z.int().min(1), of: z.int().min(1) }),
    config: z.string().meta({ description: 'SHA-256 of everything that the config and the inputs ask for' }),
    git: resultsSchema.shape.git,
    run: resultsSchema.shape.run,
    environment: environmentSchema,
    reproduce: z.string(),
    gateChanges: gateChangesSchema.optional(),
    scenarios: z.array(z.object({ asked: askedSchema, measured })),
  })
  .meta({ title: 'flowgate shard', id: SHARD_SCHEMA });

export type ShardFile = Inferred<typeof shardSchema>;
