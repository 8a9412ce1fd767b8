import { isAbsolute, resolve } from 'node:path';
import { conflictAgainstBase } from '../compare/thresholds.js';
import { planData } from '../data/config.js';
import { injects, planFaults } from '../faults/config.js';
import { NOTHING_RUN } from '../import/config.js';
import type { Problem } from '../lib/errors.js';
import { DEFAULT_SHELL } from '../lib/shell.js';
import type { CheckId, CheckLevel } from '../model/checks.js';
import type { FaultsPlan } from '../model/faults.js';
import type { MetricMeanings } from '../model/flow.js';
import {
  type FlowPlan,
  flowPlans,
  hasProcesses,
  lengthOf,
  type Load,
  type ScenarioPlan,
  type SingleWork,
  wholeLoad,
  worksOf,
} from '../model/plan.js';
import { meant, type Threshold } from '../model/threshold.js';
import type { ConfigReading } from './file.js';
import { type ParsedInputs, whereInput } from './inputs.js';
import { type LoadProblem, resolveLoads } from './load.js';
import { type KnownMetrics, measuredBy, refusedThreshold } from './metrics.js';
import { partFault, partsOfMixes } from './mix.js';
import { type Config, isPython, type ScenarioConfig } from './schema.js';
import { planServices, servicesIn } from './services.js';
import { defaultGatesFor, ofThreshold, type RunShape } from './thresholds.js';
import { planWatch } from './watch.js';

/* One scenario, from what a config or the inputs say of it. */

/** What a config and a shorthand can both say of a scenario and be wrong about only in view of files or each other. */
export type DraftKey =
  | 'module'
  | 'http'
  | 'data'
  | 'mix'
  | 'import'
  | 'ca'
  | 'working-directory'
  | 'iterations'
  | 'rate'
  | 'thresholds';

/** A scenario before inputs and defaults are added to it. */
export interface Draft {
  readonly name: string;
  readonly config: ScenarioConfig;
  /** Of the whole config. */
  readonly metrics?: MetricMeanings | undefined;
  readonly problemAt: (key: DraftKey, message: string) => Problem;
  /** Of a mix: the scenarios that it names. */
  readonly parts?: readonly Draft[];
}

/** The input that says it; what no input says (`ca`, `data`, `mix`) can not be wrong in a shorthand. */
const WHERE: Readonly<Record<DraftKey, string>> = {
  module: whereInput('module'),
  http: whereInput('url'),
  mix: whereInput('config'),
  import: '',
  data: whereInput('config'),
  ca: whereInput('url'),
  iterations: whereInput('iterations'),
  rate: whereInput('rate'),
  thresholds: whereInput('thresholds'),
  'working-directory': whereInput('workingDirectory'),
};

/** The one scenario of the inputs `run`, `module`, `url` or `demo`, or of a file that is imported; undefined if none of them is given. */
export function shorthandDraft({
  run,
  module,
  url,
  import: imported,
  demo,
  ...inputs
}: ParsedInputs): Draft | undefined {
  const problemAt = (key: DraftKey, message: string): Problem => ({
    where: WHERE[key],
    message,
  });
  if (run !== undefined) return { name: 'run', config: { run }, problemAt };
  if (url !== undefined) return { name: 'url', config: { http: url }, problemAt };
  if (imported !== undefined)
    return { name: nameOfModule(imported), config: { import: imported }, problemAt };
  const file = module ?? (demo === true ? DEMO_MODULE : undefined);
  if (file === undefined) return undefined;
  const config = { module: file, ...(file === DEMO_MODULE ? demoDefaults(inputs) : {}) };
  return { name: nameOfModule(file), config, problemAt };
}

