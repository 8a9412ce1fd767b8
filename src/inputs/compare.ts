import type { z } from 'zod';
import type { Problem } from '../errors.js';
import { ROUND_SERVICES, UNRESOLVED_ANSWERS, type ComparePlan } from '../model/compare-plan.js';
import type { ScenarioPlan } from '../model/plan.js';
import { defaultBaseGates } from '../verdict/compared-defaults.js';
import { NOT_COMPARED } from '../verdict/judge.js';
import { commandText, duration, isMap, map, mapOrText, oneOf, text } from './fields.js';
import { whereInput, type ParsedInputs } from './inputs.js';

/* `compare` and what belongs to it: for the whole config, because both trees are of the whole repository. */

/** ms. */
const BUDGET = 120_000;

/** Why a text can be no ref that git is asked for; undefined if it can. git itself knows which refs there are. */
export function refProblem(ref: string): string | undefined {
  if (ref.startsWith('-')) return `${ref} can be no git ref: it begins with -`;
  return /\p{Cc}/u.test(ref) ? 'can be no git ref: it holds control characters' : undefined;
}

const ref = text('base').superRefine((value, context) => {
  const message = refProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const compare = map(
  {
    ref: ref.describe(
      'a git ref, or base: what the pull request is to be merged into, else the version before',
    ),
    services: oneOf(ROUND_SERVICES)
      .optional()
      .describe(
        'keep: services and module hosts stay up between rounds; restart: each round starts its own; keep if left out and it is known where they listen',
      ),
    'default-gates': oneOf(['fail', 'warn'])
      .optional()
      .describe('level of the gates in force when no threshold hangs on the base; fail if left out'),
  },
  'a git ref such as base, or a map such as {ref: base, services: keep}',
);

const prepare = map(
  {
    run: commandText('npm ci').describe(
      'the command; it runs where the scenarios do: in the workspace of its tree',
    ),
    'cache-key': text('v1')
      .optional()
      .describe('a tree that was prepared for the same commit, command and key is taken from the cache'),
  },
  'a command such as npm ci, or a map such as {run: npm ci, cache-key: v1}',
);

/** At the top of the config. */
export const COMPARE_FIELDS = {
  compare: mapOrText('ref', compare)
    .describe('what head is compared with: a git ref, or base; see docs/comparing.md')
    .optional(),
  prepare: mapOrText('run', prepare)
    .describe('a command that is run once in each tree before anything is measured')
    .optional(),
  budget: duration.optional().describe('how long the rounds of one scenario may take; 2m if left out'),
  'on-inconclusive': oneOf(UNRESOLVED_ANSWERS)
    .optional()
    .describe('what becomes of a comparison that its budget did not resolve; warn if left out'),
};

type CompareConfig = z.output<z.ZodObject<typeof COMPARE_FIELDS>>;

/** Input goes before config goes before default; undefined if nothing is to be compared. */
export function planCompare(inputs: ParsedInputs, config: CompareConfig = {}): ComparePlan | undefined {
  const asked = inputs.compare ?? config.compare?.ref;
  if (asked === undefined) return undefined;
  const run = inputs.prepare ?? config.prepare?.run;
  // The input replaces the command only: what the cache holds is known by the command as well as by its key.
  const cacheKey = config.prepare?.['cache-key'];
  const services = config.compare?.services;
  return {
    ref: asked,
    ...(run === undefined ? {} : { prepare: { run, ...(cacheKey === undefined ? {} : { cacheKey }) } }),
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

/**
 * Whether anything is compared.
 * @param config what is known of a config, whatever else is wrong with it
 */
export function isCompared(inputs: ParsedInputs, asked: boolean, config: unknown): boolean {
  return inputs.noCompare !== true && (asked || has(config, 'compare'));
}

/** Whether `prepare` is run. */
export function isPrepared(inputs: ParsedInputs, config: unknown): boolean {
  if (inputs.noCompare === true) return false;
  return (['compare', 'prepare'] as const).every((key) => inputs[key] !== undefined || has(config, key));
}

function has(config: unknown, key: string): boolean {
  return isMap(config) && key in config;
}

/** Only a comparison uses them. */
const OF_COMPARISON = ['prepare', 'budget', 'onInconclusive'] as const;

/** Inputs that nothing uses where nothing is compared. */
export function comparisonProblems(parsed: ParsedInputs): Problem[] {
  const message =
    parsed.noCompare === true
      ? 'nothing is compared (--no-compare), so nothing uses it; leave it out'
      : 'nothing is compared, so nothing uses it; give compare, or leave it out';
  return OF_COMPARISON.filter((key) => parsed[key] !== undefined).map((key) => ({
    where: whereInput(key),
    message,
  }));
}
