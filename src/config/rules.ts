import { faultRules } from './fault-rules.js';
import type { Finding } from './finding.js';
import { ladderRules } from './ladder-rules.js';
import { limitRules } from './limit-rules.js';
import { durationRule, loadRules } from './load-rules.js';
import { resolveLoad, type LoadWish } from './load.js';
import { environment } from './environment.js';
import { placeholderRules } from './placeholder-rules.js';
import { isMap, type Raw } from './raw.js';
import { serviceRules } from './service-rules.js';

/*
 * What one value says of another. These look at the plain value, so that they hold even where a schema has already
 * found something else: all problems at once.
 */

const MODULE_KEYS = ['options', 'isolate'];
const HTTP_ONLY_KEYS = ['follow-redirects', 'max-body'];
const KINDS = ['run', 'module', 'http'];

/** What the load of the scenarios is put together from, beside the config. */
export interface LoadContext {
  readonly input: LoadWish;
  /** The scenarios that are to be run; all if left out. */
  readonly selected?: readonly string[] | undefined;
}

/** Without a load context nothing is said of the load: it cannot be known. */
export function crossRules(config: unknown, load: LoadContext | undefined): Finding[] {
  if (!isMap(config) || !isMap(config['scenarios'])) return [];
  const names = Object.keys(config['scenarios']);
  if (names.length === 0) {
    return [{ path: ['scenarios'], message: 'is empty; write at least one scenario' }];
  }
  return names.flatMap((name) => {
    // A name that the language gives a meaning of its own would be lost on the way.
    if (name === '__proto__') {
      return [{ path: ['scenarios'], key: name, message: `"${name}" is no name for a scenario` }];
    }
    const scenario = (config['scenarios'] as Raw)[name];
    if (!isMap(scenario)) return [];
    const path = ['scenarios', name];
    const selected = load?.selected?.includes(name) ?? true;
    const ofLoad = load !== undefined && selected ? loadRule(path, scenario, load.input) : [];
    return [...scenarioRules(path, scenario), ...ofLoad];
  });
}

function scenarioRules(path: Finding['path'], scenario: Raw): Finding[] {
  return [
    ...oneKindOfWork(path, scenario),
    ...loadRules(path, scenario),
    ...ladderRules(path, scenario),
    ...faultRules(path, scenario),
    ...environment(path, scenario),
    ...serviceRules(path, scenario),
    ...placeholderRules(path, scenario),
    ...limitRules(path, scenario),
  ];
}

function oneKindOfWork(path: Finding['path'], scenario: Raw): Finding[] {
  const [kind, second] = KINDS.filter((key) => key in scenario);
  if (kind === undefined) return [{ path, message: 'needs run, module or http: what one flow is' }];
  if (second !== undefined) {
    return [{ path, key: second, message: `${kind} and ${second} are given; keep one` }];
  }
  const others = [
    ...(kind === 'module' ? [] : MODULE_KEYS.map((key) => ({ key, message: FOR_MODULES[kind] }))),
    ...(kind === 'http' ? [] : HTTP_ONLY_KEYS.map((key) => ({ key, message: 'is for http scenarios' }))),
    ...(kind === 'http' || probesHttps(scenario) ? [] : [{ key: 'ca', message: FOR_CA }]),
  ];
  return others
    .filter(({ key }) => key in scenario)
    .map(({ key, message = '' }) => ({ path: [...path, key], message }));
}

const FOR_CA = 'is for http scenarios, and for services whose ready begins with https://';

function probesHttps({ service, services }: Raw): boolean {
  const all = [service, ...(isMap(services) ? Object.values(services) : [])];
  return all.some((each) => isMap(each) && /^\s*https:/i.test(String(each['ready'])));
}

const FOR_MODULES: Readonly<Record<string, string>> = {
  run: 'is for module scenarios; a command is given what it needs by env',
  http: 'is for module scenarios; a request says all that it needs itself',
};

/** Only what the config itself is to blame for, and only if its numbers are numbers. */
function loadRule(path: Finding['path'], scenario: Raw, input: LoadWish): Finding[] {
  const { flows, iterations, duration } = scenario;
  if ('ladder' in scenario) return [];
  if ('rate' in scenario || 'stages' in scenario) return durationRule(path, scenario, input);
  if (!isCount(flows) || !isCount(iterations) || duration !== undefined) return [];
  const result = resolveLoad(input, { flows, iterations });
  if (result.ok || result.by === 'input') return [];
  return [{ path: [...path, result.key], message: result.message }];
}

function isCount(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 1);
}
