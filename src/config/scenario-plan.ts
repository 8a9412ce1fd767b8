import { isAbsolute, resolve } from 'node:path';
import { conflictAgainstBase } from '../compare/thresholds.js';
import type { Problem } from '../lib/errors.js';
import type { FaultsPlan } from '../model/faults.js';
import { lengthOf, type Load, type ScenarioPlan, wholeLoad, type Work } from '../model/plan.js';
import type { Threshold } from '../model/threshold.js';
import { DEMO_CHECKS, DEMO_MODULE, DEMO_UNASKED } from './demo.js';
import type { Draft } from './draft.js';
import { faultsOf } from './faults-schema.js';
import { whereInput } from './inputs.js';
import { type Ladder, planLadder, tooFewForTop } from './ladder.js';
import { limitsFor } from './limit-rules.js';
import { type LoadResult, resolveLoad } from './load.js';
import type { ParsedInputs } from './parse-inputs.js';
import type { ScenarioConfig } from './schema.js';
import { servicesOf } from './service-plan.js';
import { defaultGatesFor } from './thresholds.js';

export const SHELL = 'bash -eo pipefail';
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
  const { name, config } = draft;
  const planned = planLoad(draft, inputs);
  if (!planned.ok) return planned;
  const faults = faultsFor(config, inputs.seed ?? config.seed ?? SEED);
  const gates = gatesOf(inputs, config, lengthOfRun(planned.loads.load, faults.faults));
  const conflict = conflictAgainstBase(gates.thresholds);
  if (conflict !== undefined) return { ok: false, problems: [thresholdProblem(draft, inputs, conflict)] };
  const workingDirectory = resolve(workspace, inputs.workingDirectory ?? config['working-directory'] ?? '.');
  const shell = config.shell ?? SHELL;
  const seed = inputs.seed ?? config.seed ?? SEED;
  return {
    ok: true,
    scenario: {
      name,
      work: workOf(config, { shell, workingDirectory, bug: inputs.bug }),
      ...planned.loads,
      timeout: inputs.timeout ?? config.timeout ?? TIMEOUT,
      warmup: config.warmup ?? 0,
      ...(config.retries === undefined ? {} : { retries: config.retries }),
      services: servicesOf(config, { workspace, workingDirectory }),
      ...(config.setup === undefined ? {} : { setup: config.setup }),
      ...(config.teardown === undefined ? {} : { teardown: config.teardown }),
      ...(config.verify === undefined ? {} : { verify: config.verify }),
      shell,
      workingDirectory,
      env: config.env ?? {},
      ...gates,
      checks: checksOf(config),
      ...(config.module === DEMO_MODULE ? { unaskedChecks: DEMO_UNASKED } : {}),
      ...faults,
      seed,
    },
  };
}

/** Inputs that say otherwise how many run at once. */
const OTHER_LOADS = ['flows', 'rate', 'maxFlows'] as const;

type LoadPlan =
  | { readonly ok: true; readonly loads: Pick<ScenarioPlan, 'load' | 'ladder'> }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function planLoad(draft: Draft, inputs: ParsedInputs): LoadPlan {
  const { ladder } = draft.config;
  if (ladder !== undefined) return planClimb(ladder, draft, inputs);
  const load = resolveLoad(inputs, { ...draft.config, maxFlows: draft.config['max-flows'] });
  if (!load.ok) return { ok: false, problems: [loadProblem(draft, load)] };
  // What the config alone is to blame for, fault-rules.ts has said.
  const { kill, network } = draft.config.faults ?? {};
  const injects = kill !== undefined || network !== undefined;
  if (injects && load.load.model === 'open' && inputs.rate !== undefined) {
    const message = `${draft.name} has faults, which come in waves of one closed load; leave the rate out`;
    return { ok: false, problems: [{ where: whereInput('rate'), message }] };
  }
  return { ok: true, loads: { load: load.load } };
}