/** `flows/place order.mjs` → `place-order`, `flowgate:demo` → `demo`. */
function nameOfModule(module: string): string {
  const base = module.split(/[/\\:]/).at(-1) ?? '';
  const name = base
    .replace(/\.[^.]+$/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name === '' ? 'module' : name;
}

/** The scenarios of a config in its order: the named ones, or all that are not only parts of a mix. */
export function configDrafts(
  config: Config,
  names: readonly string[] | undefined,
  problemAt: ConfigReading['problemAt'],
): readonly Draft[] {
  const parts = partsOfMixes(config.scenarios);
  const alone = ([name, scenario]: readonly [string, ScenarioConfig]): Draft => ({
    name,
    config: scenario,
    metrics: config.metrics,
    problemAt: (key, message) => problemAt(['scenarios', name, key], message),
  });
  const all = Object.entries(config.scenarios);
  return all
    .filter(([name]) => names?.includes(name) ?? !parts.has(name))
    .map(([name, scenario]) => {
      const { mix } = scenario;
      if (mix === undefined) return alone([name, scenario]);
      const named = Object.keys(mix).flatMap((part) => all.filter(([each]) => each === part));
      return { ...alone([name, scenario]), parts: named.map(alone) };
    });
}

/* The demo. */

/** The built-in module that is run if the demo is asked for, and never otherwise. */
export const DEMO_MODULE = 'flowgate:demo';

/** What the demo's bugs are caught by, beside what is always checked. */
const DEMO_CHECKS: Readonly<Partial<Record<CheckId, CheckLevel>>> = {
  isolation: 'fail',
  cleanup: 'fail',
};

/** It is judged in runs that are long enough for it, and says nothing in others. */
const DEMO_UNASKED = { growth: 'fail' } as const;

/**
 * Flows that show the bug `leak` and stay below the default gate on memory; ten turns of those at once are the fewest that
 * the check judges.
 */
const LEAK_FLOWS = 200;
const LEAK_TURNS = 10;
const AT_ONCE = 10;
/** So that long runs take no longer than it takes to look: models so many times faster, and so much smaller. */
const QUICK = '5';

/** Rounds that show these two bugs whatever the seed: a wave in which no flow happens to be killed shows nothing. */
const ROUNDS_OF_BUGS = 7;
/** Early enough for flows that take a fifth of the time: 0.4 s. */
const KILL = { share: 0.4, after: { from: 50, to: 350 }, signal: 'SIGKILL' } as const;
/** ms: whoever waits for what is never given back has waited long enough. */
const STUCK_TIMEOUT = 2500;

/**
 * What the demo is run with when no input says otherwise: a leak shows only in the long run, and what one flow's death does
 * to others only when some are killed. How to kill without a bug is in docs/demo.md.
 */
function demoDefaults({ bug, flows = AT_ONCE }: ParsedInputs): ScenarioConfig {
  const options = { speed: QUICK };
  const waves = { faults: { kill: KILL, rounds: ROUNDS_OF_BUGS }, warmup: flows, options };
  if (bug === 'leak') return { iterations: Math.max(LEAK_FLOWS, LEAK_TURNS * flows), options };
  if (bug === 'cascade') return waves;
  return bug === 'stuck' ? { ...waves, timeout: STUCK_TIMEOUT } : {};
}

/* The plan. */

const TIMEOUT = 30_000;
const SEED = 1;
/** Bytes. */
const MAX_BODY = 10e6;

export type ScenarioPlanResult =
  | { readonly ok: true; readonly scenario: ScenarioPlan }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What each scenario is put together from, beside its own draft. */
export interface Surroundings {
  readonly inputs: ParsedInputs;
  /** Absolute. */
  readonly workspace: string;
}

/** Input goes before config goes before default. */
export function planScenario(draft: Draft, { inputs, workspace }: Surroundings): ScenarioPlanResult {
  const { name, config, metrics } = draft;
  const planned = planLoad(draft, inputs);
  const refused = refusedInputs(inputs, { meanings: metrics, names: measuredBy(config.http) });
  if (!planned.ok) return { ok: false, problems: [...planned.problems, ...refused] };
  if (refused.length > 0) return { ok: false, problems: refused };
  const seed = inputs.seed ?? config.seed ?? SEED;
  const faults = faultsFor(config, seed);
  const { workingDirectory, ca, shell } = surroundingsOf(config, { inputs, workspace });
  const { work, timeout, ...flows } = planFlows(draft, { inputs, workspace });
  const system = {
    work,
    services: planServices(config, { workspace, workingDirectory, ca }),
    ...planWatch(config.watch, workingDirectory),
  };
  const length = lengthOfRun(planned.loads.load, faults);
  const isImported = config.import !== undefined;
  const given = gatesOf(inputs, config, { isImported, isWatched: hasProcesses(system), length });
  const gates = { ...given, thresholds: given.thresholds.map((each) => meant(each, metrics)) };
  const conflict = conflictAgainstBase(gates.thresholds);
  if (conflict !== undefined) return { ok: false, problems: [thresholdProblem(draft, inputs, conflict)] };
  const foreign = foreignParts(draft, inputs);
  if (foreign.length > 0) return { ok: false, problems: foreign };
  return {
    ok: true,
    scenario: {
      name,
      ...system,
      ...planned.loads,
      timeout,
      warmup: config.warmup ?? 0,
      ...flows,
      ...(config.before === undefined ? {} : { before: config.before }),
      ...(config.setup === undefined ? {} : { setup: config.setup }),
      ...(config.teardown === undefined ? {} : { teardown: config.teardown }),
      ...(config.verify === undefined ? {} : { verify: config.verify }),
      shell,
      workingDirectory,
      env: config.env ?? {},
      ...gates,
      ...(metrics === undefined ? {} : { metrics }),
      checks: checksOf(config),
      ...(config.module === DEMO_MODULE ? { unaskedChecks: DEMO_UNASKED } : {}),
      ...(faults === undefined ? {} : { faults }),
      seed,
    },
  };
}

/** Where a scenario runs, and in what. */
function surroundingsOf(
  config: ScenarioConfig,
  { inputs, workspace }: Surroundings,
): { readonly workingDirectory: string; readonly ca: string | undefined; readonly shell: string } {
  const workingDirectory = resolve(workspace, inputs.workingDirectory ?? config['working-directory'] ?? '.');
  const ca = config.ca === undefined ? undefined : resolve(workingDirectory, config.ca);
  return { workingDirectory, ca, shell: config.shell ?? DEFAULT_SHELL };
}

/** What the flows of a scenario are, alone or as parts of a mix. */
function planFlows(
  { config, parts }: Draft,
  around: Surroundings,
): Pick<ScenarioPlan, 'work' | 'timeout' | 'retries' | 'data'> {
  const { mix } = config;
  if (mix !== undefined && parts !== undefined) {
    const planned = parts.map((part) => ({
      name: part.name,
      share: mix[part.name] ?? 0,
      workingDirectory: surroundingsOf(part.config, around).workingDirectory,
      env: part.config.env ?? {},
      ...planFlow(part.config, around),
    }));
    const timeout = Math.max(...planned.map((part) => part.timeout));
    return { work: { kind: 'mix', parts: planned }, timeout };
  }
  if (config.import !== undefined) {
    const { workingDirectory } = surroundingsOf(config, around);
    const file = resolve(workingDirectory, config.import);
    return { work: { kind: 'import', name: config.import, file }, timeout: TIMEOUT };
  }
  return planFlow(config, around);
}

function planFlow(
  config: ScenarioConfig,
  around: Surroundings,
): Pick<FlowPlan, 'work' | 'timeout' | 'retries' | 'data'> {
  const { workingDirectory, ca, shell } = surroundingsOf(config, around);
  const { inputs } = around;
  return {
    work: workOf(config, { shell, workingDirectory, ca, bug: inputs.bug }),
    timeout: inputs.timeout ?? config.timeout ?? TIMEOUT,
    ...(config.data === undefined ? {} : { data: planData(config.data, workingDirectory) }),
    ...(config.retries === undefined ? {} : { retries: config.retries }),
  };
}

/** Thresholds of the inputs, which are for every scenario, that name a part which this one does not have. */
function foreignParts({ name, parts }: Draft, { thresholds = [], alerts = [] }: ParsedInputs): Problem[] {
  const names = parts?.map((part) => part.name);
  const faults = (given: readonly Threshold[], input: 'thresholds' | 'alerts') =>
    given.flatMap((threshold) => {
      const fault = partFault(threshold, names);
      const message = `"${threshold.expression}": ${fault ?? ''} (scenario ${name})`;
      return fault === undefined ? [] : [{ where: whereInput(input), message }];
    });
  return [...faults(thresholds, 'thresholds'), ...faults(alerts, 'alerts')];
}

/** Thresholds of the inputs on metrics of which the config says something; those in a config its own rules look at. */
function refusedInputs(inputs: ParsedInputs, known: KnownMetrics): readonly Problem[] {
  return (['thresholds', 'alerts'] as const).flatMap((key) =>
    (inputs[key] ?? []).flatMap((threshold, index) => {
      const refused = threshold.metric === 'metric' ? refusedThreshold(threshold, known) : undefined;
      if (refused === undefined) return [];
      return [{ where: `${whereInput(key)}[${index}]`, message: ofThreshold(threshold.expression, refused) }];
    }),
  );
}

type LoadPlan =
  | { readonly ok: true; readonly loads: Pick<ScenarioPlan, 'load' | 'ladder'> }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function planLoad(draft: Draft, inputs: ParsedInputs): LoadPlan {
  const { name, config } = draft;
  if (config.import !== undefined) return { ok: true, loads: { load: NOTHING_RUN } };
  const planned = resolveLoads(name, inputs, { ...config, maxFlows: config['max-flows'] });
  if (!planned.ok) {
    return { ok: false, problems: planned.problems.map((problem) => loadProblem(draft, problem)) };
  }
  // What the config alone is to blame for, its rules have said.
  if (injects(config.faults) && planned.loads.load.model === 'open' && inputs.rate !== undefined) {
    const message = `${name} has faults, which come in waves of one closed load; leave the rate out`;
    return { ok: false, problems: [{ where: whereInput('rate'), message }] };
  }
  return planned;
}

function loadProblem(draft: Draft, { by, key, message }: LoadProblem): Problem {
  if (by === 'config') return draft.problemAt(key === 'rate' ? 'rate' : 'iterations', message);
  return { where: whereInput(key), message };
}

function thresholdProblem(draft: Draft, { thresholds }: ParsedInputs, message: string): Problem {
  return thresholds === undefined
    ? draft.problemAt('thresholds', message)
    : { where: whereInput('thresholds'), message };
}

function workOf(
  { run, module, http, isolate, python, options, ...config }: ScenarioConfig,
  given: { shell: string; workingDirectory: string; ca: string | undefined; bug: string | undefined },
): SingleWork {
  if (run !== undefined) return { kind: 'command', run, shell: given.shell };
  if (http !== undefined) {
    return {
      kind: 'http',
      requests: http,
      ...(given.ca === undefined ? {} : { ca: given.ca }),
      followRedirects: config['follow-redirects'] ?? false,
      maxBody: config['max-body'] ?? MAX_BODY,
    };
  }
  if (module === undefined)
    throw new Error('a scenario that passed the rules has run, module, http, mix or import');
  return {
    kind: 'module',
    module: isBuiltIn(module) ? module : resolveModule(given.workingDirectory, module),
    isolate: isolate ?? 'none',
    ...(isPython(module) ? { python: python ?? ['python3'] } : {}),
    options: { ...options, ...(given.bug === undefined ? {} : { bug: given.bug }) },
  };
}

function checksOf({ module, checks = {} }: ScenarioConfig): ScenarioPlan['checks'] {
  return { ...(module === DEMO_MODULE ? DEMO_CHECKS : {}), ...checks };
}

/** `flowgate:NAME` is shipped in the bundle. */
export function isBuiltIn(module: string): boolean {
  return module.startsWith('flowgate:');
}

/** Absolute path of a module file that is named from the working directory, as a command would name it. */
function resolveModule(workingDirectory: string, file: string): string {
  return isAbsolute(file) ? file : resolve(workingDirectory, file);
}

/**
 * Alerts alone leave the default gates in force. Those that could never be judged, or only fail, are left out. A gate
 * that somebody has asked for is not.
 */
function gatesOf(
  inputs: ParsedInputs,
  config: ScenarioConfig,
  shape: RunShape,
): Pick<ScenarioPlan, 'thresholds' | 'defaultGates' | 'omittedGates'> {
  const gates = inputs.thresholds ?? config.thresholds?.map(({ threshold }) => threshold);
  const alerts = inputs.alerts ?? config.alerts?.map(({ threshold }) => threshold) ?? [];
  const all = (chosen: readonly Threshold[]): readonly Threshold[] => [
    ...abortingGates(chosen, config),
    ...alerts,
  ];
  if (gates !== undefined) return { thresholds: all(gates), defaultGates: false };
  const { applying, omitted } = defaultGatesFor(shape);
  return {
    thresholds: all(applying),
    defaultGates: true,
    ...(omitted.length === 0 ? {} : { omittedGates: omitted }),
  };
}

/** ms that flows are started for, all waves and rungs together; undefined if their number ends the run. */
function lengthOfRun(load: Load, faults: FaultsPlan | undefined): number | undefined {
  const whole = wholeLoad({ load, ...(faults === undefined ? {} : { faults }) });
  if ('stages' in whole) return lengthOf(whole.stages);
  return 'duration' in whole ? whole.duration : undefined;
}

/** abort-on-fail of the scenario is that of every gate which has none of its own. */
function abortingGates(gates: readonly Threshold[], config: ScenarioConfig): readonly Threshold[] {
  if (config['abort-on-fail'] !== true) return gates;
  const abort = { delay: config['abort-delay'] ?? 0 };
  return gates.map((gate) => (gate.abort === undefined ? { ...gate, abort } : gate));
}

function faultsFor(config: ScenarioConfig, seed: number): FaultsPlan | undefined {
  const has = {
    http: config.http !== undefined || config.mix !== undefined,
    services: servicesIn(config).length > 0,
  };
  return config.faults === undefined ? undefined : planFaults(config.faults, seed, has);
}

/** `working-directory` where no scenario runs anything in it. */
export function unusedDirectory(
  { workingDirectory }: ParsedInputs,
  scenarios: readonly ScenarioPlan[],
): Problem[] {
  if (workingDirectory === undefined || scenarios.length === 0) return [];
  if (scenarios.some(usesDirectory)) return [];
  const message = 'no command, module file or service runs there, so nothing uses it; leave it out';
  return [{ where: whereInput('workingDirectory'), message }];
}

function usesDirectory(plan: ScenarioPlan): boolean {
  const { work, services, workingDirectory } = plan;
  const works =
    work.kind === 'import' ||
    worksOf(work).some(
      (each) =>
        each.kind === 'command' ||
        (each.kind === 'module' && !isBuiltIn(each.module)) ||
        (each.kind === 'http' && each.ca !== undefined),
    );
  const hooks = [plan.before, plan.setup, plan.teardown, plan.verify].some((hook) => hook !== undefined);
  return (
    works ||
    hooks ||
    flowPlans(plan).some(({ data }) => data !== undefined) ||
    plan.watch?.some(({ kind }) => kind === 'pid-file') === true ||
    services.some((service) => service.workingDirectory === workingDirectory)
  );
}
