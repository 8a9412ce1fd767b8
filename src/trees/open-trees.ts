import { join } from 'node:path';
import type { EventBase } from '../baseline/event-base.js';
import type { Opponents, Side, TreeGuard } from '../baseline/opponent.js';
import { messageOf, UserError } from '../errors.js';
import type { Inputs } from '../inputs/inputs.js';
import { SHELL } from '../inputs/scenario.js';
import type { ComparePlan } from '../model/compare-plan.js';
import type { Plan, ScenarioPlan } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import type { Git } from '../ports/git.js';
import { baseScenario, type BaseScenario } from './base-plan.js';
import { commitsBetween } from './commits.js';
import { missingInHead } from './head-places.js';
import { lackingInTrees } from './notes.js';
import { placeTrees, prepareSide, type PlacedSides, type PrepareSidesPorts } from './prepare-sides.js';
import { PreparedProcesses, type PreparedProcessesPorts } from './prepared-processes.js';
import type { Prepared, Unprepared } from './prepare.js';
import { movedPlan, movedVariables, type Move } from './relocate.js';
import { Repository } from './repository.js';
import { short } from './said.js';
import { asksSameServer, SAME_SERVER } from './same-server.js';
import { findSides, type Sides, type TreeSide } from './sides.js';
import { TreeFilesGuard, type GuardedTree, type GuardPorts } from './tree-guard.js';
import { Worktrees, type WorktreePorts } from './worktrees.js';

export interface TreePorts extends WorktreePorts, PrepareSidesPorts, PreparedProcessesPorts, GuardPorts {
  readonly git: Git;
}

/** Those of the ports that nothing but trees needs. */
export type TreeDoors = Pick<TreePorts, 'git' | 'cache' | 'treeFiles' | 'process'>;

