import type { Problem } from '../lib/errors.js';
import type { ConfigReading } from './config.js';
import { DEMO_MODULE, demoDefaults } from './demo.js';
import { whereInput } from './inputs.js';
import type { ParsedInputs } from './parse-inputs.js';
import type { Config, ScenarioConfig } from './schema.js';

/** What a config and a shorthand can both say of a scenario and be wrong about only in view of files or each other. */
export type DraftKey = 'module' | 'ca' | 'working-directory' | 'iterations' | 'rate' | 'thresholds';

/** A scenario before inputs and defaults are added to it. */
export interface Draft {
  readonly name: string;
  readonly config: ScenarioConfig;
  readonly problemAt: (key: DraftKey, message: string) => Problem;
}

/** The input that says it; what no input says (`ca`) can not be wrong in a shorthand. */
const WHERE: Readonly<Record<DraftKey, string>> = {
  module: whereInput('module'),
  ca: whereInput('url'),
  iterations: whereInput('iterations'),
  rate: whereInput('rate'),
  thresholds: whereInput('thresholds'),
  'working-directory': whereInput('workingDirectory'),
};

/** The one scenario of the inputs `run`, `module`, `url` or `demo`; undefined if none of them is given. */
export function shorthandDraft({ run, module, url, demo, ...inputs }: ParsedInputs): Draft | undefined {
  const problemAt = (key: DraftKey, message: string): Problem => ({
    where: WHERE[key],
    message,
  });
  if (run !== undefined) return { name: 'run', config: { run }, problemAt };
  if (url !== undefined) return { name: 'url', config: { http: url }, problemAt };
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

/** The scenarios of a config in its order: the named ones, or all. */
export function configDrafts(
  config: Config,
  names: readonly string[] | undefined,
  problemAt: ConfigReading['problemAt'],
): readonly Draft[] {
  return Object.entries(config.scenarios)
    .filter(([name]) => names === undefined || names.includes(name))
    .map(([name, scenario]) => ({
      name,
      config: scenario,
      problemAt: (key, message) => problemAt(['scenarios', name, key], message),
    }));
}
