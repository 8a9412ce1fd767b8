import type { Files } from '../ports.js';
import type { Repository } from './repository.js';

/** What flowgate itself writes is no change of the user's. */
const NOT_OURS = ':(exclude,glob)**/.flowgate/**';

/** A commit of the working tree's state needs an author; nobody ever sees it. */
const AUTHOR = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'flowgate'],
    [`GIT_${who}_EMAIL`, 'flowgate@localhost'],
  ]),
);

/** ms: every file may have to be read. */
const READING_TIMEOUT = 5 * 60_000;

/** What differs from the commit that is checked out; what git ignores does not count. */
export interface Changes {
  /** How many. */
  readonly files: number;
  /** Those of them that git knows: the others are new, and were not added yet. */
  readonly tracked: number;
}

export async function changesIn(repository: Repository): Promise<Changes> {
  const args = ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames', '--', '.', NOT_OURS];
  const status = await repository.must('git status', args, { timeout: READING_TIMEOUT });
  const entries = status.split('\0').filter((entry) => entry !== '');
  return { files: entries.length, tracked: entries.filter((entry) => !entry.startsWith('?? ')).length };
}

/**
 * A commit of the working tree as it is, changes and new files included, what git ignores left out. Neither the working
 * tree nor its index nor any ref is touched.
 */
export async function snapshot(repository: Repository, files: Files): Promise<string> {
  const folder = await files.makeTemporary('flowgate-index-');
  const env = { ...AUTHOR, GIT_INDEX_FILE: `${folder}/index` };
  const act = (...args: string[]): Promise<string> =>
    repository.must('taking the working tree as it is', args, { env, timeout: READING_TIMEOUT });
  try {
    await act('read-tree', 'HEAD');
    await act('add', '--all', '--', '.', NOT_OURS);
    const tree = (await act('write-tree')).trim();
    return (await act('commit-tree', tree, '-p', 'HEAD', '-m', 'working tree')).trim();
  } finally {
    await files.remove(folder);
  }
}

/** What is in the working tree and will be in no tree, because git ignores it: at most five names, and how many in all. */
export async function ignored(
  repository: Repository,
): Promise<{ readonly names: readonly string[]; readonly count: number }> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { stdout } = await repository.run([...args, '--', '.', NOT_OURS]);
  const names = stdout.split('\0').filter((name) => name !== '' && name !== '.flowgate/');
  return { names: names.slice(0, 5), count: names.length };
}
