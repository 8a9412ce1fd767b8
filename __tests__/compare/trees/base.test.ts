import { describe, expect, test } from '@jest/globals';
import { type EventBase, type BaseCommit, findBase } from '../../../src/compare/trees/base.js';
import { gitProgram } from '../../../src/compare/trees/git.js';
import { Repository } from '../../../src/compare/trees/repository.js';
import { changesIn } from '../../../src/compare/trees/worktrees.js';
import { makeRepository, type TestRepository } from '../../repository.js';

/** At a terminal. */
const NONE: EventBase = { kind: 'none' };

/** What is compared with in the repository as it is checked out. */
async function base(
  { folder }: TestRepository,
  event: EventBase = NONE,
  ref = 'base',
): Promise<BaseCommit | undefined> {
  const interrupt = new AbortController().signal;
  const repository = await Repository.open(gitProgram, { workspace: folder, interrupt });
  return findBase(repository, { ref, event, dirty: (await changesIn(repository)).tracked > 0 });
}

/** main: one, two, three; feature leaves main at two and has one commit; merged is feature merged into three. */
function history(): { repository: TestRepository; sha: Readonly<Record<string, string>> } {
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
function checkedOut(repository: TestRepository, commit: string): TestRepository {
  const clone = makeRepository();
  clone.git('remote', 'add', 'origin', `file://${repository.folder}`);
  clone.git('fetch', '-q', '--no-tags', '--depth=1', 'origin', commit);
  clone.git('checkout', '-q', '--detach', commit);
  return clone;
}

describe('the base of a pull request', () => {
  const { repository, sha } = history();
  const { two = '', three = '', feature = '', merged = '' } = sha;
  const pull: EventBase = { kind: 'pull_request', branch: 'main', base: two, head: feature };

  test('is the first parent of the merge commit that is checked out, whatever the event still called it', async () => {
    const clone = checkedOut(repository, merged);
    expect(await base(clone, pull)).toMatchObject({ sha: three, label: 'main' });
    expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('true');
    expect(clone.git('rev-parse', `${three}^{tree}`)).toBe(repository.git('rev-parse', `${three}^{tree}`));
  });

  test('is where head has left it if head alone is checked out', async () => {
    const moved: EventBase = { kind: 'pull_request', branch: 'main', base: three, head: feature };
    const whole = repository.clone();
    whole.git('checkout', '-q', 'origin/feature');
    expect(await base(whole, moved)).toMatchObject({ sha: two, label: 'main (merge base)' });
    await expect(base(checkedOut(repository, feature), moved)).rejects.toThrow(
      /^compare: where [0-9a-f]{7} and [0-9a-f]{7} have parted is not known in this shallow clone; give actions\/checkout fetch-depth: 0$/,
    );
  });
});

describe('where branches have parted, in a history that is cut off', () => {
  /** On either side: commits, and a merge of a branch that has left main at its first commit. */
  function mergedLately(repository: TestRepository, branch: string): void {
    for (const step of ['a', 'b', 'c', 'd']) repository.commit(`${branch} ${step}`, { [branch]: step });
    repository.git('checkout', '-q', '-b', `${branch}-late`, 'old');
    repository.commit(`${branch} late`, { [`${branch}-late`]: '1' });
    repository.git('checkout', '-q', branch);
    repository.git('merge', '-q', '--no-ff', '-m', 'merge', `${branch}-late`);
  }

  test('is not the old commit that branches which were merged lately lead to', async () => {
    const repository = makeRepository();
    repository.commit('one', { a: '1' });
    repository.git('tag', 'old');
    repository.commit('two', { a: '2' });
    repository.git('branch', 'feature');
    mergedLately(repository, 'main');
    repository.git('checkout', '-q', 'feature');
    mergedLately(repository, 'feature');
    const clone = repository.clone(3);
    clone.git('fetch', '-q', '--depth=3', 'origin', 'main:refs/remotes/origin/main');
    const [head, tip] = [clone.git('rev-parse', 'HEAD'), clone.git('rev-parse', 'origin/main')];
    // What git takes for it there, and would be compared with.
    expect(clone.git('merge-base', head, tip)).toBe(repository.git('rev-parse', 'old'));
    const pull: EventBase = { kind: 'pull_request', branch: 'main', base: tip, head };
    await expect(base(clone, pull)).rejects.toThrow('in this shallow clone; give actions/checkout');
  });

  test('is the tip that head is made of, if it is there', async () => {
    const { repository, sha } = history();
    const event: EventBase = {
      kind: 'pull_request',
      branch: 'main',
      base: sha['two'] ?? '',
      head: 'f'.repeat(40),
    };
    expect(await base(repository.clone(2), event)).toMatchObject({
      sha: sha['two'],
      label: 'main (merge base)',
    });
  });

  test('of the default branch is the commit before, though the branch has moved on', async () => {
    const { repository, sha } = history();
    const clone = repository.clone(1);
    repository.commit('four', { a: '4' });
    const event: EventBase = { kind: 'other', defaultBranch: 'main' };
    expect(await base(clone, event)).toMatchObject({ sha: sha['two'], label: 'the commit before' });
  });
});

describe('the base in a workspace that an earlier job has left', () => {
  /** What it knows of main is the state of that job: the remote's has moved on to four, and topic was made of it. */
  function kept(): { repository: TestRepository; clone: TestRepository; four: string } {
    const { repository } = history();
    const clone = repository.clone();
    const four = repository.commit('four', { a: '4' });
    repository.git('checkout', '-q', '-b', 'topic');
    repository.commit('topic', { c: '1' });
    clone.git('fetch', '-q', 'origin', 'topic:topic');
    clone.git('checkout', '-q', 'topic');
    repository.git('checkout', '-q', 'main');
    return { repository, clone, four };
  }
  const dispatched: EventBase = { kind: 'other', defaultBranch: 'main' };

  test('is where head has left the default branch as it is now', async () => {
    const { clone, four } = kept();
    const pushed: EventBase = { kind: 'push', branch: 'topic', defaultBranch: 'main' };
    for (const event of [pushed, dispatched]) {
      const stale = clone.git('rev-parse', 'origin/main');
      expect(stale).not.toBe(four);
      expect(await base(clone, event)).toMatchObject({ sha: four, label: 'main (merge base)' });
      clone.git('update-ref', 'refs/remotes/origin/main', stale);
    }
  });

  test('is as it was known there if the remote does not tell, which is said', async () => {
    const { clone } = kept();
    const stale = clone.git('rev-parse', 'origin/main');
    clone.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
    const because = expect.stringContaining('; main is taken as it is known here: the remote can not be');
    for (const ref of ['base', 'main']) {
      expect(await base(clone, dispatched, ref)).toMatchObject({ sha: stale, because });
    }
  });

  test('is of a branch that was named what the remote has; at a terminal what is here, and nothing is fetched', async () => {
    const { clone, four } = kept();
    const stale = clone.git('rev-parse', 'origin/main');
    expect((await base(clone, NONE, 'main'))?.sha).toBe(stale);
    expect((await base(clone, NONE))?.sha).toBe(stale);
    expect(clone.git('rev-parse', 'origin/main')).toBe(stale);
    expect(await base(clone, dispatched, 'main')).toMatchObject({ sha: four, because: 'it was asked for' });
  });

  test('cuts nothing off what a shallow clone has of it', async () => {
    const { repository } = history();
    const clone = repository.clone(2);
    expect((await base(clone, dispatched, 'main'))?.sha).toBe(clone.git('rev-parse', 'HEAD'));
    expect(clone.git('rev-list', '--count', 'HEAD')).toBe('2');
  });
});

describe('the base of other events', () => {
  const { repository, sha } = history();
  const { two = '', three = '' } = sha;

  test('of a merge group is the commit that it is based on', async () => {
    const event: EventBase = { kind: 'merge_group', branch: 'main', base: two };
    expect(await base(checkedOut(repository, three), event)).toMatchObject({ sha: two, label: 'main' });
  });

  test('of a push is what was there before', async () => {
    const event: EventBase = { kind: 'push', branch: 'main', before: two, defaultBranch: 'main' };
    expect(await base(checkedOut(repository, three), event)).toMatchObject({
      sha: two,
      label: 'main before the push',
    });
  });

  test('of a push that replaced a commit which nobody has any more is the commit before', async () => {
    const event: EventBase = { kind: 'push', branch: 'main', before: 'e'.repeat(40), defaultBranch: 'main' };
    expect(await base(checkedOut(repository, three), event)).toMatchObject({
      sha: two,
      label: 'the commit before',
      because:
        'it is the first parent of what is checked out; what main was before the push (eeeeeee) is not to be had, as after a forced push',
    });
  });

  test('of a push whose earlier commit could not be asked for is no other one', async () => {
    const event: EventBase = { kind: 'push', branch: 'main', before: two, defaultBranch: 'main' };
    const clone = checkedOut(repository, three);
    clone.git('fetch', '-q', '--deepen=1', 'origin', three);
    clone.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
    await expect(base(clone, { ...event, before: 'e'.repeat(40) })).rejects.toThrow(
      'compare: what main was before the push (eeeeeee) is not in this clone, and could not be fetched from origin: the remote can not be reached',
    );
    expect((await base(clone, event))?.sha).toBe(two);
  });

  test('of a push of a new branch is where it has left the default branch', async () => {
    const event: EventBase = { kind: 'push', branch: 'feature', defaultBranch: 'main' };
    const clone = repository.clone();
    clone.git('checkout', '-q', 'origin/feature');
    expect(await base(clone, event)).toMatchObject({ sha: two, label: 'main (merge base)' });
  });

  test.each<EventBase>([
    { kind: 'other', defaultBranch: 'main' },
    { kind: 'push', branch: 'new', defaultBranch: 'main' },
  ])(
    'of the default branch is the commit before, whatever an earlier step has changed: %j',
    async (event) => {
      const clone = repository.clone();
      clone.write({ a: 'written by an earlier step' });
      expect(await base(clone, event)).toMatchObject({ sha: two, label: 'the commit before' });
    },
  );

  test('of a schedule hangs on the default branch, though another one is called main', async () => {
    const { repository: origin, sha } = history();
    origin.git('checkout', '-q', '-b', 'develop');
    origin.git('branch', '-f', 'main', sha['one'] ?? '');
    const clone = origin.clone();
    // actions/checkout does not note it.
    clone.git('remote', 'set-head', 'origin', '--delete');
    const event: EventBase = { kind: 'other', defaultBranch: 'develop' };
    expect(await base(clone, event)).toMatchObject({ sha: sha['two'], label: 'the commit before' });
  });

  test('of the first push of all is none', async () => {
    const first = makeRepository();
    first.commit('first', { a: '1' });
    expect(await base(first, { kind: 'push', branch: 'main', defaultBranch: 'main' })).toBeUndefined();
  });
});

describe('the base at a terminal', () => {
  test('of a branch is where it has left the default branch', async () => {
    const { repository, sha } = history();
    repository.git('checkout', '-q', 'feature');
    expect(await base(repository)).toMatchObject({ sha: sha['two'], label: 'main (merge base)' });
  });

  test('of the default branch is the commit before; with changes in the working tree it is the last commit', async () => {
    const { repository, sha } = history();
    expect(await base(repository)).toMatchObject({ sha: sha['two'], label: 'the commit before' });
    repository.write({ a: '4' });
    expect(await base(repository)).toMatchObject({ sha: sha['three'], label: 'the last commit' });
  });

  test('of the default branch is the commit before too if a file lies around that git does not know', async () => {
    const { repository, sha } = history();
    repository.write({ 'notes.txt': '' });
    expect(await base(repository)).toMatchObject({ sha: sha['two'], label: 'the commit before' });
    repository.git('add', 'notes.txt');
    expect(await base(repository)).toMatchObject({ sha: sha['three'], label: 'the last commit' });
  });

  test('of commits that were not pushed yet is what was', async () => {
    const { repository, sha } = history();
    const clone = repository.clone();
    clone.commit('four', { a: '4' });
    expect(await base(clone)).toMatchObject({ sha: sha['three'], label: 'main (merge base)' });
  });

  test('is asked for where no branch can be taken for the default one', async () => {
    const { repository } = history();
    repository.git('branch', '-m', 'main', 'trunk');
    await expect(base(repository)).rejects.toThrow(
      'compare: which branch is the default one is not known here; name a ref in place of base, as in main',
    );
  });
});

describe('a commit that can not be had', () => {
  test('without a remote, or with one that is gone, says what to do', async () => {
    const { repository, sha } = history();
    const event: EventBase = { kind: 'merge_group', branch: 'main', base: sha['two'] ?? '' };
    const clone = checkedOut(repository, sha['three'] ?? '');
    clone.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
    await expect(base(clone, event)).rejects.toThrow(
      /^compare: the base of the merge group \([0-9a-f]{7}\) is not in this clone, and could not be fetched from origin: .*fetch-depth: 0$/,
    );
    clone.git('remote', 'remove', 'origin');
    await expect(base(clone, event)).rejects.toThrow('and there is no remote to fetch it from');
  });

  test('because histories have nothing in common is said', async () => {
    const { repository } = history();
    repository.git('checkout', '-q', '--orphan', 'other');
    repository.commit('other', { c: '1' });
    await expect(base(repository)).rejects.toThrow('they share no history; name a ref to compare with');
  });
});

describe('a ref', () => {
  test('is a branch, a tag, a commit or an expression', async () => {
    const { repository, sha } = history();
    repository.git('tag', 'v1', sha['one'] ?? '');
    const named = async (ref: string) => (await base(repository, NONE, ref))?.sha;
    expect(await named('feature')).toBe(sha['feature']);
    expect(await named('v1')).toBe(sha['one']);
    expect(await named('HEAD~1')).toBe(sha['two']);
    expect(await named((sha['three'] ?? '').slice(0, 10))).toBe(sha['three']);
  });

  test('that only the remote has is fetched, and the clone keeps its history', async () => {
    const { repository, sha } = history();
    const clone = repository.clone();
    repository.git('tag', 'v2', sha['feature'] ?? '');
    repository.git('branch', 'later', sha['one'] ?? '');
    expect((await base(clone, NONE, 'v2'))?.sha).toBe(sha['feature']);
    expect((await base(clone, NONE, 'later'))?.sha).toBe(sha['one']);
    expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('false');
  });

  test.each([
    ['featrue', 'compare: there is no git ref featrue; did you mean feature?'],
    ['main:refs/heads/x', 'is no name that a remote could know'],
    ['HEAD~9', 'is no name that a remote could know'],
  ])('%s is refused', async (ref, message) => {
    const { repository } = history();
    await expect(base(repository.clone(), NONE, ref)).rejects.toThrow(message);
  });
});

test.each(['HEAD~1', 'a1b2c3d'])('the ref %s takes a history, which a shallow clone has not', async (ref) => {
  const { repository } = history();
  const advice = '; the clone is shallow, give actions/checkout fetch-depth: 0';
  await expect(base(repository.clone(1), NONE, ref)).rejects.toThrow(advice);
  await expect(base(repository.clone(), NONE, ref === 'HEAD~1' ? 'HEAD~9' : ref)).rejects.not.toThrow(advice);
});
