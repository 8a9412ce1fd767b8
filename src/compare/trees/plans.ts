import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DEFAULT_CONFIGS } from '../../config/find-config.js';
import { type Inputs, whereInput } from '../../config/inputs.js';
import { fromWorkspace } from '../../config/places.js';
import { makePlan } from '../../config/plan.js';
import { type Problem, UserError } from '../../lib/errors.js';
import type { Plan, ScenarioPlan, Work } from '../../model/plan.js';
import type { Files } from '../../system/ports.js';

/** From one tree to the same place in another. Absolute paths. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** A path that is not in the first tree stays as it is. */
function moved(path: string, { from, to }: Move): string {
  if (!isAbsolute(path)) return path;
  const within = relative(from, path);
  return within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? path : join(to, within);
}

/**
 * The variables that name places in the first tree (GITHUB_WORKSPACE, PATH with its node_modules/.bin), as they are in
 * the other: what runs in a tree must not find the first one by them. The others are left out; and where the first
 * tree is around the home folder, all but GITHUB_WORKSPACE, because they mean what is installed there.
 */
export function movedVariables(env: Readonly<Record<string, string>>, move: Move): Record<string, string> {
  const { HOME: home = '' } = env;
  const aroundHome = moved(home, move) !== home;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      if (aroundHome && name !== 'GITHUB_WORKSPACE') return [];
      const parts = value.split(delimiter).map((part) => moved(part, move));
      return parts.join(delimiter) === value ? [] : [[name, parts.join(delimiter)]];
    }),
  );
}

/** Head's plan, made in the workspace, as it runs in head's tree. */
export function planInTree(plan: Plan, env: Readonly<Record<string, string>>, move: Move): Plan {
  const variables = movedVariables(env, move);
  const scenarios = plan.scenarios.map((scenario) => ({
    ...scenario,
    work: movedWork(scenario.work, move),
    workingDirectory: moved(scenario.workingDirectory, move),
    services: scenario.services.map((service) => ({
      ...service,
      workingDirectory: moved(service.workingDirectory, move),
      ...(service.ca === undefined ? {} : { ca: moved(service.ca, move) }),
    })),
    env: { ...variables, ...scenario.env },
  }));
  return { ...plan, scenarios };
}

function movedWork(work: Work, move: Move): Work {
  if (work.kind === 'module') return { ...work, module: moved(work.module, move) };
  if (work.kind === 'http' && work.ca !== undefined) return { ...work, ca: moved(work.ca, move) };
  return work;
}

/**
 * What head names and its tree has not, now that it is prepared; each once, by its path in the working tree. A path in a
 * folder that is missing is missing for the same cause.
 * @param move from the working tree to head's tree
 */
export async function missingInHead(
  { scenarios, compare }: Plan,
  files: Files,
  { from, to }: Move,
): Promise<readonly Problem[]> {
  const why = compare?.prepare === undefined ? NOT_IN_GIT : NOT_PREPARED;
  const missing: string[] = [];
  const problems: Problem[] = [];
  for (const scenario of scenarios) {
    for (const path of placesOf(scenario)) {
      const isKnown = missing.some((known) => path === known || path.startsWith(`${known}${sep}`));
      if (isKnown || (await files.exists(path))) continue;
      missing.push(path);
      const name = fromWorkspace(moved(path, { from: to, to: from }), from);
      problems.push({ where: 'compare', message: `${name}, which ${scenario.name} names, ${why}` });
    }
  }
  return problems;
}

/** It was looked for in the workspace before. */
const NOT_IN_GIT = 'is in the workspace and not in git, so that no tree has it; let prepare make it';
const NOT_PREPARED = 'is not there once head is prepared: neither git holds it nor does prepare make it';

/** Folders first. */
function placesOf({ workingDirectory, work, services }: ScenarioPlan): readonly string[] {
  const module = work.kind === 'module' && isAbsolute(work.module) ? [work.module] : [];
  const ca = work.kind === 'http' && work.ca !== undefined ? [work.ca] : [];
  return [workingDirectory, ...services.map((service) => service.workingDirectory), ...module, ...ca];
}

export interface BaseSources {
  readonly files: Files;
  readonly inputs: Inputs;
  /** Where head's plan was made from. */
  readonly source: Plan['source'];
  /** The workspace from the top of the repository. */
  readonly prefix: string;
  /** What flows get. */
  readonly env: Readonly<Record<string, string>>;
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
  const { files, label, move, prefix, env } = sources;
  const workspace = join(move.to, prefix);
  const inputs = await inputsForBase(head, workspace, sources);
  if (inputs === undefined) return { absent: `the scenario is new: ${label} has no config` };
  let base: ScenarioPlan | undefined;
  try {
    const { scenarios } = await makePlan(inputs, { files, workspace, isBase: true });
    base = scenarios.find(({ name }) => name === head.name);
  } catch (thrown) {
    if (thrown instanceof UserError) return { absent: absence(head, label, thrown) };
    throw thrown;
  }
  if (base === undefined) return { absent: isNew(head, label) };
  if (asksSameServer(head, base)) return { absent: SAME_SERVER };
  const { work, services, shell, workingDirectory, setup, teardown, verify } = base;
  const own = { work, services, shell, workingDirectory, setup, teardown, verify };
  return { plan: { ...head, ...own, env: { ...movedVariables(env, move), ...base.env } } };
}

/** What says which work is done, and nothing of the load or the gates; undefined if the config is not there. */
async function inputsForBase(
  { name }: ScenarioPlan,
  workspace: string,
  { files, inputs, source, move }: BaseSources,
): Promise<Inputs | undefined> {
  const { config, run, module, url, workingDirectory, seed, compare = 'base' } = inputs;
  const inBase = (path: string | undefined) => (path === undefined ? undefined : moved(path, move));
  const common = { compare, workingDirectory: inBase(workingDirectory), seed };
  if (source.kind !== 'config') return { ...common, run, module: inBase(module), url };
  for (const candidate of config === undefined ? DEFAULT_CONFIGS : [moved(config, move)]) {
    if (await files.exists(resolve(workspace, candidate))) {
      return { ...common, config: candidate, scenario: name };
    }
  }
  return undefined;
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

const SAME_SERVER =
  'both sides send the same requests to a server that neither of them starts, so that head would be compared with ' +
  'itself; start the server as a service of the scenario';

/** Whether the flows of both sides ask one server, which was there before and runs the code of one of them. */
function asksSameServer(head: ScenarioPlan, base: ScenarioPlan): boolean {
  const [one, other] = [head.work, base.work];
  if (one.kind !== 'http' || other.kind !== 'http') return false;
  // A `setup` may start one as well.
  const startsServer = ({ services, setup }: ScenarioPlan) => services.length > 0 || setup !== undefined;
  if (startsServer(head) || startsServer(base)) return false;
  return JSON.stringify(one.requests) === JSON.stringify(other.requests);
}
