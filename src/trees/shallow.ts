import type { Repository } from './repository.js';

/**
 * Whether history is cut off at one of these commits (arguments of `git rev-list`). Where a shallow clone ends, git sees
 * a commit without parents; the commit itself names some.
 */
export async function isCut(repository: Repository, ...commits: readonly string[]): Promise<boolean> {
  const listed = await repository.must('git rev-list', ['rev-list', '--max-parents=0', ...commits, '--']);
  for (const beginning of lines(listed)) {
    if ((await repository.parents(beginning)).length > 0) return true;
  }
  return false;
}

/**
 * Whether `base..head` is known to be all that head has and base has not, and nothing else. In a shallow clone it is if
 * history is whole down to a commit that base shares with all that those commits start from: what lies behind the cuts
 * is then older than both. Without that, commits of head may be missing, and some may be listed that base has too.
 */
export async function knowsBetween(repository: Repository, base: string, head: string): Promise<boolean> {
  if (!repository.shallow) return true;
  if (base === head) return true;
  if ((await repository.run(['merge-base', '--is-ancestor', base, head])).code !== 0) return false;
  const listed = await repository.must('git rev-list', ['rev-list', '--boundary', `${base}..${head}`, '--']);
  const starts = lines(listed).flatMap((line) => (line.startsWith('-') ? [line.slice(1)] : []));
  const shared = await repository.ask('merge-base', '--octopus', base, ...starts);
  if (shared === undefined) return false;
  const beginnings = ['rev-list', '--max-parents=0', '--max-count=1', base, head, `^${shared}`, '--'];
  return lines(await repository.must('git rev-list', beginnings)).length === 0;
}

function lines(listed: string): readonly string[] {
  return listed.split('\n').filter((line) => line !== '');
}