function planClimb(rungs: readonly number[], { name, config }: Draft, inputs: ParsedInputs): LoadPlan {
  const message = `${name} has a ladder, which says how many flows run at once; leave it out`;
  const problems: Problem[] = OTHER_LOADS.filter((key) => inputs[key] !== undefined).map((key) => ({
    where: whereInput(key),
    message,
  }));
  const tooFew = tooFewForTop(rungs, inputs.iterations);
  if (tooFew !== undefined) problems.push({ where: whereInput('iterations'), message: tooFew });
  if (problems.length > 0) return { ok: false, problems };
  const given = inputs.iterations !== undefined || inputs.duration !== undefined ? inputs : config;
  const { load, rungs: ladder }: Ladder = planLadder(rungs, given);
  return { ok: true, loads: { load, ladder } };
}

function loadProblem(draft: Draft, { by, key, message }: Extract<LoadResult, { ok: false }>): Problem {
  if (by === 'config') return draft.problemAt(key === 'rate' ? 'rate' : 'iterations', message);
  return { where: whereInput(key), message };
}

function thresholdProblem(draft: Draft, { thresholds }: ParsedInputs, message: string): Problem {
  return thresholds === undefined
    ? draft.problemAt('thresholds', message)
    : { where: whereInput('thresholds'), message };
}

function workOf(
  { run, module, http, isolate, options, ...config }: ScenarioConfig,
  given: { shell: string; workingDirectory: string; bug: string | undefined },
): Work {
  if (run !== undefined) return { kind: 'command', run, shell: given.shell };
  if (http !== undefined) {
    const { ca } = config;
    return {
      kind: 'http',
      requests: http,
      ...(ca === undefined ? {} : { ca: resolve(given.workingDirectory, ca) }),
      followRedirects: config['follow-redirects'] ?? false,
      maxBody: config['max-body'] ?? MAX_BODY,
    };
  }
  if (module === undefined) throw new Error('a scenario that passed the rules has run, module or http');
  return {
    kind: 'module',
    module: isBuiltIn(module) ? module : resolveModule(given.workingDirectory, module),
    isolate: isolate ?? 'none',
    options: { ...options, ...(given.bug === undefined ? {} : { bug: given.bug }) },
  };
}

function checksOf({ module, checks = {} }: ScenarioConfig): ScenarioPlan['checks'] {
  return { ...(module === DEMO_MODULE ? DEMO_CHECKS : {}), ...withoutUndefined(checks) };
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
 * @param length ms that the load asks for
 */
function gatesOf(
  inputs: ParsedInputs,
  config: ScenarioConfig,
  length: number | undefined,
): Pick<ScenarioPlan, 'thresholds' | 'defaultGates' | 'omittedGates'> {
  const gates = inputs.thresholds ?? config.thresholds;
  const alerts = inputs.alerts ?? config.alerts ?? [];
  const all = (chosen: readonly Threshold[]): readonly Threshold[] => [
    ...abortingGates(chosen, config),
    ...alerts,
  ];
  if (gates !== undefined) return { thresholds: all(gates), defaultGates: false };
  const isWatched =
    config.http === undefined || config.service !== undefined || config.services !== undefined;
  const { applying, omitted } = defaultGatesFor({ isWatched, length });
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

/** Limits are for whoever there is in the scenario. */
function faultsFor({ faults: given, http, service, services }: ScenarioConfig, seed: number) {
  const { faults } = faultsOf(given, seed);
  if (faults?.limits === undefined) return faultsOf(given, seed);
  const has = { http: http !== undefined, services: service !== undefined || services !== undefined };
  return { faults: { ...faults, limits: limitsFor(faults.limits, has) } };
}

function withoutUndefined<Key extends string, Value>(
  map: Readonly<Partial<Record<Key, Value | undefined>>>,
): Partial<Record<Key, Value>> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Partial<
    Record<Key, Value>
  >;
}
