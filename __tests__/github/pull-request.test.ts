import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Git } from '../../src/compare/trees/git.js';
import type { Inputs } from '../../src/config/inputs.js';
import { type Settled, settlePullRequest } from '../../src/github/pull-request.js';
import { readSurroundings } from '../../src/github/surroundings.js';
import { UserError } from '../../src/lib/errors.js';
import { type GitHub, GitHubError, type PullRequest } from '../../src/system/github.js';
import { fakeGitHub, type FakeGitHub } from '../fakes/github.js';
import { recordingLogger, type RecordingLogger } from '../fakes/runner.js';

const HEAD = 'a'.repeat(40);
const MAIN = 'b'.repeat(40);
const MERGE = 'c'.repeat(40);
const HOME = { id: 1, full_name: 'octo/repo', default_branch: 'main' };
const FORK = { id: 2, full_name: 'someone/repo' };

let github: FakeGitHub;
let logger: RecordingLogger;

beforeEach(() => {
  github = fakeGitHub();
  logger = recordingLogger();
});

/** A clone in which a commit is checked out; undefined: no clone. */
function cloneAt(commit: string | undefined, parents: readonly string[] = []): Git {
  const failed = { code: 128, stdout: '', stderr: 'not a git repository' };
  const headers = parents.map((parent) => `parent ${parent}\n`).join('');
  return {
    run: (_folder, [command]) => {
      if (commit === undefined) return Promise.resolve(failed);
      const stdout = command === 'rev-parse' ? `${commit}\n` : `tree ${MAIN}\n${headers}\nparent ${HEAD}\n`;
      return Promise.resolve({ code: 0, stdout, stderr: '' });
    },
  };
}

interface Case {
  readonly event: string;
  readonly payload?: object;
  readonly inputs?: Inputs;
  readonly git?: Git;
  readonly github?: GitHub;
}

function settle({ event, payload = {}, inputs = {}, git = cloneAt(HEAD), ...given }: Case): Promise<Settled> {
  const env = {
    GITHUB_EVENT_NAME: event,
    GITHUB_REPOSITORY: 'octo/repo',
    GITHUB_SHA: MAIN,
    GITHUB_REF: 'refs/heads/main',
  };
  const whole = { repository: HOME, ...payload };
  const surroundings = readSurroundings({ env, payload: whole, inputs, nonce: 'f00d', cwd: '/w' });
  const ports = { github: 'github' in given ? given.github : github, git, logger };
  return settlePullRequest(ports, { inputs, env, surroundings });
}

async function refusal(of: Case): Promise<string> {
  const thrown: unknown = await settle(of).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(UserError);
  return (thrown as UserError).message;
}

function pull(of: Partial<PullRequest> = {}): void {
  const known = {
    headSha: HEAD,
    headRepository: 'octo/repo',
    baseSha: MAIN,
    baseBranch: 'main',
    author: 'ada',
  };
  github.pullRequests.set(12, { ...known, ...of });
}

const named = (head: object | null): object => ({
  pull_request: { number: 12, head: { sha: HEAD, repo: head }, base: { sha: MAIN, repo: HOME } },
});
const comment = { issue: { number: 12, pull_request: {} } };
const run = (head: object): object => ({
  workflow_run: {
    head_sha: HEAD,
    head_repository: head,
    pull_requests: head === HOME ? [{ number: 12, head: { sha: HEAD }, base: { repo: HOME } }] : [],
  },
});

describe('a comment on a pull request', () => {
  test('is about the head of that pull request, which GitHub is asked for', async () => {
    pull();
    const { surroundings, asked } = await settle({ event: 'issue_comment', payload: comment });
    expect(surroundings.occasion).toMatchObject({ pullRequest: 12, headSha: HEAD, isFork: false });
    expect(surroundings.git.sha).toBe(HEAD);
    expect(asked?.baseBranch).toBe('main');
  });

  test('that GitHub does not show, or that no token can ask for, is refused', async () => {
    const event = { event: 'issue_comment', payload: comment };
    expect(await refusal(event)).toContain('pull-requests: read');
    expect(await refusal({ ...event, github: undefined })).toContain('github-token');
    github.refuse('pullRequest', new GitHubError('connection reset', undefined));
    expect(await refusal(event)).toContain('connection reset');
  });
});

