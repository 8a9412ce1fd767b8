import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { Files, Logger } from '../ports.js';
import { refused, type Repository } from './repository.js';
import { lastOf } from './said.js';

/** As temporary folders of ours are called. */
const PREFIX = 'flowgate-trees-';
/** Holds the process that made the folder. */
const OWNER = 'owner';
/** ms: a large repository is written to the disk. */
const CHECKOUT_TIMEOUT = 5 * 60_000;

export interface WorktreePorts {
  readonly files: Files;
  readonly logger: Logger;
  /** Our own process, and whether another one still runs. */
  readonly process: { readonly pid: number; isRunning(pid: number): boolean };
}

/** Two trees of one repository, side by side under one temporary folder, so that their paths are alike. */
export class Worktrees {
  private constructor(
    private readonly repository: Repository,
    private readonly ports: WorktreePorts,
    private readonly folder: string,
  ) {}

  /** Leftovers of a run that was killed are removed first; those of one that still runs are let be. */
  static async open(repository: Repository, ports: WorktreePorts): Promise<Worktrees> {
    await removeLeftovers(repository, ports);
    const folder = await ports.files.makeTemporary(PREFIX);
    await ports.files.write(join(folder, OWNER), String(ports.process.pid));
    return new Worktrees(repository, ports, folder);
  }

  /** Where a side's tree is, or will be. Absolute. */
  path(side: 'base' | 'head'): string {
    return join(this.folder, side);
  }

  /** Where a file of ours may lie beside the trees, on the same file system. Absolute. */
  besides(name: string): string {
    return join(this.folder, name);
  }

  /** Makes a tree of a commit; `empty`: with nothing in it yet but its place in the repository. */
  async add(side: 'base' | 'head', commit: string, { empty = false } = {}): Promise<string> {
    const path = this.path(side);
    const args = [
      'worktree',
      'add',
      '--detach',
      '--quiet',
      ...(empty ? ['--no-checkout'] : []),
      path,
      commit,
    ];
    const end = await this.repository.run(args, { timeout: CHECKOUT_TIMEOUT });
    if (end.code !== 0) throw refused(`the tree of ${side} could not be made: ${lastOf(end.stderr)}`);
    return path;
  }

  /** Fills a tree that was made empty, from its commit. */
  async fill(side: 'base' | 'head'): Promise<void> {
    const options = { folder: this.path(side), timeout: CHECKOUT_TIMEOUT };
    const end = await this.repository.run(['reset', '--hard', '--quiet'], options);
    if (end.code !== 0) throw refused(`the tree of ${side} could not be filled: ${lastOf(end.stderr)}`);
  }

  /** The index of a tree that was filled by somebody else. */
  async index(side: 'base' | 'head'): Promise<void> {
    await this.repository.run(['reset', '--quiet'], { folder: this.path(side), timeout: CHECKOUT_TIMEOUT });
  }

  /** Removes both trees, each whatever becomes of the other; what can not be removed is said. Never rejects. */
  async close(): Promise<void> {
    const { files, logger } = this.ports;
    const steps = [
      () => removeTree(this.repository, files, this.path('head')),
      () => removeTree(this.repository, files, this.path('base')),
      () => files.remove(this.folder),
    ];
    // What can not be removed from a tree is met once more in the folder around it.
    const problems = new Set<string>();
    for (const step of steps) await step().catch((thrown: unknown) => problems.add(messageOf(thrown)));
    if (problems.size === 0) return;
    logger.warn(`${this.folder} could not be removed: ${[...problems].join('; ')}`);
  }
}

/**
 * Git is told of this one, by its path: `git worktree prune` would forget every tree whose folder is not there, such as
 * those of the user's on a disk that is not mounted. It comes first: a file that can not be removed, as of root's that a
 * container has made, does not keep it from forgetting a tree, but a tree whose `.git` is gone does. That one it forgets
 * once its folder is gone too.
 */
async function removeTree(repository: Repository, files: Files, path: string): Promise<void> {
  const removal = ['worktree', 'remove', '--force', '--force', path];
  if (await repository.tidy(removal)) return;
  await files.remove(path);
  await repository.tidy(removal);
}

async function removeLeftovers(repository: Repository, { files, process }: WorktreePorts): Promise<void> {
  const listed = (await repository.ask('worktree', 'list', '--porcelain')) ?? '';
  const ours = [...listed.matchAll(/^worktree ((.*\/flowgate-trees-[^/]+)\/(?:base|head))$/gm)];
  for (const folder of new Set(ours.map(([, , folder = '']) => folder))) {
    if (await isInUse(folder, { files, process })) continue;
    const trees = ours.flatMap(([, tree = '', within]) => (within === folder ? [tree] : []));
    for (const tree of trees) await removeTree(repository, files, tree).catch(() => undefined);
    await files.remove(folder).catch(() => undefined);
  }
}

/** By a run that goes on, or by somebody whom it does not name; a folder that is gone is nobody's. */
async function isInUse(
  folder: string,
  { files, process }: Pick<WorktreePorts, 'files' | 'process'>,
): Promise<boolean> {
  if (!(await files.exists(folder))) return false;
  const owner = Number((await files.read(join(folder, OWNER))) ?? Number.NaN);
  return !Number.isSafeInteger(owner) || process.isRunning(owner);
}
