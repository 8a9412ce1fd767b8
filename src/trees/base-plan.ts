import { resolve } from 'node:path';
import { UserError } from '../errors.js';
import { whereInput, type Inputs } from '../inputs/inputs.js';
import { DEFAULT_CONFIGS } from '../inputs/find-config.js';
import { makePlan } from '../inputs/plan.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import type { Files } from '../ports.js';
import { moved, type Move } from './relocate.js';

export interface BaseSources {
  readonly files: Files;
  readonly inputs: Inputs;
  /** Where head's plan was made from. */
  readonly source: Plan['source'];
  /** Absolute: the workspace in the base's tree. */
  readonly workspace: string;
  /** From the working tree into the base's. */
  readonly move: Move;
  /** How people call the base. */
  readonly label: string;
}

/** The base's version of a scenario of head's, or why there is none. */
export type BaseScenario = { readonly plan: ScenarioPlan } | { readonly absent: string };

/**
 * What base does in the scenario of this name, by its own config. How many flows run at once, for how long, and what is
 * expected of them is head's: like is compared with like.
 */
export async function baseScenario(head: ScenarioPlan, sources: BaseSources): Promise<BaseScenario> {
  const { files, label, workspace } = sources;
  const inputs = await inputsForBase(head, sources);
  if (inputs === undefined) return { absent: `the scenario is new: ${label} has no config` };
  try {
    const { scenarios } = await makePlan(inputs, { files, workspace, isBase: true });
    const base = scenarios.find(({ name }) => name === head.name);
    return base === undefined ? { absent: isNew(head, label) } : { plan: withWorkOf(base, head) };
  } catch (thrown) {
    if (thrown instanceof UserError) return { absent: absence(head, label, thrown) };
    throw thrown;
  }
}

/** What says which work is done, and nothing of the load or the gates; undefined if the config is not there. */
async function inputsForBase(
  { name }: ScenarioPlan,
  { files, inputs, source, workspace, move }: BaseSources,
): Promise<Inputs | undefined> {
  const { config, run, module, url, workingDirectory, seed, bug, compare = 'base' } = inputs;
  const common = {
    compare,
    ...(workingDirectory === undefined ? {} : { workingDirectory: moved(workingDirectory, move) }),
    seed,
    bug,
  };
  if (source.kind === 'demo') return { ...common, module: 'flowgate:demo' };
  if (source.kind === 'inputs') {
    return { ...common, run, ...(module === undefined ? {} : { module: moved(module, move) }), url };
  }
  for (const candidate of config === undefined ? DEFAULT_CONFIGS : [moved(config, move)]) {
    if (await files.exists(resolve(workspace, candidate))) {
      return { ...common, config: candidate, scenario: name };
    }
  }
  return undefined;
}

/** A hook that base does not have is not head's. */
const HOOKS = ['setup', 'teardown', 'verify'] as const;

function withWorkOf(base: ScenarioPlan, head: ScenarioPlan): ScenarioPlan {
  const { work, services, shell, workingDirectory, env } = base;
  const hooks = Object.fromEntries(
    HOOKS.flatMap((hook) => (base[hook] === undefined ? [] : [[hook, base[hook]] as const])),
  );
  return { ...withoutHooks(head), work, services, shell, workingDirectory, env, ...hooks };
}

function withoutHooks(plan: ScenarioPlan): Omit<ScenarioPlan, (typeof HOOKS)[number]> {
  const hooks: readonly string[] = HOOKS;
  const kept = Object.entries(plan).filter(([key]) => !hooks.includes(key));
  return Object.fromEntries(kept) as unknown as Omit<ScenarioPlan, (typeof HOOKS)[number]>;
}

function absence(head: ScenarioPlan, label: string, { problems }: UserError): string {
  const [first] = problems;
  if (problems.some(({ where }) => where === whereInput('scenario'))) return isNew(head, label);
  const place = first?.line === undefined ? '' : ` (line ${first.line})`;
  const where = first?.where === undefined ? '' : `${first.where} `;
  return `what ${label} has of it can not be run: ${where}${first?.message ?? 'it is invalid'}${place}`;
}

function isNew({ name }: ScenarioPlan, label: string): string {
  return `the scenario is new: ${label} has none that is called ${name}`;
}
