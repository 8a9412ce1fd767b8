import { z } from 'zod';
import { ISOLATIONS } from '../model/plan.js';
import { CHECK_IDS, CHECK_LEVELS } from '../model/checks.js';
import { COMPARE_FIELDS, COMPARE_KEYS } from './compare-fields.js';
import { commandText, duration, oneOf, show, text, textMap, thresholds, whole } from './fields.js';
import { faults } from './faults-schema.js';
import { HISTORY_KEYS, history } from './history-schema.js';
import { HTTP_KEYS, httpRequests, size } from './http-fields.js';
import { ladder } from './ladder.js';
import { LOAD_FIELDS, STAGE_KEYS } from './load-fields.js';
import { SERVICE_KEYS, serviceOrCommand, services } from './service-schema.js';
import { retries } from './retries.js';

export const CONFIG_SCHEMA_ID = 'urn:flowgate:config:1';

/** Letters, digits, `.`, `_` and `-`, beginning with a letter or a digit: it becomes part of file names. */
export const SCENARIO_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const about = (description: string) => ({ description });

const flag = z.boolean({ error: ({ input }) => `must be true or false, not ${show(input)}` });

const level = oneOf(CHECK_LEVELS);
const checks = z
  .strictObject(
    Object.fromEntries(CHECK_IDS.map((id) => [id, level.optional()])) as Record<
      (typeof CHECK_IDS)[number],
      z.ZodOptional<typeof level>
    >,
    { error: shapeOf('a map of checks and levels, such as {invariants: fail}') },
  )
  .meta(about('the level of each check: fail, warn or off'));

/** Says what a map should have been; other complaints of a map keep their own words. */
function shapeOf(what: string) {
  return ({ code, input }: { code?: string | undefined; input?: unknown }) =>
    code === 'invalid_type' ? `must be ${what}, not ${show(input)}` : undefined;
}

const command = (description: string) => commandText('npm run seed').optional().meta(about(description));

const scenario = z
  .strictObject(
    {
      run: commandText('node scripts/place-order.js').optional().meta(about('the command that one flow is')),
      module: text('flows/order.mjs')
        .optional()
        .meta(about('the module file whose default export one flow is, from the working directory')),
      options: textMap('options and their values')
        .optional()
        .meta(about('handed to the module as ctx.options')),
      http: httpRequests
        .optional()
        .meta(about('the HTTP request that one flow is, or a list of requests as its steps')),
      ca: text('certs/ca.pem')
        .optional()
        .meta(
          about(
            'a PEM file with certificates that http and readiness over https trust too, from the working directory',
          ),
        ),
      'follow-redirects': flag.optional().meta(about('whether http follows redirections; false if left out')),
      'max-body': size
        .optional()
        .meta({ ...about('the largest response that http reads; 10MB if left out'), type: 'string' }),
      isolate: oneOf(ISOLATIONS)
        .optional()
        .meta(
          about('none: all flows concurrently in one host process; thread or process: one for each slot'),
        ),
      flows: whole(1).optional().meta(about('how many run at once; 10 if left out')),
      iterations: whole(1)
        .optional()
        .meta(about('how many are run in all; each of the flows once if left out')),
      duration: duration.optional().meta(about('for how long flows are started, in place of iterations')),
      ...LOAD_FIELDS,
      ladder: ladder
        .optional()
        .meta(
          about('how many run at once on each rung, ascending; in place of flows, to learn the capacity'),
        ),
      timeout: duration
        .optional()
        .meta(about('a flow past it is killed with its whole tree; 30s if left out')),
      retries: retries
        .optional()
        .meta(about('how often a flow that fails or is timed out is tried again; not at all if left out')),
      warmup: whole(0).optional().meta(about('flows that are run first and not counted; 0 if left out')),
      shell: text('bash -eo pipefail')
        .refine((shell) => !shell.includes('{0}'), {
          error: '{0} is a script file of a workflow step; leave it out: the command is added after -c',
        })
        .optional()
        .meta(about('program and arguments that interpret commands; bash -eo pipefail if left out')),
      'working-directory': text('packages/shop')
        .optional()
        .meta(about('where commands run, from the workspace; the workspace if left out')),
      env: textMap('variables and their values')
        .optional()
        .meta(about('added to the environment of everything that the scenario starts')),
      service: serviceOrCommand.optional(),
      services: services.optional(),
      setup: command('a command that is run before the flows'),
      teardown: command('a command that is run after the flows, always'),
      verify: command('a command that checks, after the flows, that everything they did together is right'),
      thresholds: thresholds('fail').optional().meta(about('gates: METRIC OP LIMIT')),
      alerts: thresholds('warn').optional().meta(about('thresholds that warn and do not fail')),
      checks: checks.optional(),
      faults: faults.optional(),
      seed: whole(0).optional().meta(about('seed of everything random; 1 if left out')),
    },
    { error: shapeOf('a map with run, module or http') },
  )
  // Said here for editors; rules.ts says it in our words.
  .meta({ oneOf: [{ required: ['run'] }, { required: ['module'] }, { required: ['http'] }] });

const version = z.literal(1, {
  error: ({ input }) =>
    input === undefined
      ? 'is missing; write version: 1'
      : `must be 1, the only version so far, not ${show(input)}`,
});

export const configSchema = z
  .strictObject(
    {
      version,
      ...COMPARE_FIELDS,
      scenarios: z
        .record(z.string().regex(SCENARIO_NAME), scenario, {
          error: shapeOf('a map of names and scenarios'),
        })
        .meta(about('by name: letters, digits, ., _ and -')),
      history: history.optional(),
    },
    { error: shapeOf('a map with version and scenarios') },
  )
  .meta({ title: 'flowgate configuration' });

export type Config = z.output<typeof configSchema>;
export type ScenarioConfig = Config['scenarios'][string];

/** The keys that exist, by what kind of map they are in. */
export const KEYS = {
  config: Object.keys(configSchema.shape),
  scenario: Object.keys(scenario.shape),
  ...COMPARE_KEYS,
  ...SERVICE_KEYS,
  checks: [...CHECK_IDS],
  stages: STAGE_KEYS,
  history: HISTORY_KEYS,
  ...HTTP_KEYS,
} as const;
