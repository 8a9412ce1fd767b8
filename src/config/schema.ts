import { z } from 'zod';
import { ACCEPT_FIELDS, acceptRules } from '../accept/config.js';
import { COMPARE_FIELDS } from '../compare/config.js';
import { DATA_FIELDS } from '../data/config.js';
import { FAULT_FIELDS, faultRules } from '../faults/config.js';
import { HISTORY_FIELDS } from '../history/config.js';
import { IMPORT_FIELDS, importRules } from '../import/config.js';
import {
  commandText,
  duration,
  type Finding,
  flag,
  isMap,
  map,
  mustBe,
  oneOf,
  type Path,
  type Raw,
  show,
  text,
  textMap,
  unknownKey,
  whole,
} from '../lib/fields.js';
import { CHECK_IDS, CHECK_LEVELS } from '../model/checks.js';
import { ISOLATIONS, type RetryPlan } from '../model/plan.js';
import { httpRequests, size } from './http.js';
import { MIX_FIELDS, mixRules, partThresholdFault } from './mix.js';
import { LOAD_FIELDS, loadRules, type LoadWish, loadWithInputs } from './load.js';
import { measuredBy, METRIC_FIELDS, metricRules } from './metrics.js';
import { environment, placeholderRules } from './placeholders.js';
import { SERVICE_FIELDS, serviceRules, servicesIn } from './services.js';
import { readMetricName } from './threshold-grammar.js';
import { thresholdRules, thresholds, thresholdsIn } from './thresholds.js';
import { watch } from './watch.js';

export const CONFIG_SCHEMA_ID = 'urn:flowgate:config:1';

/** Letters, digits, `.`, `_` and `-`, beginning with a letter or a digit: it becomes part of file names. */
export const SCENARIO_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const INTERPRETER = 'an interpreter such as .venv/bin/python, or a list such as [uv, run, python]';
const python = z
  .union([text('.venv/bin/python').transform((program) => [program]), z.array(text('python')).min(1)], {
    error: mustBe(INTERPRETER),
  })
  .transform((words): readonly string[] => words);

const level = oneOf(CHECK_LEVELS).optional();
const checks = map(
  Object.fromEntries(CHECK_IDS.map((id) => [id, level])) as Record<(typeof CHECK_IDS)[number], typeof level>,
  'a map of checks and levels, such as {invariants: fail}',
  (key, names) => unknownKey(key, names, 'check'),
).describe('the level of each check: fail, warn or off');

/** ms before the second attempt. */
const BACKOFF = 100;

const retriesMap = map(
  {
    times: whole(1).describe('attempts beside the first'),
    backoff: duration
      .optional()
      .describe(
        'the wait before the second attempt, twice as long before each one after it; 100ms if left out',
      ),
  },
  'a map with times and perhaps backoff, such as {times: 2, backoff: 200ms}',
);

/** `2`, or `{times: 2, backoff: 200ms}`. */
const retries = z
  .union([whole(1), retriesMap], {
    error: ({ input }) =>
      isMap(input)
        ? 'must be a map with times and perhaps backoff, such as {times: 2, backoff: 200ms}'
        : `must be a whole number from 1 up, or a map such as {times: 2, backoff: 200ms}, not ${show(input)}`,
  })
  .transform((given): RetryPlan => ({
    times: typeof given === 'number' ? given : given.times,
    backoff: typeof given === 'number' ? BACKOFF : (given.backoff ?? BACKOFF),
  }));

const command = (description: string) => commandText('npm run seed').optional().describe(description);

