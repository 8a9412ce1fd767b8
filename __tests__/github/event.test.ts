import { describe, expect, test } from '@jest/globals';
import { type Occasion, readEvent } from '../../src/github/event.js';

const HEAD = 'a'.repeat(40);
const MERGE = 'b'.repeat(40);
const HOME = { id: 1, full_name: 'octo/repo', default_branch: 'main' };
const FORK = { id: 2, full_name: 'someone/repo' };

function read(name: string, payload: unknown, env: Record<string, string> = {}): Occasion {
  return readEvent({ name, payload, env: { GITHUB_SHA: MERGE, GITHUB_ACTOR: 'someone', ...env } });
}

function pullRequest(head: object | null, login = 'someone'): object {
  const pull = {
    number: 12,
    head: { sha: HEAD, repo: head },
    base: { sha: MERGE, repo: HOME },
    user: { login },
  };
  return { repository: HOME, pull_request: pull };
}

describe('a pull request', () => {
  test.each(['pull_request', 'pull_request_target', 'pull_request_review', 'pull_request_review_comment'])(
    '%s names the pull request and its head, not its merge',
    (name) => {
      expect(read(name, pullRequest(HOME))).toEqual({
        pullRequest: 12,
        headSha: HEAD,
        isFork: false,
        dependabot: false,
        readOnly: false,
        onDefaultBranch: false,
        defaultBranch: 'main',
      });
    },
  );

  test.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])(
    'of a fork, or of one that is gone, has a token that can only read by %s',
    (name) => {
      expect(read(name, pullRequest(FORK))).toMatchObject({ isFork: true, readOnly: true });
      expect(read(name, pullRequest(null))).toMatchObject({ isFork: true, readOnly: true });
    },
  );

  test('that a comment is on is named, and its head is not known by the event', () => {
    const comment = { repository: HOME, issue: { number: 12, pull_request: { url: '' } }, comment: {} };
    const occasion = read('issue_comment', comment);
    expect(occasion).toMatchObject({ pullRequest: 12, readOnly: false });
    expect(occasion.headSha).toBeUndefined();
  });

  test('is none where a comment is on an issue', () => {
    const occasion = read('issue_comment', { repository: HOME, issue: { number: 12 } });
    expect(occasion.pullRequest).toBeUndefined();
    expect(occasion.headSha).toBe(MERGE);
  });

  test('of a fork can be written to from pull_request_target', () => {
    expect(read('pull_request_target', pullRequest(FORK))).toMatchObject({ isFork: true, readOnly: false });
  });

  test('of Dependabot has a token that can only read', () => {
    const opened = pullRequest(HOME, 'dependabot[bot]');
    expect(read('pull_request', opened)).toMatchObject({ dependabot: true, readOnly: true });
    const started = { GITHUB_ACTOR: 'dependabot[bot]' };
    expect(read('pull_request', pullRequest(HOME), started)).toMatchObject({
      dependabot: true,
      readOnly: true,
    });
  });
});

describe('without a pull request', () => {
  test('merge_group is about the head of the group', () => {
    const occasion = read('merge_group', { repository: HOME, merge_group: { head_sha: HEAD } });
    expect(occasion.headSha).toBe(HEAD);
    expect(occasion.pullRequest).toBeUndefined();
  });

  test('push is about what was pushed', () => {
    expect(read('push', { repository: HOME, after: HEAD })).toMatchObject({ headSha: HEAD, isFork: false });
  });

  test('a push that deletes a branch is about no commit of its own', () => {
    expect(read('push', { after: '0'.repeat(40) }, { GITHUB_SHA: '0'.repeat(40) }).headSha).toBeUndefined();
  });

  test.each(['schedule', 'workflow_dispatch', 'an_event_to_come'])(
    '%s is about the commit that runs',
    (name) => {
      const occasion = read(name, { repository: HOME, pull_request: { number: 99 }, issue: { number: 98 } });
      expect(occasion).toEqual({
        headSha: MERGE,
        isFork: false,
        dependabot: false,
        readOnly: false,
        onDefaultBranch: name === 'schedule',
        defaultBranch: 'main',
      });
    },
  );
});

describe("the default branch's own run", () => {
  const onMain = { GITHUB_REF: 'refs/heads/main' };
  const isOwn = (
    name: string,
    env: Record<string, string> = onMain,
    payload: object = { repository: HOME },
  ) => read(name, payload, env).onDefaultBranch;

  test('is a push to it, a dispatch on it, or a schedule', () => {
    expect(isOwn('push')).toBe(true);
    expect(isOwn('workflow_dispatch')).toBe(true);
    expect(isOwn('schedule', onMain, {})).toBe(true);
  });

  test('is none on another branch or a tag of its name, nor where the default branch is not known', () => {
    expect(isOwn('push', { GITHUB_REF: 'refs/heads/feature' })).toBe(false);
    expect(isOwn('push', { GITHUB_REF: 'refs/tags/main' })).toBe(false);
    expect(isOwn('push', onMain, {})).toBe(false);
  });

  test.each(['pull_request', 'pull_request_target', 'workflow_run', 'merge_group'])(
    'is none by %s, which may bear its ref and run the code of others',
    (name) => {
      expect(isOwn(name)).toBe(false);
    },
  );
});

describe('workflow_run', () => {
  const listed = (number: number, repo: object, sha = HEAD): object => ({
    number,
    head: { sha },
    base: { repo },
  });
  const run = (pulls: unknown, from: object = HOME): unknown => ({
    repository: HOME,
    workflow_run: { head_sha: HEAD, head_repository: from, pull_requests: pulls },
  });

  test('names its one pull request of this repository at the commit that ran', () => {
    const others = [listed(7, FORK), listed(8, HOME, MERGE)];
    expect(read('workflow_run', run([...others, listed(9, HOME)]))).toMatchObject({
      pullRequest: 9,
      headSha: HEAD,
    });
  });

  test('that could mean two pull requests means none', () => {
    expect(read('workflow_run', run([listed(8, HOME), listed(9, HOME)])).pullRequest).toBeUndefined();
  });

  test('of a fork lists none, and may write', () => {
    const occasion = read('workflow_run', run([], FORK));
    expect(occasion).toMatchObject({ headSha: HEAD, isFork: true, readOnly: false });
    expect(occasion.pullRequest).toBeUndefined();
  });
});

test.each([
  ['nothing', undefined],
  ['text', 'text'],
  ['null', null],
  ['a number that is none', { pull_request: { number: '12; rm -rf' } }],
  ['a negative number', { pull_request: { number: -1 } }],
  [
    'parts of a wrong form',
    { pull_request: [], repository: 7, workflow_run: { pull_requests: 'x' }, merge_group: [] },
  ],
])('a payload that is %s says nothing, and is no error', (_what, payload) => {
  for (const name of ['pull_request', 'workflow_run', 'merge_group', 'push']) {
    const { pullRequest: number, headSha } = read(name, payload);
    expect(number).toBeUndefined();
    expect(headSha).toBe(MERGE);
  }
});
