import type { ComparedCommits } from '../model/comparison.js';
import type { Repository } from './repository.js';
import { knowsBetween } from './shallow.js';

/** As many as are told. */
const MOST = 50;
const SHALLOW = 'the clone is shallow (fetch-depth: 0 shows them)';
/** Characters of a subject or a name. */
const LONGEST = 200;

/**
 * The commits that head has and base has not, newest first; where a shallow clone does not know them, it says so.
 * Subjects are whatever somebody wrote: they are escaped where they are shown.
 */
export async function commitsBetween(
  repository: Repository,
  base: string,
  head: string,
): Promise<ComparedCommits | undefined> {
  if (!(await knowsBetween(repository, base, head))) return { total: 0, list: [], unknown: SHALLOW };
  const range = `${base}..${head}`;
  const total = Number(await repository.ask('rev-list', '--count', range));
  if (!Number.isSafeInteger(total)) return undefined;
  const args = ['log', '-z', `--max-count=${MOST}`, '--format=%H%x00%s%x00%an', range, '--'];
  const { stdout } = await repository.run(args);
  const fields = stdout === '' ? [] : stdout.replace(/\0$/, '').split('\0');
  const list = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [sha = '', subject = '', author = ''] = fields.slice(at, at + 3);
    list.push({ sha, subject: subject.slice(0, LONGEST), author: author.slice(0, LONGEST) });
  }
  return { total, list };
}
