import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import { type Problem, UserError } from '../../lib/errors.js';
import {
  type FlowPlan,
  flowPlans,
  type Plan,
  type ScenarioPlan,
  type SingleWork,
  type Work,
  worksOf,
} from '../../model/plan.js';
import type { Files } from '../../system/ports.js';

/** From one tree to the same place in another. Absolute paths. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** A path that is not in the first tree stays as it is. */
function moved(path: string, { from, to }: Move): string {
  const within = pathWithin(from, path);
  return within === undefined ? path : join(to, within);
}

/** From the folder; undefined for a path that is not in it, or not absolute. */
function pathWithin(folder: string, path: string): string | undefined {
  if (!isAbsolute(path)) return undefined;
  const within = relative(folder, path);
  return within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? undefined : within;
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
    ...movedWatch(scenario, move),
    ...(scenario.data === undefined
      ? {}
      : { data: { ...scenario.data, file: moved(scenario.data.file, move) } }),
    services: scenario.services.map((service) => ({
      ...service,
      ...movedWatch(service, move),
      workingDirectory: moved(service.workingDirectory, move),
      ...(service.ca === undefined ? {} : { ca: moved(service.ca, move) }),
    })),
    env: { ...variables, ...scenario.env },
  }));
  return { ...plan, scenarios };
}

function movedWork(work: Work, move: Move): Work {
  if (work.kind === 'import') return { ...work, file: moved(work.file, move) };
  return work.kind === 'mix'
    ? { ...work, parts: work.parts.map((part) => ({ ...part, ...movedFlow(part, move) })) }
    : movedSingle(work, move);
}

function movedFlow(
  { work, workingDirectory, data }: FlowPlan,
  move: Move,
): Pick<FlowPlan, 'work' | 'workingDirectory' | 'data'> {
  return {
    work: movedSingle(work, move),
    workingDirectory: moved(workingDirectory, move),
    ...(data === undefined ? {} : { data: { ...data, file: moved(data.file, move) } }),
  };
}

function movedSingle(work: SingleWork, move: Move): SingleWork {
  if (work.kind === 'module') return { ...work, module: moved(work.module, move) };
  if (work.kind === 'http' && work.ca !== undefined) return { ...work, ca: moved(work.ca, move) };
  return work;
}

function movedWatch({ watch }: Pick<ScenarioPlan, 'watch'>, move: Move): Pick<ScenarioPlan, 'watch'> {
  if (watch === undefined) return {};
  return {
    watch: watch.map((each) => (each.kind === 'pid-file' ? { ...each, file: moved(each.file, move) } : each)),
  };
}

/**
 * What head names and its tree has not, now that it is prepared; each once, by its path from the top. A path in a folder
 * that is missing is missing for the same cause.
 * @param tree of head
 */
export async function missingInHead(
  { scenarios, compare }: Plan,
  files: Files,
  tree: string,
): Promise<readonly Problem[]> {
  const why = compare?.prepare === undefined ? NOT_IN_GIT : NOT_PREPARED;
  const missing: string[] = [];
  const problems: Problem[] = [];
  for (const scenario of scenarios) {
    for (const path of placesOf(scenario)) {
      const isKnown = missing.some((known) => path === known || path.startsWith(`${known}${sep}`));
      if (isKnown || (await files.exists(path))) continue;
      missing.push(path);
      const name = pathWithin(tree, path)?.split(sep).join('/') ?? path;
      problems.push({ where: 'compare', message: `${name}, which ${scenario.name} names, ${why}` });
    }
  }
  return problems;
}

/** It was looked for in the workspace before. */
const NOT_IN_GIT = 'is in the workspace and not in git, so that no tree has it; let prepare make it';
const NOT_PREPARED = 'is not there once head is prepared: neither git holds it nor does prepare make it';

/** Folders first. */
function placesOf(plan: ScenarioPlan): readonly string[] {
  const flows = flowPlans(plan);
  return [
    plan.workingDirectory,
    ...flows.map(({ workingDirectory }) => workingDirectory),
    ...plan.services.map((service) => service.workingDirectory),
    ...flows.flatMap(filesOf),
  ];
}

function filesOf({ work, data }: FlowPlan): readonly string[] {
  const module = work.kind === 'module' && isAbsolute(work.module) ? [work.module] : [];
  const ca = work.kind === 'http' && work.ca !== undefined ? [work.ca] : [];
  return [...module, ...ca, ...(data === undefined ? [] : [data.file])];
}

/**
 * What base's tree says that is to be done in a scenario of head's: its own config, or the same inputs.
 * Throws UserError if that is not valid.
 */
export type PlanBase = (wanted: {
  readonly scenario: string;
  readonly source: Plan['source'];
  /** Absolute: the workspace in base's tree. */
  readonly workspace: string;
  /** Where in base's tree is what has this path in the working tree. */
  readonly moved: (path: string) => string;
}) => Promise<ScenarioPlan | 'no config' | 'no scenario'>;

interface BaseSources {
  readonly planBase: PlanBase;
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
  const { planBase, source, label, move, prefix, env } = sources;
  let base: Awaited<ReturnType<PlanBase>>;
  try {
    base = await planBase({
      scenario: head.name,
      source,
      workspace: join(move.to, prefix),
      moved: (path) => moved(path, move),
    });
  } catch (thrown) {
    if (thrown instanceof UserError) return { absent: invalid(label, thrown) };
    throw thrown;
  }
  if (base === 'no config') return { absent: `the scenario is new: ${label} has no config` };
  if (base === 'no scenario') {
    return { absent: `the scenario is new: ${label} has none that is called ${head.name}` };
  }
  if (asksSameServer(head, base)) return { absent: SAME_SERVER };
  const lack = lacking(head.work, base.work);
  if (lack !== undefined) return { absent: `the mix is new: ${label} ${lack}` };
  const { work, data, services, watch, shell, workingDirectory, before, setup, teardown, verify } = base;
  const own = { work, data, services, watch, shell, workingDirectory, before, setup, teardown, verify };
  return { plan: { ...head, ...own, env: { ...movedVariables(env, move), ...base.env } } };
}

/** What base lacks of a mix, as the end of a sentence that begins with the base; undefined if nothing. */
function lacking(head: Work, base: Work): string | undefined {
  if (head.kind !== 'mix') return undefined;
  if (base.kind !== 'mix') return 'has none of that name';
  const missing = head.parts.find(({ name }) => base.parts.every((part) => part.name !== name));
  return missing && `has no part ${missing.name}`;
}

function invalid(label: string, { problems: [first] }: UserError): string {
  const place = first?.line === undefined ? '' : ` (line ${first.line})`;
  const message = [first?.where ?? first?.file, first?.message ?? 'it is invalid'].filter(Boolean).join(' ');
  return `what ${label} has of it can not be run: ${message}${place}`;
}

const SAME_SERVER =
  'both sides send the same requests to a server that neither of them starts, so that head would be compared with ' +
  'itself; start the server as a service of the scenario';

/** Whether the flows of both sides ask one server, which was there before and runs the code of one of them. */
function asksSameServer(head: ScenarioPlan, base: ScenarioPlan): boolean {
  const requests = [head, base].map(({ work }) =>
    worksOf(work).flatMap((each) => (each.kind === 'http' ? [each.requests] : [])),
  );
  const [one = [], other = []] = requests;
  if (one.length < worksOf(head.work).length || other.length < worksOf(base.work).length) return false;
  // A `setup` may start one as well.
  const startsServer = ({ services, setup }: ScenarioPlan) => services.length > 0 || setup !== undefined;
  if (startsServer(head) || startsServer(base)) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
