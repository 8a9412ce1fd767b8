import { defaultBaseGates } from '../compare/thresholds.js';
import type { ComparePlan } from '../model/comparison.js';
import type { ScenarioPlan } from '../model/plan.js';
import { NOT_COMPARED } from '../verdict/judge.js';
import type { ParsedInputs } from './parse-inputs.js';
import { isMap } from './raw.js';
import type { Config } from './schema.js';

/** ms. */
const BUDGET = 120_000;

/** Input goes before config goes before default; undefined if nothing is to be compared. */
export function planCompare(
  inputs: ParsedInputs,
  config: Omit<Config, 'version' | 'scenarios'> = {},
): ComparePlan | undefined {
  const ref = inputs.compare ?? config.compare?.ref;
  if (ref === undefined) return undefined;
  const prepare = inputs.prepare ?? config.prepare;
  const services = config.compare?.services;
  return {
    ref,
    ...(prepare === undefined ? {} : { prepare }),
    budget: inputs.budget ?? config.budget ?? BUDGET,
    ...(services === undefined ? {} : { services }),
    onUnresolved: inputs.onInconclusive ?? config['on-inconclusive'] ?? 'warn',
    defaultLevel: config.compare?.['default-gates'] ?? 'fail',
  };
}

/**
 * The scenario in a run with --no-compare.
 * @param asked what would be compared; its default gates are then left out as well
 */
export function withoutComparing(scenario: ScenarioPlan, asked: ComparePlan | undefined): ScenarioPlan {
  const defaults = asked === undefined ? [] : defaultBaseGates(scenario, asked.defaultLevel);
  const omitted = defaults.map(({ expression }) => ({ expression, reason: NOT_COMPARED }));
  const omittedGates = [...(scenario.omittedGates ?? []), ...omitted];
  return {
    ...scenario,
    ...(omittedGates.length === 0 ? {} : { omittedGates }),
    comparesNothing: true,
  };
}

/** Whether `prepare` is run; `config` is what a config says, whatever else is wrong with it. */
export function isPrepared(inputs: ParsedInputs, config: unknown): boolean {
  if (inputs.noCompare === true) return false;
  const says = (key: 'compare' | 'prepare'): boolean =>
    inputs[key] !== undefined || (isMap(config) && config[key] !== undefined);
  return says('compare') && says('prepare');
}
