import type { Opponent, Opponents, Side } from '../compare/opponent.js';
import type { Inputs } from '../config/inputs.js';
import { makePlan } from '../config/plan.js';
import { reproduceCommand } from '../config/reproduce.js';
import { runPlan } from '../gate.js';
import { UserError } from '../lib/errors.js';
import { exitStatus } from '../lib/exit-status.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import { inputsOf, type RunOptions } from './options.js';
import { tell, type Terminal } from './outputs.js';

/** What base is, by the names that head has them by. */
const BASE_OPTIONS = {
  baseRun: 'run',
  baseConfig: 'config',
  baseModule: 'module',
  baseUrl: 'url',
} as const;

type BaseOption = keyof typeof BASE_OPTIONS;

export type CompareOptions = Omit<RunOptions, 'compare' | 'prepare'> &
  Partial<Record<BaseOption | 'baseWorkingDirectory', string>>;

/** `flowgate compare`: two commands, modules, requests or configs against each other, without git. */
export async function compareTwo(terminal: Terminal, options: CompareOptions): Promise<number> {
  const { ports, cwd } = terminal;
  const inputs = twoInputs(options);
  const context = terminal.contextOf(reproduceCommand(inputs.given, { command: 'compare' }));
  const sources = { files: ports.files, workspace: cwd, env: context.env, imports: 'refused' } as const;
  const asked = await makePlan(inputs.head, sources);
  const base = await makePlan(inputs.base, sources);
  const head = withoutDefaults(asked, base);
  const opponents = opponentsOf(head, base, inputs.labels);
  const results = await runPlan(head, ports, { ...context, opponents });
  await tell(terminal, results, options);
  return exitStatus(results);
}

/** What head and base are asked for, each as if it were run alone. */
interface TwoInputs {
  readonly base: Inputs;
  readonly head: Inputs;
  readonly labels: { readonly base: string; readonly head: string };
  /** As they were given, to be given again. */
  readonly given: Inputs & Partial<Record<BaseOption | 'baseWorkingDirectory', string>>;
}

/**
 * Base does its own work, with everything else as head has it.
 * @throws UserError unless there is exactly one base
 */
export function twoInputs(options: CompareOptions): TwoInputs {
  const { baseRun, baseConfig, baseModule, baseUrl, baseWorkingDirectory, ...others } = options;
  const asked = inputsOf(others);
  const bases = withoutUndefined({ baseRun, baseConfig, baseModule, baseUrl });
  const [option, value] = onlyOf(bases);
  const directory = baseWorkingDirectory ?? asked.workingDirectory;
  // That there is something to compare with lets limits hang on a base.
  const compare = 'base';
  return {
    head: { ...asked, compare },
    base: { [BASE_OPTIONS[option]]: value, workingDirectory: directory, compare },
    labels: labelsOf(value, asked.run ?? asked.module ?? asked.url ?? asked.config ?? 'the config'),
    given: { ...asked, ...bases, ...withoutUndefined({ baseWorkingDirectory }) },
  };
}

function onlyOf(bases: Partial<Record<BaseOption, string>>): readonly [BaseOption, string] {
  const [only, ...others] = Object.entries(bases) as [BaseOption, string][];
  if (only !== undefined && others.length === 0 && only[1].trim() !== '') return only;
  const message =
    only === undefined
      ? 'there is no base; give one of --base-run, --base-config, --base-module and --base-url'
      : 'give one base, of --base-run, --base-config, --base-module and --base-url, and not an empty one';
  throw new UserError({ where: 'compare', message });
}

function withoutUndefined<Key extends string>(
  map: Readonly<Partial<Record<Key, string | undefined>>>,
): Partial<Record<Key, string>> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Partial<
    Record<Key, string>
  >;
}

/** Told apart even if both are the same. */
function labelsOf(base: string, head: string): TwoInputs['labels'] {
  if (base.trim() === head.trim()) return { base: 'base', head: 'head' };
  const alike = lengthAlike(base, head);
  if (alike <= MOST_ALIKE) return { base, head };
  // Reports show the first 50 characters: what both begin with is cut out, so that what differs is seen.
  const cut = (text: string): string => `${text.slice(0, KEPT)}…${text.slice(alike - KEPT)}`;
  return { base: cut(base), head: cut(head) };
}

const MOST_ALIKE = 30;
const KEPT = 12;

function lengthAlike(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/**
 * A comparison of two commands asks which is worse, not whether either is good. Alerts are no defaults. A scenario that
 * base does not have keeps them: without any gate it would pass whatever it does.
 */
function withoutDefaults(plan: Plan, base: Plan): Plan {
  const asked = ({ omittedGates, ...scenario }: ScenarioPlan): ScenarioPlan =>
    scenario.defaultGates && counterpartOf(scenario, plan, base) !== undefined
      ? {
          ...scenario,
          defaultGates: false,
          thresholds: scenario.thresholds.filter(({ level }) => level === 'warn'),
        }
      : { ...scenario, omittedGates };
  return { ...plan, scenarios: plan.scenarios.map(asked) };
}

function opponentsOf(head: Plan, base: Plan, labels: TwoInputs['labels']): Opponents {
  const { compare } = head;
  if (compare === undefined) throw new Error('a plan with compare says how to compare');
  const sides: { base: Side; head: Side } = {
    base: { label: labels.base },
    head: { label: labels.head },
  };
  return {
    how: compare,
    of: (scenario): Opponent => {
      const plan = counterpartOf(scenario, head, base);
      const absent = `${scenario.name} is not in ${labels.base}`;
      return plan === undefined ? { absent, ...sides } : { plan, ...sides };
    },
    close: () => Promise.resolve(),
  };
}

/** By its name; where either side has one scenario only, that is the one. */
function counterpartOf(scenario: ScenarioPlan, head: Plan, base: Plan): ScenarioPlan | undefined {
  const [only, ...others] = base.scenarios;
  const isOnly = head.scenarios.length === 1 && others.length === 0;
  return base.scenarios.find(({ name }) => name === scenario.name) ?? (isOnly ? only : undefined);
}
