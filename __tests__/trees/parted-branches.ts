import { gitProgram } from '../../src/trees/git.js';
import type { EventBase } from '../../src/baseline/event-base.js';
import { findBase, type BaseCommit } from '../../src/trees/base.js';
import { changesIn } from '../../src/trees/worktrees.js';
import { Repository } from '../../src/trees/repository.js';
import { makeRepository, type TestRepository } from '../repository.js';

/** At a terminal. */
export const NONE: EventBase = { kind: 'none' };

/** What is compared with in the repository as it is checked out. */
export async function base(
  { folder }: TestRepository,
  event: EventBase = NONE,
  ref = 'base',
): Promise<BaseCommit | undefined> {
  const interrupt = new AbortController().signal;
  const repository = await Repository.open(gitProgram, { workspace: folder, interrupt });
  return findBase(repository, { ref, event, dirty: (await changesIn(repository)).tracked > 0 });
}

/** main: one, two, three; feature leaves main at two and has one commit; merged is feature merged into three. */
export function history(): { repository: TestRepository; sha: Readonly<Record<string, string>> } {
  const repository = makeRepository();
  const one = repository.commit('one', { a: '1' });
  const two = repository.commit('two', { a: '2' });
  repository.git('checkout', '-q', '-b', 'feature');
  const feature = repository.commit('feature', { b: '1' });
  repository.git('checkout', '-q', 'main');
  const three = repository.commit('three', { a: '3' });
  repository.git('checkout', '-q', '--detach');
  repository.git('merge', '-q', '--no-ff', '-m', 'merge', 'feature');
  const merged = repository.git('rev-parse', 'HEAD');
  repository.git('update-ref', 'refs/pull/12/merge', merged);
  repository.git('checkout', '-q', 'main');
  return { repository, sha: { one, two, three, feature, merged } };
}

/** As actions/checkout does it: one commit, and a remote that has the others. */
export function checkedOut(repository: TestRepository, commit: string): TestRepository {
  const clone = makeRepository();
  clone.git('remote', 'add', 'origin', `file://${repository.folder}`);
  clone.git('fetch', '-q', '--no-tags', '--depth=1', 'origin', commit);
  clone.git('checkout', '-q', '--detach', commit);
  return clone;
}
