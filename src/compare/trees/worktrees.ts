import { dirname, join } from 'node:path';
import { messageOf } from '../../lib/errors.js';
import type { Files, Logger } from '../../system/ports.js';
import type { SideName } from '../opponent.js';
import { lastLine, refused, type Repository } from './repository.js';

/** As temporary folders of ours are called. */
const PREFIX = 'flowgate-trees-';
/** ms: a large repository is read or written. */
const TIMEOUT = 5 * 60_000;

export interface WorktreePorts {
  readonly files: Files;
  readonly logger: Logger;
}

/** Two trees of one repository, side by side under one temporary folder, so that their paths are alike. */
export class Worktrees {
  private constructor(
    private readonly repository: Repository,
    private readonly ports: WorktreePorts,
    private readonly folder: string,
  ) {}

  static async open(repository: Repository, ports: WorktreePorts): Promise<Worktrees> {
    // Making one also removes the temporary folders of runs that were killed.
    const folder = await ports.files.makeTemporary(PREFIX);
    await forgetRemoved(repository, ports.files);
    return new Worktrees(repository, ports, folder);
  }

  /** Where a side's tree is, or will be. Absolute. */
  path(side: SideName): string {
    return join(this.folder, side);
  }

  /** Where a file of ours may lie beside the trees, on the same file system. Absolute. */
  besides(name: string): string {
    return join(this.folder, name);
  }

  /** Makes a tree of a commit. */
  async add(side: SideName, commit: string): Promise<void> {
    const args = ['worktree', 'add', '--detach', '--quiet', this.path(side), commit];
    const end = await this.repository.run(args, { timeout: TIMEOUT });
    if (end.code !== 0) throw refused(`the tree of ${side} could not be made: ${lastLine(end.stderr)}`);
  }

  /** Removes both trees, each even if the other cannot be removed; warns of what is left. Never rejects. */
  async close(): Promise<void> {
    const { files, logger } = this.ports;
    const steps = [
      () => removeTree(this.repository, files, this.path('head')),
      () => removeTree(this.repository, files, this.path('base')),
      () => files.remove(this.folder),
    ];
    // What cannot be removed from a tree is met once more in the folder around it.
    const problems = new Set<string>();
    for (const step of steps) await step().catch((thrown: unknown) => problems.add(messageOf(thrown)));
    if (problems.size === 0) return;
    logger.warn(`${this.folder} could not be removed: ${[...problems].join('; ')}`);
  }
}

function removal(path: string): readonly string[] {
  return ['worktree', 'remove', '--force', '--force', path];
}

/**
 * git is asked first: a file that cannot be removed, such as one that a container has made as root, does not keep git
 * from forgetting the tree. A tree without its `.git` does, until its folder is gone too.
 */
async function removeTree(repository: Repository, files: Files, path: string): Promise<void> {
  if (await repository.tidy(removal(path))) return;
  await files.remove(path);
  await repository.tidy(removal(path));
}

/**
 * Has git forget the trees of runs that were killed, once their folders are gone, each by its path: `git worktree prune`
 * would also forget trees of the user's on a disk that is not mounted.
 */
async function forgetRemoved(repository: Repository, files: Files): Promise<void> {
  const listed = (await repository.ask('worktree', 'list', '--porcelain')) ?? '';
  for (const [, path = ''] of listed.matchAll(/^worktree (.*\/flowgate-trees-[^/]+\/(?:base|head))$/gm)) {
    if (!(await files.exists(dirname(path)))) await repository.tidy(removal(path));
  }
}

/** flowgate's own output is no change of the user's. */
const NOT_OURS = ':(exclude,glob)**/.flowgate/**';

/** What differs from the commit that is checked out; what git ignores does not count. */
export interface Changes {
  /** How many files. */
  readonly files: number;
  /** Those of them that git knows: the others are new, and were not added yet. */
  readonly tracked: number;
}

export async function changesIn(repository: Repository): Promise<Changes> {
  const args = ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames', '--', '.', NOT_OURS];
  const status = await repository.must('git status', args, { timeout: TIMEOUT });
  const entries = status.split('\0').filter((entry) => entry !== '');
  return { files: entries.length, tracked: entries.filter((entry) => !entry.startsWith('?? ')).length };
}

/** A commit of the working tree's state needs an author. It is never shown. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'flowgate',
  GIT_AUTHOR_EMAIL: 'flowgate@localhost',
  GIT_COMMITTER_NAME: 'flowgate',
  GIT_COMMITTER_EMAIL: 'flowgate@localhost',
};

/**
 * A commit of the working tree as it is, changes and new files included, what git ignores left out. Neither the working
 * tree nor its index nor any ref is touched.
 */
export async function snapshot(repository: Repository, files: Files): Promise<string> {
  const folder = await files.makeTemporary('flowgate-index-');
  const env = { ...AUTHOR, GIT_INDEX_FILE: join(folder, 'index') };
  const act = (...args: string[]): Promise<string> =>
    repository.must('taking the working tree as it is', args, { env, timeout: TIMEOUT });
  try {
    await act('read-tree', 'HEAD');
    await act('add', '--all', '--', '.', NOT_OURS);
    const tree = (await act('write-tree')).trim();
    return (await act('commit-tree', tree, '-p', 'HEAD', '-m', 'working tree')).trim();
  } finally {
    await files.remove(folder);
  }
}

/** What the trees lack that the workspace may have, and what to do about it, before flows fail for it. */
export async function missingFromTrees(
  repository: Repository,
  commit: string,
  prepare: string | undefined,
): Promise<readonly string[]> {
  const lacks = (what: string, remedy: string): string => {
    const advice = prepare === undefined ? `give prepare: ${remedy}` : `let prepare run ${remedy}`;
    return `in the trees of both sides ${what}; ${advice}`;
  };
  const succeeds = async (...args: string[]): Promise<boolean> => (await repository.run(args)).code === 0;
  const notes: string[] = [];
  if (
    prepare?.includes('submodule') !== true &&
    (await succeeds('cat-file', '-e', `${commit}:.gitmodules`))
  ) {
    notes.push(lacks('submodules are empty', 'git submodule update --init --recursive'));
  }
  const attributes = ['grep', '--quiet', 'filter=lfs', commit, '--', ':(glob)**/.gitattributes'];
  if (prepare?.includes('lfs') !== true && (await succeeds(...attributes))) {
    notes.push(lacks('files of Git LFS are pointers', 'git lfs pull'));
  }
  const ignored = prepare === undefined ? await ignoredFiles(repository) : [];
  if (ignored.length > 0) {
    const more = ignored.length > SHOWN ? ` and ${ignored.length - SHOWN} more` : '';
    const what = `what git ignores is not there (${ignored.slice(0, SHOWN).join(', ')}${more})`;
    notes.push(lacks(what, 'a command such as npm ci, if flows need it'));
  }
  return notes;
}

/** Names of ignored files in a warning. */
const SHOWN = 5;

async function ignoredFiles(repository: Repository): Promise<readonly string[]> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { stdout } = await repository.run([...args, '--', '.', NOT_OURS]);
  return stdout.split('\0').filter((name) => name !== '' && name !== '.flowgate/');
}