/** What the trees are made from, beside the plan. */
export interface TreeContext {
  readonly inputs: Inputs;
  /** Absolute: where the plan was made. */
  readonly workspace: string;
  /** What flows get: no token is in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly event: EventBase;
  readonly environment: Environment;
  readonly repositoryName: string | undefined;
}

/** A plan whose head is in a tree of its own, and what it is compared with. */
export interface Comparing {
  readonly plan: Plan;
  readonly opponents: Opponents;
}

/** Nothing can be compared. */
export interface Unopened {
  /** A UserError if base can not be had or head can not be prepared. */
  readonly thrown: Error;
  /** Removes what there is of the trees. */
  close(): Promise<void>;
}

/**
 * Puts head and base each into a git worktree, prepares both, and plans for each scenario what base does in it.
 * A base that can not be prepared, that has no such scenario, or that there is not yet, is an opponent that is absent.
 * Whatever comes of it is to be closed, and nothing is left behind then. Never rejects.
 */
export async function openTrees(
  plan: Plan & { readonly compare: ComparePlan },
  ports: TreePorts,
  context: TreeContext,
): Promise<Comparing | Unopened> {
  const { workspace, event } = context;
  const { interrupt, files, logger } = ports;
  const how = plan.compare;
  const prepared = how.prepare === undefined ? undefined : new PreparedProcesses(ports);
  let worktrees: Worktrees | undefined;
  const close = async (): Promise<void> => {
    await prepared?.close();
    await worktrees?.close();
  };
  try {
    const repository = await Repository.open(ports.git, { workspace, interrupt });
    const sides = await findSides(repository, { ref: how.ref, event, files });
    const { head } = sides;
    logger.info(whatIsCompared(sides));
    if (head.commit === sides.base?.commit) logger.warn(sameCommit(sides.base));
    for (const note of await lackingInTrees(repository, head.commit, how.prepare)) logger.warn(note);
    worktrees = await Worktrees.open(repository, ports);
    const stage = { repository, worktrees, prepared, close };
    return await compareTrees(plan, { ...stage, ...sides }, { ports, context });
  } catch (thrown) {
    if (interrupt.aborted) return { plan, opponents: interrupted(how, close) };
    return { thrown: thrown instanceof Error ? thrown : new Error(messageOf(thrown)), close };
  }
}

interface Stage {
  readonly repository: Repository;
  readonly worktrees: Worktrees;
  /** Undefined if there is nothing to prepare. */
  readonly prepared: PreparedProcesses | undefined;
  /** Removes the trees, and what was started for them. */
  readonly close: () => Promise<void>;
  readonly head: TreeSide;
  /** Undefined if there is no earlier commit. */
  readonly base: TreeSide | undefined;
}

const NO_BASE = 'there is no earlier commit to compare with';

async function compareTrees(
  plan: Plan & { readonly compare: ComparePlan },
  stage: Stage,
  { ports, context }: { ports: TreePorts; context: TreeContext },
): Promise<Comparing> {
  const { repository, worktrees, head, base, close } = stage;
  const how = plan.compare;
  const env = { ...context.env, ...stage.prepared?.env };
  const making = {
    ...stage,
    ...context,
    env,
    prepare: how.prepare,
    shell: SHELL,
    machine: context.environment,
  };
  // Before any code of either side is run: what it could do to the repository's configuration comes too late for git.
  const commits = base && (await commitsBetween(repository, base.commit, repository.head));
  const placed = await placeTrees({ base, head }, making, ports);
  const to = (name: 'base' | 'head'): Move => ({ from: repository.top, to: worktrees.path(name) });
  const headPlan = withVariables(movedPlan(plan, to('head')), context.env, to('head'));
  const planBase = async (made: Prepared): Promise<Scenarios> => {
    const found = headPlan.scenarios.map(async (scenario) => {
      const of = await baseOf(scenario, { ...stage, made }, { plan, ports, context });
      return [scenario.name, of] as const;
    });
    return new Map(await Promise.all(found));
  };
  const { scenarios, guard } = await prepareInTurn(stage, { placed, planBase }, ports);
  const missing = await missingInHead(headPlan, ports.files, {
    from: worktrees.path('head'),
    to: repository.top,
  });
  if (missing.length > 0) throw new UserError(missing);
  const told = {
    base: base === undefined ? { label: how.ref } : sideOf(base),
    head: sideOf(head),
    ...(commits === undefined ? {} : { commits }),
  };
  return {
    plan: headPlan,
    opponents: {
      how,
      guard,
      of: ({ name }) => ({ ...(scenarios.get(name) ?? UNPLANNED), ...told }),
      close,
    },
  };
}

type Scenarios = ReadonlyMap<string, BaseScenario>;

interface InTurn {
  readonly placed: PlacedSides;
  readonly planBase: (made: Prepared) => Promise<Scenarios>;
}

/**
 * Base first: it is prepared, kept for other runs and planned from its config before any code of head runs, which could
 * change all of that. From then on its files are watched.
 * @throws UserError if head cannot be prepared
 */
async function prepareInTurn(
  stage: Stage,
  { placed, planBase }: InTurn,
  ports: TreePorts,
): Promise<{ readonly scenarios: Scenarios; readonly guard: TreeGuard }> {
  const { worktrees, prepared, base, head } = stage;
  const guard = new TreeFilesGuard(ports, worktrees.besides('clock'));
  const trees = await guardedTrees(stage);
  await guard.watch('head', trees.head);
  const made = await guard.during('base', () => prepareSide(placed.base, stage, ports), 'prepare');
  if (base && !made.ok) ports.logger.warn(unprepared(base.label, made).message);
  const scenarios = await planBase(made);
  if (trees.base !== undefined) await guard.watch('base', trees.base);
  const ready = await guard.during('head', () => prepareSide(placed.head, stage, ports), 'prepare');
  if (!ready.ok) throw unprepared(head.label, ready);
  // What base changed in head's tree is found before that tree is taken for what head starts with.
  await guard.look({ must: true });
  await guard.watch('head', trees.head);
  const ran = placed.base.prepares || placed.head.prepares;
  if (ran && prepared !== undefined && (await prepared.running()).length > 0) guard.keepUp();
  return { scenarios, guard };
}

/** By git, so before any code of either side runs. */
async function guardedTrees({ repository, worktrees, head, base }: Stage) {
  const treeOf = async (name: 'base' | 'head', { commit }: TreeSide): Promise<GuardedTree> => {
    const folder = worktrees.path(name);
    return { folder, tracked: await repository.filesOf(commit) };
  };
  return {
    head: await treeOf('head', head),
    base: base === undefined ? undefined : await treeOf('base', base),
  };
}

const UNPLANNED = { absent: 'the scenario is not in the plan' };

async function baseOf(
  scenario: ScenarioPlan,
  { repository, worktrees, base, made }: Stage & { readonly made: Prepared },
  { plan, ports, context }: { plan: Plan; ports: TreePorts; context: TreeContext },
): Promise<BaseScenario> {
  if (base === undefined) return { absent: NO_BASE };
  if (!made.ok) return { absent: `${base.label} can not be prepared: ${made.why}` };
  const move = { from: repository.top, to: worktrees.path('base') };
  const found = await baseScenario(scenario, {
    files: ports.files,
    inputs: context.inputs,
    source: plan.source,
    workspace: join(move.to, repository.prefix),
    move,
    label: base.label,
  });
  if ('absent' in found) return found;
  if (asksSameServer(scenario, found.plan)) return { absent: SAME_SERVER };
  const env = { ...movedVariables(context.env, move), ...found.plan.env };
  return { plan: { ...found.plan, env } };
}

function withVariables(plan: Plan, env: Readonly<Record<string, string>>, move: Move): Plan {
  const variables = movedVariables(env, move);
  return {
    ...plan,
    scenarios: plan.scenarios.map((scenario) => ({ ...scenario, env: { ...variables, ...scenario.env } })),
  };
}

function sideOf({ label, sha }: TreeSide): Side {
  return sha === undefined ? { label } : { label, sha };
}

/** Nothing is run any more. */
function interrupted(how: ComparePlan, close: Opponents['close']): Opponents {
  return {
    how,
    of: () => ({ absent: 'interrupted', base: { label: how.ref }, head: { label: 'head' } }),
    close,
  };
}

function whatIsCompared({ head, base }: Sides): string {
  if (base === undefined) return `${head.label} runs by itself: ${NO_BASE}`;
  return `${head.label} is compared with ${base.label} (${short(base.commit)}): ${base.because}`;
}

function sameCommit({ label, commit }: TreeSide): string {
  const what = `compare: ${label} is what is checked out: both sides are the same commit (${short(commit)})`;
  return `${what}, and nothing but noise is compared; name an earlier ref, or base`;
}

function unprepared(label: string, { why, printed }: Unprepared): UserError {
  const said = printed === '' ? '' : `\n${printed}`;
  return new UserError({ where: 'prepare', message: `${label} can not be prepared: ${why}${said}` });
}
