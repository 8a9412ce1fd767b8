import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { PreparePlan } from '../model/compare-plan.js';
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

export interface PreparedSides {
  /** As if it were prepared where there is no base. */
  readonly base: Prepared;
  readonly head: Prepared;
}

/** Makes the trees of both sides and prepares them, at once where there are two cores. */
export async function makeTrees(
  sides: { readonly base: TreeSide | undefined; readonly head: TreeSide },
  context: PrepareContext,
  ports: PrepareSidesPorts,
): Promise<PreparedSides> {
  const doing = { context, ports, machine: await machineOf(context, ports) };
  // git locks the repository while it makes a tree.
  const head = await place('head', sides.head, doing);
  const base = sides.base === undefined ? READY : await place('base', sides.base, doing);
  const where = whereItRuns(head.prepares, base.prepares);
  if (context.prepare !== undefined && where !== undefined) {
    ports.logger.info(`prepare runs in ${where}: ${context.prepare.run}`);
  }
  const prepared = await makeBoth({ head, base }, doing);
  const keeps = [...keepOf(head, prepared.head), ...keepOf(base, prepared.base)];
  await keepAll(keeps, doing);
  return prepared;
}

async function makeBoth(
  { head, base }: { readonly head: Placed; readonly base: Placed },
  { context, ports }: Doing,
): Promise<PreparedSides> {
  if (context.machine.cores < 2) return { head: await head.make(), base: await base.make() };
  const [madeHead, madeBase] = await Promise.all([head.make(), base.make()]);
  if (!head.prepares || !base.prepares) return { head: madeHead, base: madeBase };
  const headAlone = await makeAlone('head', { placed: head, made: madeHead }, ports);
  // Without head there is nothing to compare base with.
  if (!headAlone.ok) return { head: headAlone, base: madeBase };
  return { head: headAlone, base: await makeAlone('base', { placed: base, made: madeBase }, ports) };
}

/**
 * What failed beside the other side's may do by itself: some tools do not bear two at once, over one cache or on one port.
 * In the tree as it was left: git is not run any more once code of either side has been.
 */
async function makeAlone(
  name: 'base' | 'head',
  { placed, made }: { readonly placed: Placed; readonly made: Prepared },
  { logger }: PrepareSidesPorts,
): Promise<Prepared> {
  if (made.ok || made.cut) return made;
  const other = name === 'head' ? 'base' : 'head';
  logger.info(
    `prepare failed in the tree of ${name} beside that of ${other}, and runs again alone: ${made.why}`,
  );
  const again = await placed.make();
  return again.ok ? { ok: true, again: true } : again;
}

/** A tree that took two tries may hold what is left of the first. */
function keepOf({ keep }: Placed, made: Prepared): readonly (() => Promise<void>)[] {
  const clean = made.ok && made.again !== true;
  return clean && keep !== undefined ? [keep] : [];
}

/**
 * Not before both sides are prepared: whose a process is can not be told. What runs in the background is not in a tree
 * that comes from the cache, and nobody would start it there. Who was interrupted has no time for another run.
 */
async function keepAll(keeps: readonly (() => Promise<void>)[], { context, ports }: Doing): Promise<void> {
  if (keeps.length === 0 || ports.interrupt.aborted) return;
  const running = (await context.prepared?.running()) ?? [];
  if (running.length > 0) {
    const which = running.slice(0, 5).join(', ');
    ports.logger.warn(`prepare leaves processes running, so its tree is not cached: ${which}`);
    return;
  }
  for (const keep of keeps) await keep();
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
  /** For another run, once it is made; undefined if it is not to be kept. Never rejects. */
  readonly keep?: () => Promise<void>;
}

const READY: Placed = { prepares: false, make: () => Promise.resolve({ ok: true }) };

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
  if (prepare === undefined) return READY;
  const make = (): Promise<Prepared> => prepareOne(name, prepare, doing);
  if (key === undefined) return { prepares: true, make };
  const { logger } = doing.ports;
  const tree = worktrees.path(name);
  if (await isTaken(key, tree, doing.ports)) {
    await worktrees.index(name);
    logger.info(`the tree of ${side.label} (${short(side.commit)}) comes prepared from the cache`);
    return READY;
  }
  await worktrees.fill(name);
  const keep = async (): Promise<void> => {
    const problem = await keepTree(doing.ports, key, tree);
    if (problem !== undefined) logger.warn(`the prepared tree of ${name} was not cached: ${problem}`);
  };
  return { prepares: true, make, keep };
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
