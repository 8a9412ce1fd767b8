import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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

  test.each(['pull_request', 'pull_request_target'])('%s has a comment', async (name) => {
    await act({}, { event: { ...pullRequestEvent(), name } });
    const comments = '/repos/octo/repo/issues/12/comments';
    expect(server.requests.map(({ path }) => path)).toEqual(['/graphql', comments, comments]);
  });
});
