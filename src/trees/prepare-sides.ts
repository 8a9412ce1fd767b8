import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { PreparePlan } from '../model/comparison.js';
import type { Environment } from '../model/record.js';
import type { Files, Logger } from '../ports.js';
import type { PreparedTrees } from '../ports/git.js';
import { cacheKeyOf, keepTree, prepareTree, type Prepared, type PreparePorts } from './prepare.js';
import type { PreparedProcesses } from './prepared-processes.js';
import { preparingMachine, type PreparingMachine } from './preparing-machine.js';
import { movedVariables } from './relocate.js';
import type { Repository } from './repository.js';
import { short } from './said.js';
import type { TreeSide } from './sides.js';
import type { Worktrees } from './worktrees.js';

export interface PrepareSidesPorts extends PreparePorts {
  readonly cache: PreparedTrees;
  readonly files: Files;
  readonly logger: Logger;
}

export interface PrepareContext {
  readonly repository: Repository;
  readonly worktrees: Worktrees;
  readonly prepare: PreparePlan | undefined;
  /** Undefined if there is nothing to prepare. */
  readonly prepared: PreparedProcesses | undefined;
  readonly shell: string;
  /** What flows get too: no token is in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly machine: Environment;
  /** OWNER/NAME, if it is known; else the remote tells repositories apart. */
  readonly repositoryName: string | undefined;
}

/** Trees that are filled, and not prepared yet. */
export interface PlacedSides {
  /** As if it were prepared where there is no base. */
  readonly base: Placed;
  readonly head: Placed;
}

/** Makes the trees of both sides, and fills them from their commits or from the cache. Runs no code of either side. */
export async function placeTrees(
  sides: { readonly base: TreeSide | undefined; readonly head: TreeSide },
  context: PrepareContext,
  ports: PrepareSidesPorts,
): Promise<PlacedSides> {
  const doing = { context, ports, machine: await machineOf(context, ports) };
  const head = await place('head', sides.head, doing);
  const base = sides.base === undefined ? readyTree('base') : await place('base', sides.base, doing);
  const where = whereItRuns(head.prepares, base.prepares);
  if (context.prepare !== undefined && where !== undefined) {
    ports.logger.info(`prepare runs in ${where}: ${context.prepare.run}`);
  }
  return { base, head };
}

/**
 * Prepares a tree, and keeps it for other runs before code of the other side can reach it. One that leaves processes
 * running is not kept: they are not in the cache, and nothing would start them where the tree comes from there.
 */
export async function prepareSide(
  { name, make, keep }: Placed,
  { prepared }: Pick<PrepareContext, 'prepared'>,
  { interrupt, logger }: PrepareSidesPorts,
): Promise<Prepared> {
  const made = await make();
  // An interrupted run has no time for what the next one would use.
  if (!made.ok || keep === undefined || interrupt.aborted) return made;
  const running = (await prepared?.running()) ?? [];
  if (running.length === 0) {
    await keep();
  } else {
    const which = running.slice(0, 5).join(', ');
    logger.warn(`prepare leaves processes running, so the tree of ${name} is not cached: ${which}`);
  }
  return made;
}

function whereItRuns(head: boolean, base: boolean): string | undefined {
  if (head && base) return 'both trees, base first';
  if (!head && !base) return undefined;
  return `the tree of ${head ? 'head' : 'base'}`;
}

/** A tree in its place. */
export interface Placed {
  readonly name: 'base' | 'head';
  /** The command is still to be run. */
  readonly prepares: boolean;
  readonly make: () => Promise<Prepared>;
  /** For another run, once it is made; undefined if no other run would ask for it. Never rejects. */
  readonly keep?: () => Promise<void>;
}

function readyTree(name: 'base' | 'head'): Placed {
  return { name, prepares: false, make: () => Promise.resolve({ ok: true }) };
}

interface Doing {
  readonly context: PrepareContext;
  readonly ports: PrepareSidesPorts;
  /** Undefined if no tree is to be kept. */
  readonly machine: PreparingMachine | undefined;
}

/** As the command will find it: what the workspace has on the PATH is not in a tree that is not yet filled. */
async function machineOf(
  { repository, worktrees, prepare, shell, env, machine }: PrepareContext,
  ports: PrepareSidesPorts,
): Promise<PreparingMachine | undefined> {
  if (prepare?.cacheKey === undefined) return undefined;
  const moved = movedVariables(env, { from: repository.top, to: worktrees.path('head') });
  const cwd = join(repository.top, repository.prefix);
  return preparingMachine(machine, { shell, cwd, env: { ...env, ...moved } }, ports);
}

/** Gives a tree its place, filled from the commit or from the cache; what is left to do is to prepare it. */
async function place(name: 'base' | 'head', side: TreeSide, doing: Doing): Promise<Placed> {
  const { worktrees, prepare } = doing.context;
  const key = await keyOf(side, doing);
  await worktrees.add(name, side.commit, { empty: key !== undefined });
  if (prepare === undefined) return readyTree(name);
  const make = (): Promise<Prepared> => prepareOne(name, prepare, doing);
  if (key === undefined) return { name, prepares: true, make };
  const { logger } = doing.ports;
  const tree = worktrees.path(name);
  if (await isTaken(key, tree, doing.ports)) {
    await worktrees.index(name);
    logger.info(`the tree of ${side.label} (${short(side.commit)}) comes prepared from the cache`);
    return readyTree(name);
  }
  await worktrees.fill(name);
  const keep = async (): Promise<void> => {
    const problem = await keepTree(doing.ports, key, tree);
    if (problem !== undefined) logger.warn(`the prepared tree of ${name} was not cached: ${problem}`);
  };
  return { name, prepares: true, make, keep };
}

/** A cache that can not be read costs the time that it would have saved, and no more. Rejects if it is interrupted. */
async function isTaken(key: string, tree: string, ports: PrepareSidesPorts): Promise<boolean> {
  const { cache, interrupt, logger } = ports;
  try {
    return await cache.take(key, tree, interrupt);
  } catch (thrown) {
    if (interrupt.aborted) throw thrown;
    logger.warn(`a prepared tree could not be taken from the cache: ${messageOf(thrown)}`);
    return false;
  }
}

async function prepareOne(
  name: 'base' | 'head',
  prepare: PreparePlan,
  { context, ports }: Doing,
): Promise<Prepared> {
  const { repository, worktrees, shell, env } = context;
  const tree = worktrees.path(name);
  const moved = movedVariables(env, { from: repository.top, to: tree });
  const workingDirectory = join(tree, repository.prefix);
  return prepareTree({ run: prepare.run, shell, workingDirectory, env: { ...env, ...moved } }, ports);
}

/** A working tree with changes is not kept: nobody will ask for it again. */
async function keyOf(side: TreeSide, { context, machine }: Doing): Promise<string | undefined> {
  const { prepare, repository, repositoryName } = context;
  if (prepare === undefined || machine === undefined || side.passing) return undefined;
  const remote = await repository.remote();
  const url = remote === undefined ? undefined : await repository.ask('remote', 'get-url', remote);
  return cacheKeyOf(prepare, {
    repository: repositoryName ?? url ?? repository.top,
    sha: side.commit,
    prefix: repository.prefix,
    machine,
  });
}
