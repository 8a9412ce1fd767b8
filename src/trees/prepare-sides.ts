import { join } from 'node:path';
import type { PreparePlan } from '../model/compare-plan.js';
import type { Environment } from '../model/record.js';
import type { Logger } from '../ports.js';
import type { PreparedTrees } from '../ports/git.js';
import { cacheKeyOf, keepTree, prepareTree, type Prepared, type PreparePorts } from './prepare.js';
import { movedVariables } from './relocate.js';
import type { Repository } from './repository.js';
import { short } from './said.js';
import type { TreeSide } from './sides.js';
import type { Worktrees } from './worktrees.js';

export interface PrepareSidesPorts extends PreparePorts {
  readonly cache: PreparedTrees;
  readonly logger: Logger;
}

export interface PrepareContext {
  readonly repository: Repository;
  readonly worktrees: Worktrees;
  readonly prepare: PreparePlan | undefined;
  readonly shell: string;
  /** What flows get too: no token is in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly machine: Environment;
  /** OWNER/NAME, if it is known; else the remote tells repositories apart. */
  readonly repositoryName: string | undefined;
}

/** Makes the trees of both sides and prepares them, at once where there are two cores. */
export async function makeTrees(
  sides: { readonly base: TreeSide; readonly head: TreeSide },
  context: PrepareContext,
  ports: PrepareSidesPorts,
): Promise<{ readonly base: Prepared; readonly head: Prepared }> {
  // git locks the repository while it makes a tree.
  const makeHead = await place('head', sides.head, { context, ports });
  const makeBase = await place('base', sides.base, { context, ports });
  const where = whereItRuns(makeHead.prepares, makeBase.prepares);
  if (context.prepare !== undefined && where !== undefined) {
    ports.logger.info(`prepare runs in ${where}: ${context.prepare.run}`);
  }
  if (context.machine.cores < 2) return { head: await makeHead.make(), base: await makeBase.make() };
  const [head, base] = await Promise.all([makeHead.make(), makeBase.make()]);
  return { head, base };
}

function whereItRuns(head: boolean, base: boolean): string | undefined {
  if (head && base) return 'both trees';
  if (!head && !base) return undefined;
  return `the tree of ${head ? 'head' : 'base'}`;
}

/** A tree in its place. */
interface Placed {
  /** The command is still to be run. */
  readonly prepares: boolean;
  readonly make: () => Promise<Prepared>;
}

const READY: Placed = { prepares: false, make: () => Promise.resolve({ ok: true }) };

type Doing = { readonly context: PrepareContext; readonly ports: PrepareSidesPorts };

/** Gives a tree its place, filled from the commit or from the cache; what is left to do is to prepare it. */
async function place(name: 'base' | 'head', side: TreeSide, doing: Doing): Promise<Placed> {
  const { worktrees, prepare } = doing.context;
  const key = await keyOf(side, doing.context);
  await worktrees.add(name, side.commit, { empty: key !== undefined });
  if (prepare === undefined) return READY;
  if (key !== undefined) {
    const { cache, logger } = doing.ports;
    if (await cache.take(key, worktrees.path(name))) {
      await worktrees.index(name);
      logger.info(`the tree of ${side.label} (${short(side.commit)}) comes prepared from the cache`);
      return READY;
    }
    await worktrees.fill(name);
  }
  return { prepares: true, make: () => prepareOne(name, { prepare, key }, doing) };
}

async function prepareOne(
  name: 'base' | 'head',
  { prepare, key }: { prepare: PreparePlan; key: string | undefined },
  { context, ports }: Doing,
): Promise<Prepared> {
  const { repository, worktrees, shell, env } = context;
  const tree = worktrees.path(name);
  const moved = movedVariables(env, { from: repository.top, to: tree });
  const workingDirectory = join(tree, repository.prefix);
  const task = { run: prepare.run, shell, workingDirectory, env: { ...env, ...moved } };
  const prepared = await prepareTree(task, ports);
  if (!prepared.ok || key === undefined) return prepared;
  const problem = await keepTree(ports.cache, key, tree);
  if (problem !== undefined) ports.logger.warn(`the prepared tree of ${name} was not cached: ${problem}`);
  return prepared;
}

/** A working tree with changes is not kept: nobody will ask for it again. */
async function keyOf(side: TreeSide, context: PrepareContext): Promise<string | undefined> {
  const { prepare, repository, machine, repositoryName } = context;
  if (prepare?.cacheKey === undefined || side.passing) return undefined;
  const remote = await repository.remote();
  const url = remote === undefined ? undefined : await repository.ask('remote', 'get-url', remote);
  return cacheKeyOf(prepare, {
    repository: repositoryName ?? url ?? repository.top,
    sha: side.commit,
    prefix: repository.prefix,
    machine: { os: machine.os.split(' ')[0] ?? '', arch: machine.arch, node: machine.node },
  });
}
