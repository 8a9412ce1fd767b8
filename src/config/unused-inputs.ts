import type { Problem } from '../lib/errors.js';
import type { ScenarioPlan } from '../model/plan.js';
import { type InputKey, type Inputs, whereInput } from './inputs.js';
import type { ParsedInputs } from './parse-inputs.js';
import { isBuiltIn } from './scenario-plan.js';

/*
 * An input that nothing uses is an error: whoever gave it believes that it gates, and a run without it would be green
 * by accident.
 */

/** Whether an input says something; a switch that is off does not. */
export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function isAsked(inputs: Inputs, key: InputKey): boolean {
  const text = inputs[key];
  return isGiven(text) && !(SWITCHES.has(key) && text.trim() === 'false');
}

const SWITCHES: ReadonlySet<InputKey> = new Set(['demo', 'noCompare']);

/** Each says by itself what one flow is. */
const SHORTHAND = ['run', 'module', 'url', 'demo'] as const;

/** Whether the inputs say what is run, so that no config file is looked for. */
export function hasShorthand(inputs: Inputs): boolean {
  return SHORTHAND.some((key) => isAsked(inputs, key));
}

const PAIRS: readonly (readonly [InputKey, InputKey])[] = [
  ['run', 'module'],
  ['run', 'url'],
  ['module', 'url'],
  ['run', 'demo'],
  ['module', 'demo'],
  ['url', 'demo'],
  ['config', 'run'],
  ['config', 'module'],
  ['config', 'url'],
  ['config', 'demo'],
  ['iterations', 'duration'],
  ['flows', 'rate'],
  ['iterations', 'rate'],
];

/** Inputs of which one leaves no use for the other, whatever the config says. */
export function togetherProblems(inputs: Inputs): Problem[] {
  const pairs = PAIRS.filter(([first, second]) => isAsked(inputs, first) && isAsked(inputs, second));
  const problems = pairs.map(([first, second]) => ({
    where: whereInput(second),
    message: `${first} and ${second} are given; keep one`,
  }));
  if (isAsked(inputs, 'scenario') && hasShorthand(inputs)) {
    const message = 'selects from a config file, and run, module, url and demo make one scenario';
    problems.push({ where: whereInput('scenario'), message });
  }
  if (isAsked(inputs, 'compare') && isAsked(inputs, 'demo')) {
    const message = 'the demo is part of flowgate and the same on both sides; leave compare or demo out';
    problems.push({ where: whereInput('compare'), message });
  }
  return problems;
}

/** Only a comparison uses them. */
const OF_COMPARISON = ['prepare', 'budget', 'onInconclusive'] as const;

/** @param compares whether anything is compared, by the inputs or by the config */
export function withoutComparison(parsed: ParsedInputs, compares: boolean): Problem[] {
  if (compares) return [];
  const message =
    parsed.noCompare === true
      ? 'nothing is compared (--no-compare), so nothing uses it; leave it out'
      : 'nothing is compared, so nothing uses it; give compare, or leave it out';
  return OF_COMPARISON.filter((key) => parsed[key] !== undefined).map((key) => ({
    where: whereInput(key),
    message,
  }));
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
    work.kind === 'command' ||
    (work.kind === 'module' && !isBuiltIn(work.module)) ||
    (work.kind === 'http' && work.ca !== undefined);
  const hooks = [plan.setup, plan.teardown, plan.verify].some((hook) => hook !== undefined);
  return works || hooks || services.some((service) => service.workingDirectory === workingDirectory);
}