const scenario = map(
  {
    run: commandText('node scripts/place-order.js').optional().describe('the command that one flow is'),
    module: text('flows/order.mjs')
      .optional()
      .describe(
        'the module file that has the flow, from the working directory: the default export of .mjs, .js, .cjs or .ts, ' +
          'the function flow of .py',
      ),
    python: python
      .optional()
      .describe(
        'the interpreter of a Python module, with arguments if it is a list; python3 if left out. 3.9 or later',
      ),
    options: textMap('options and their values').optional().describe('handed to the module as ctx.options'),
    http: httpRequests
      .optional()
      .describe('the HTTP request that one flow is, or a list of requests as its steps'),
    ...MIX_FIELDS,
    ...IMPORT_FIELDS,
    ca: text('certs/ca.pem')
      .optional()
      .describe(
        'a PEM file with certificates that http and readiness over https trust too, from the working directory',
      ),
    'follow-redirects': flag.optional().describe('whether http follows redirections; false if left out'),
    'max-body': size.optional().describe('the largest response that http reads; 10MB if left out'),
    isolate: oneOf(ISOLATIONS)
      .optional()
      .describe(
        'none: all flows concurrently in one host process, those of Python in a thread for each slot or in one asyncio ' +
          'loop; thread (JavaScript) or process: one for each slot',
      ),
    flows: whole(1).optional().describe('how many run at once; 10 if left out'),
    iterations: whole(1).optional().describe('how many are run in all; each of the flows once if left out'),
    duration: duration.optional().describe('for how long flows are started, in place of iterations'),
    ...LOAD_FIELDS,
    timeout: duration.optional().describe('a flow past it is killed with its whole tree; 30s if left out'),
    retries: retries
      .optional()
      .describe('how often a flow that fails or is timed out is tried again; not at all if left out'),
    warmup: whole(0).optional().describe('flows that are run first and not counted; 0 if left out'),
    ...DATA_FIELDS,
    shell: text('bash -eo pipefail')
      .refine((shell) => !shell.includes('{0}'), {
        error: '{0} is a script file of a workflow step; leave it out: the command is added after -c',
      })
      .optional()
      .describe('program and arguments that interpret commands; bash -eo pipefail if left out'),
    'working-directory': text('packages/shop')
      .optional()
      .describe('where commands run, from the workspace; the workspace if left out'),
    env: textMap('variables and their values')
      .optional()
      .describe('added to the environment of everything that the scenario starts'),
    before: command(
      'a command that is run before anything is started, as to pull images; once a side in a comparison',
    ),
    ...SERVICE_FIELDS,
    watch,
    setup: command('a command that is run before the flows, when the services are ready'),
    teardown: command('a command that is run after the flows, always'),
    verify: command('a command that checks, after the flows, that everything they did together is right'),
    thresholds: thresholds('fail').optional().describe('gates: METRIC OP LIMIT'),
    alerts: thresholds('warn').optional().describe('thresholds that warn and do not fail'),
    checks: checks.optional(),
    ...FAULT_FIELDS,
    seed: whole(0).optional().describe('seed of everything random; 1 if left out'),
  },
  'a map with run, module, http, mix or import',
  unknownInScenario,
)
  // Said here for editors; oneKindOfWork says it in our words.
  .meta({
    oneOf: [
      { required: ['run'] },
      { required: ['module'] },
      { required: ['http'] },
      { required: ['mix'] },
      { required: ['import'] },
    ],
  });

function unknownInScenario(key: string, names: readonly string[]): string {
  return Object.hasOwn(COMPARE_FIELDS, key) || Object.hasOwn(METRIC_FIELDS, key)
    ? `${key} is for the whole config; write it at the top, beside scenarios`
    : unknownKey(key, names);
}

const version = z.literal(1, {
  error: ({ input }) =>
    input === undefined
      ? 'is missing; write version: 1'
      : `must be 1, the only version so far, not ${show(input)}`,
});

export const configSchema = map(
  {
    version,
    ...COMPARE_FIELDS,
    ...METRIC_FIELDS,
    scenarios: z
      .record(z.string().regex(SCENARIO_NAME), scenario, { error: mustBe('a map of names and scenarios') })
      .describe('by name: letters, digits, ., _ and -'),
    ...HISTORY_FIELDS,
    ...ACCEPT_FIELDS,
  },
  'a map with version and scenarios',
).meta({ title: 'flowgate configuration' });

export type Config = z.output<typeof configSchema>;
export type ScenarioConfig = Config['scenarios'][string];

/*
 * What one value says of another. Rules are given what of the config is right, however much else is wrong: a key that is
 * there with a wrong value has none, so that all problems are found at once.
 */

export interface ConfigSources {
  /** What could be read; wrong values are undefined. */
  readonly known: unknown;
  /** As the YAML has it. */
  readonly written: unknown;
}

/** What stands beside the config. */
export interface RuleContext {
  /** What the load is put together from. Without it nothing is said of the load, which cannot be known. */
  readonly load?: LoadContext;
  /** Something is compared, whatever the config says of it. */
  readonly comparing?: boolean;
}

export interface LoadContext {
  readonly input: LoadWish;
  /** The scenarios that are to be run; all if left out. */
  readonly selected?: readonly string[];
}

export function configRules({ known, written }: ConfigSources, context: RuleContext): Finding[] {
  const scenarios = isMap(written) ? written['scenarios'] : undefined;
  if (!isMap(scenarios)) return [];
  const compares = context.comparing === true || (isMap(written) && 'compare' in written);
  const config = known as {
    readonly scenarios?: Readonly<Record<string, ScenarioConfig | undefined>>;
    readonly metrics?: Config['metrics'];
    readonly accept?: unknown;
  };
  const names = Object.keys(scenarios);
  if (names.length === 0) return [{ path: ['scenarios'], message: 'is empty; write at least one scenario' }];
  const accepting = acceptRules(config.accept, { scenarios: names, readMetric: readMetricName });
  const measured = names.map((name) => measuredBy(config.scenarios?.[name]?.http));
  const ofScenarios = names.flatMap((name, index) => {
    // A name that the language gives a meaning of its own would be lost on the way.
    if (name === '__proto__') {
      return [{ path: ['scenarios'], key: name, message: `"${name}" is no name for a scenario` }];
    }
    const scenario = config.scenarios?.[name];
    if (scenario === undefined) return [];
    const path = ['scenarios', name];
    const isSelected = context.load?.selected?.includes(name) ?? true;
    return [
      ...scenarioRules(path, scenario, { written: scenarios[name] as Raw, hosts: hostsOf(name, scenarios) }),
      ...mixRules(path, scenario, { name, scenarios: config.scenarios ?? {} }),
      ...(context.load === undefined || !isSelected || 'import' in scenario
        ? []
        : loadWithInputs(path, scenario, context.load.input)),
      ...thresholdRules(path, scenario, {
        compares,
        meanings: config.metrics,
        names: measured[index],
        faultOf: (each) => partThresholdFault(each, scenario),
      }),
    ];
  });
  return [...ofScenarios, ...accepting, ...metricRules(config.metrics, measured)];
}