describe('a fork beside a token that can write', () => {
  test.each([
    ['pull_request_target', named(FORK)],
    ['pull_request_target', named(null)],
    ['workflow_run', run(FORK)],
  ])('is refused by %s', async (event, payload) => {
    const message = await refusal({ event, payload });
    expect(message).toMatch(/fork.*workflow_run.*docs\/recipes\.md#forks/);
  });

  test.each([
    ['issue_comment', comment, {}],
    ['workflow_dispatch', {}, { pullRequest: '12' }],
    ['push', { after: MAIN }, { pullRequest: '12' }],
    ['schedule', {}, { pullRequest: '12' }],
  ])('is refused by %s, once GitHub has said whose it is', async (event, payload, inputs) => {
    for (const headRepository of ['someone/repo', undefined]) {
      pull({ headRepository });
      expect(await refusal({ event, payload, inputs })).toMatch(/Pull request 12 comes from a fork/);
    }
  });

  test.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])(
    'is measured by %s, whose token can only read',
    async (event) => {
      const { surroundings } = await settle({ event, payload: named(FORK) });
      expect(surroundings.occasion).toMatchObject({ pullRequest: 12, headSha: HEAD, isFork: true });
    },
  );
});

describe('what is checked out', () => {
  const events: readonly (readonly [string, object, Inputs])[] = [
    ['pull_request_target', named(HOME), {}],
    ['issue_comment', comment, {}],
    ['workflow_run', run(HOME), {}],
    ['workflow_dispatch', {}, { pullRequest: '12' }],
  ];

  test.each(events)('by %s may be the head or its merge', async (event, payload, inputs) => {
    pull();
    for (const git of [cloneAt(HEAD), cloneAt(MERGE, [MAIN, HEAD])]) {
      const { surroundings } = await settle({ event, payload, inputs, git });
      expect(surroundings.occasion).toMatchObject({ pullRequest: 12, headSha: HEAD });
    }
    expect(logger.lines).toEqual([]);
  });

  test.each(events)(
    'by %s and is another commit is refused: it would pass for the pull request',
    async (event, payload, inputs) => {
      pull();
      for (const git of [cloneAt(MAIN), cloneAt(MERGE, [HEAD, MAIN]), cloneAt(MERGE, [HEAD])]) {
        expect(await refusal({ event, payload, inputs, git })).toMatch(
          /not the head of pull request 12.*ref: refs\/pull\/12\/head/,
        );
      }
    },
  );

  test('is told not to be known where there is no clone', async () => {
    await settle({ event: 'pull_request_target', payload: named(HOME), git: cloneAt(undefined) });
    expect(logger.at('warn')).toEqual([expect.stringContaining('pull request 12')]);
  });

  test.each(['push', 'schedule', 'workflow_dispatch', 'merge_group'])(
    'by %s is judged as it is, and nothing is asked',
    async (event) => {
      const { surroundings } = await settle({ event, git: cloneAt(MERGE) });
      expect(surroundings.occasion.pullRequest).toBeUndefined();
      expect(github.calls).toEqual([]);
      expect(logger.lines).toEqual([]);
    },
  );
});

describe('the input pull-request', () => {
  test('names the pull request, which is then no run of the default branch', async () => {
    pull();
    const { surroundings } = await settle({ event: 'workflow_dispatch', inputs: { pullRequest: '12' } });
    expect(surroundings.occasion).toMatchObject({ pullRequest: 12, headSha: HEAD, onDefaultBranch: false });
  });

  test('that says what the event says is fine, and one that says otherwise is refused', async () => {
    const of = { event: 'pull_request', payload: named(HOME) };
    await settle({ ...of, inputs: { pullRequest: '12' } });
    expect(github.calls).toEqual([]);
    expect(await refusal({ ...of, inputs: { pullRequest: '13' } })).toMatch(/input pull-request: is 13.*12/);
  });
});
