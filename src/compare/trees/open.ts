import { messageOf, UserError } from '../../lib/errors.js';
import type { ComparePlan } from '../../model/comparison.js';
import type { Plan } from '../../model/plan.js';
import type { Opponents, Side, SideName } from '../opponent.js';
import { type EventBase, findSides, type Sides, type TreeSide } from './base.js';
import { commitsBetween } from './fetch.js';
import type { Git } from './git.js';
import { type GuardedTree, type GuardPorts, TreeFilesGuard } from './guard.js';
import {
  baseScenario,
  type BaseScenario,
  missingInHead,
  type Move,
  type PlanBase,
  planInTree,
} from './plans.js';
import { Preparation, type Prepared, type PreparePorts, type Unprepared } from './prepare.js';
import { Repository, short } from './repository.js';
import { missingFromTrees, type WorktreePorts, Worktrees } from './worktrees.js';

export interface TreePorts extends WorktreePorts, PreparePorts, GuardPorts {
  readonly git: Git;
}

/** Those of the ports that nothing but trees needs. */
export type TreeDoors = Pick<TreePorts, 'git' | 'treeFiles'>;

/** What the trees are made from, beside the plan. */
interface TreeContext {
  readonly planBase: PlanBase;
  /** Absolute: where the plan was made. */
  readonly workspace: string;
  /** What flows get: no token is in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly event: EventBase;
}

export interface TreeWorld {
  readonly ports: TreePorts;
  readonly context: TreeContext;
}

/** What is done with a plan, before its trees are removed: that may take longer than the time a cancelled job has left. */
export interface Judging<T> {
  /** Measures, judges and reports. */
  readonly judge: (plan: Plan, against: { readonly opponents?: Opponents }) => Promise<T>;
  /** Reports what has kept it from being judged in trees; that is thrown if left out. */
  readonly fail?: (thrown: unknown) => Promise<T>;
}

/**
 * Has a plan judged: as it is if nothing is to be compared; else with head and base in trees of their own, which are
 * removed last, whatever happens.
 */
export async function inTrees<T>(
  plan: Plan,
  { ports, context }: TreeWorld,
  { judge, fail }: Judging<T>,
): Promise<T> {
  if (!compares(plan)) return judge(plan, {});
  const trees = await openTrees(plan, ports, context);
  try {
    if ('thrown' in trees) throw trees.thrown;
    return await judge(trees.plan, { opponents: trees.opponents });
  } catch (thrown) {
    if (fail === undefined) throw thrown;
    return await fail(thrown);
  } finally {
    await ('thrown' in trees ? trees : trees.opponents).close();
  }
}

type ComparingPlan = Plan & { readonly compare: ComparePlan };

function compares(plan: Plan): plan is ComparingPlan {
  return plan.compare !== undefined;
}

/** A plan whose head is in a tree of its own, and what it is compared with. */
export interface Comparing {
  readonly plan: Plan;
  readonly opponents: Opponents;
}

/** Nothing can be compared. */
interface Unopened {
  /** A UserError if base cannot be had or head cannot be prepared. */
  readonly thrown: Error;
  /** Removes what there is of the trees. */
  close(): Promise<void>;
}

/**
 * Puts head and base each into a git worktree, prepares both, and plans for each scenario what base does in it.
 * A base that cannot be prepared, that has no such scenario, or that there is not yet, is an opponent that is absent.
 * Whatever is returned is to be closed, and nothing is left behind then. Never rejects.
 */
export async function openTrees(
  plan: ComparingPlan,
  ports: TreePorts,
  context: TreeContext,
): Promise<Comparing | Unopened> {
  const { workspace, event, env } = context;
  const { interrupt, files, logger } = ports;
  const how = plan.compare;
  const preparation = new Preparation(how.prepare, env, ports);
  let worktrees: Worktrees | undefined;
  const close = async (): Promise<void> => {
    await preparation.close();
    await worktrees?.close();
  };
  try {
    const repository = await Repository.open(ports.git, { workspace, interrupt });
    const sides = await findSides(repository, { ref: how.ref, event, files });
    const { head, base } = sides;
    logger.info(whatIsCompared(sides));
    if (head.commit === base?.commit) logger.warn(sameCommit(base));
    for (const note of await missingFromTrees(repository, head.commit, how.prepare)) logger.warn(note);
    worktrees = await Worktrees.open(repository, ports);
    const stage = { ...sides, repository, worktrees, preparation, ports, context };
    const { headPlan, scenarios, ...compared } = await prepareSides(plan, stage);
    const of: Opponents['of'] = ({ name }) => ({ ...(scenarios.get(name) ?? UNPLANNED), ...compared.sides });
    return { plan: headPlan, opponents: { how, guard: compared.guard, of, close } };
  } catch (thrown) {
    if (interrupt.aborted) return { plan, opponents: { how, of: () => interrupted(how), close } };
    return { thrown: thrown instanceof Error ? thrown : new Error(messageOf(thrown)), close };
  }
}

interface Stage extends Sides {
  readonly repository: Repository;
  readonly worktrees: Worktrees;
  readonly preparation: Preparation;
  readonly ports: TreePorts;
  readonly context: TreeContext;
}

/**
 * Base first: it is prepared, and planned from its config, before any code of head runs, which could change all of that.
 * From then on its files are watched.
 * @throws UserError if head cannot be prepared
 */
async function prepareSides(plan: ComparingPlan, stage: Stage) {
  const { repository, worktrees, preparation, head, base, ports, context } = stage;
  const { files, logger } = ports;
  // Before any code of either side runs: what it could do to the repository's configuration comes too late for git.
  const commits = base && (await commitsBetween(repository, base.commit, repository.head));
  const trees = {
    head: await addTree('head', head, stage),
    base: base && (await addTree('base', base, stage)),
  };
  if (preparation.command !== undefined) {
    const where = base === undefined ? 'the tree of head' : 'both trees, base first';
    logger.info(`prepare runs in ${where}: ${preparation.command}`);
  }
  const move = (side: SideName): Move => ({ from: repository.top, to: worktrees.path(side) });
  const guard = new TreeFilesGuard(ports, worktrees.besides('clock'));
  const prepare = (side: SideName): Promise<Prepared> =>
    guard.during(side, () => preparation.prepare(move(side), repository.prefix), 'prepare');

  await guard.watch('head', trees.head);
  const made = base && (await prepare('base'));
  if (base && made?.ok === false) logger.warn(unprepared(base.label, made).message);
  const headPlan = planInTree(plan, context.env, move('head'));
  const scenarios = await baseScenarios(headPlan, made, stage);
  if (trees.base !== undefined) await guard.watch('base', trees.base);
  const ready = await prepare('head');
  if (!ready.ok) throw unprepared(head.label, ready);
  // What base changed in head's tree is found before that tree is taken for what head starts with.
  await guard.look({ must: true });
  await guard.watch('head', trees.head);
  if (await preparation.isRunning()) guard.keepUp();

  const missing = await missingInHead(headPlan, files, worktrees.path('head'));
  if (missing.length > 0) throw new UserError(missing);
  const sides = {
    base: base === undefined ? { label: plan.compare.ref } : sideOf(base),
    head: sideOf(head),
    commits,
  };
  return { headPlan, scenarios, guard, sides };
}

async function addTree(side: SideName, { commit }: TreeSide, stage: Stage): Promise<GuardedTree> {
  const { repository, worktrees } = stage;
  await worktrees.add(side, commit);
  return { folder: worktrees.path(side), tracked: await repository.filesOf(commit) };
}

const NO_BASE = 'there is no earlier commit to compare with';
const UNPLANNED = { absent: 'the scenario is not in the plan' };

/** @param made undefined if there is no earlier commit */
async function baseScenarios(
  { scenarios, source }: Plan,
  made: Prepared | undefined,
  { repository, worktrees, base, context }: Stage,
): Promise<ReadonlyMap<string, BaseScenario>> {
  const planned = scenarios.map(async (scenario): Promise<[string, BaseScenario]> => {
    const { name } = scenario;
    if (base === undefined || made === undefined) return [name, { absent: NO_BASE }];
    const { label } = base;
    if (!made.ok) return [name, { absent: `${label} can not be prepared: ${made.why}` }];
    const { prefix, top } = repository;
    const move = { from: top, to: worktrees.path('base') };
    return [name, await baseScenario(scenario, { ...context, source, prefix, move, label })];
  });
  return new Map(await Promise.all(planned));
}

function sideOf({ label, sha }: TreeSide): Side {
  return { label, sha };
}

/** Nothing is run any more. */
function interrupted({ ref }: ComparePlan): ReturnType<Opponents['of']> {
  return { absent: 'interrupted', base: { label: ref }, head: { label: 'head' } };
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