export function isPython(module: string): boolean {
  return /\.py$/i.test(module);
}

/** Where the flows of a scenario find services: its own, or those of the mixes that it is a part of. */
function hostsOf(name: string, scenarios: Raw): readonly Raw[] {
  const own = scenarios[name];
  const all = Object.values(scenarios).filter(isMap);
  const mixes = all.filter(({ mix }) => isMap(mix) && Object.hasOwn(mix, name));
  const isAlone = mixes.length === 0 || (isMap(own) && ('service' in own || 'services' in own));
  return [...(isAlone && isMap(own) ? [own] : []), ...mixes];
}

/** Of two that complain of one key the first is heard. */
function scenarioRules(
  path: Path,
  scenario: ScenarioConfig,
  { written, hosts }: { readonly written: Raw; readonly hosts: readonly Raw[] },
): Finding[] {
  const kinds = oneKindOfWork(path, scenario);
  // What is for flows that are run is said once of each key.
  if (kinds.length === 0 && 'import' in scenario) return importRules(path, scenario, thresholdsIn(scenario));
  return [
    ...kinds,
    ...pythonRules(path, scenario),
    ...loadRules(path, scenario, { written, thresholds: thresholdsIn(scenario) }),
    ...faultRules(path, scenario),
    ...environment(path, scenario),
    ...serviceRules(path, scenario),
    ...placeholderRules(path, written, hosts),
  ];
}

const KINDS = ['run', 'module', 'http', 'mix', 'import'] as const;
const MODULE_KEYS = ['options', 'isolate', 'python'];
const HTTP_ONLY_KEYS = ['follow-redirects', 'max-body'];
const FOR_CA = 'is for http scenarios, and for services whose ready begins with https://';
const FOR_PARTS = 'is said by each part of the mix of its own flows; move it there';
const FOR_MODULES: Readonly<Record<string, string>> = {
  run: 'is for module scenarios; a command is given what it needs by env',
  http: 'is for module scenarios; a request says all that it needs itself',
  mix: FOR_PARTS,
};
/** What a part says of its flows, and nobody else. */
const PART_KEYS = ['data', 'timeout', 'retries'];

const FOR_HTTP = { run: 'is for http scenarios', module: 'is for http scenarios', mix: FOR_PARTS } as const;

function oneKindOfWork(path: Path, scenario: ScenarioConfig): Finding[] {
  const [kind, second] = KINDS.filter((key) => key in scenario);
  if (kind === undefined)
    return [{ path, message: 'needs run, module, http, mix or import: what one flow is' }];
  if (second !== undefined) {
    return [{ path, key: second, message: `${kind} and ${second} are given; keep one` }];
  }
  if (kind === 'import') return [];
  const others = [
    ...(kind === 'module' ? [] : MODULE_KEYS.map((key) => ({ key, message: FOR_MODULES[kind] }))),
    ...(kind === 'http' ? [] : HTTP_ONLY_KEYS.map((key) => ({ key, message: FOR_HTTP[kind] }))),
    ...(kind === 'mix' ? PART_KEYS.map((key) => ({ key, message: FOR_PARTS })) : []),
    ...(kind === 'http' || probesHttps(scenario) ? [] : [{ key: 'ca', message: FOR_CA }]),
  ];
  return others
    .filter(({ key }) => key in scenario)
    .map(({ key, message = '' }) => ({ path: [...path, key], message }));
}

function pythonRules(path: Path, { module, python: interpreter, isolate }: ScenarioConfig): Finding[] {
  if (module === undefined) return [];
  if (!isPython(module)) {
    if (interpreter === undefined) return [];
    const message = `is for modules in Python, and ${show(module)} does not end in .py`;
    return [{ path: [...path, 'python'], message }];
  }
  if (isolate !== 'thread') return [];
  const message =
    'is for JavaScript: flows of a Python module have threads of their own in one process; leave it out, or write ' +
    'isolate: process';
  return [{ path: [...path, 'isolate'], message }];
}

/** A ready that is wrong may be meant as such a one. */
function probesHttps(scenario: ScenarioConfig): boolean {
  return servicesIn(scenario).some(
    (service) =>
      'ready' in service &&
      (service.ready === undefined || (service.ready.kind === 'http' && /^https:/i.test(service.ready.url))),
  );
}
