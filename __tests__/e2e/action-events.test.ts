import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeRepository, type TestRepository } from '../repository.js';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import {
  HEAD,
  HOME,
  pullRequestEvent,
  runQuick,
  warningsOf,
  type ActionEnd,
  type ActionOptions,
} from './run-action.js';

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

const act = (inputs?: Record<string, string>, options?: Partial<ActionOptions>): Promise<ActionEnd> =>
  runQuick(server.url, inputs, options);

describe('events', () => {
  const workflowRun = { head_sha: HEAD, head_repository: HOME, pull_requests: [] };

  test.each([
    ['merge_group', { merge_group: { head_sha: HEAD } }, HEAD],
    ['push', { after: HEAD }, HEAD],
    ['schedule', { schedule: '0 0 * * *' }, 'b'.repeat(40)],
    ['workflow_dispatch', { inputs: {} }, 'b'.repeat(40)],
    ['workflow_run', { workflow_run: workflowRun }, HEAD],
  ])('%s measures and gates, without a comment and without a warning', async (name, payload, sha) => {
    const event = { name, payload: { repository: HOME, ...payload } };
    const end = await act({ run: 'exit 3' }, { event });
    expect(end.exitCode).toBe(1);
    expect(end.outputs.verdict).toBe('fail');
    expect(end.results?.git.sha).toBe(sha);
    expect(warningsOf(end)).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test.each(['pull_request', 'pull_request_review', 'pull_request_target'])(
    '%s has a comment',
    async (name) => {
      await act({}, { event: { ...pullRequestEvent(), name } });
      const comments = '/repos/octo/repo/issues/12/comments';
      expect(server.requests.map(({ path }) => path)).toEqual(['/graphql', comments, comments]);
    },
  );
});

describe('an event whose token can write', () => {
  const comment = { repository: HOME, issue: { number: 12, pull_request: {} } };
  const flow = { run: 'touch started; exit 3', 'check-name': 'load' };

  /** A clone with a commit of the pull request on top of main; main is checked out, as by default. */
  function workspace(): { clone: TestRepository; head: string; main: string } {
    const clone = makeRepository();
    const main = clone.commit('main');
    clone.git('checkout', '-q', '-b', 'topic');
    const head = clone.commit('topic');
    clone.git('checkout', '-q', 'main');
    return { clone, head, main };
  }

  test.each([
    ['issue_comment', comment, {}],
    ['workflow_dispatch', { repository: HOME, inputs: {} }, { 'pull-request': '12' }],
  ])('%s tells the pull request at its head what its commit has come to', async (name, payload, inputs) => {
    const { clone, head } = workspace();
    server.pullRequests.set(12, { head });
    clone.git('checkout', '-q', 'topic');
    const env = { GITHUB_WORKSPACE: clone.folder };
    const end = await act({ ...flow, ...inputs }, { event: { name, payload }, env });
    expect(end.exitCode).toBe(1);
    expect(server.comments).toHaveLength(1);
    expect(server.checkRuns).toMatchObject([{ sha: head, conclusion: 'failure' }]);
    expect(end.results?.git.sha).toBe(head);
  });

  test.each([
    ['issue_comment', comment],
    ['pull_request_target', pullRequestEvent({ id: 2, full_name: 'someone/repo' }).payload],
    [
      'workflow_run',
      {
        repository: HOME,
        workflow_run: { head_sha: HEAD, head_repository: { full_name: 'someone/repo' }, pull_requests: [] },
      },
    ],
  ])('%s runs no code of a fork', async (name, payload) => {
    const { clone, head } = workspace();
    server.pullRequests.set(12, { head, headRepository: 'someone/repo' });
    const env = { GITHUB_WORKSPACE: clone.folder };
    const end = await act(flow, { event: { name, payload }, env });
    expect(end.exitCode).toBe(2);
    expect(end.annotations.map(({ message }) => message).join()).toMatch(/fork.*docs\/recipes\.md#forks/);
    expect(clone.git('status', '--porcelain')).toBe('');
    expect([server.comments, server.checkRuns]).toEqual([[], []]);
  });

  test('issue_comment does not tell a pull request what the default branch has come to', async () => {
    const { clone, head } = workspace();
    server.pullRequests.set(12, { head });
    const event = { name: 'issue_comment', payload: comment };
    const end = await act({}, { event, env: { GITHUB_WORKSPACE: clone.folder } });
    expect(end.exitCode).toBe(2);
    expect(end.annotations[0]?.message).toContain('ref: refs/pull/12/head');
    expect(server.comments).toEqual([]);
  });
});
