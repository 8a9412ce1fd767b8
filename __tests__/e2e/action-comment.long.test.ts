import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import { runQuick, warningsOf, type ActionEnd, type ActionOptions } from './run-action.js';

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

const act = (inputs?: Record<string, string>, options?: Partial<ActionOptions>): Promise<ActionEnd> =>
  runQuick(server.url, inputs, options);

const KEY = '.github%2Fworkflows%2Fci.yml/gate';
const OLD = `<!-- flowgate:${KEY} run=1 attempt=1 verdict=fail inputs=0a1b2c3d by=f00d`;
/** The first line of a comment. */
const marked = (what: string, step = ''): RegExp =>
  new RegExp(`^<!-- flowgate:${KEY}${step} ${what} inputs=[0-9a-f]{8} by=[0-9a-f]{12} -->\n`);
const bodies = (): string[] => server.comments.map(({ body }) => body);
/** What was written by REST; a query is a POST too. */
const writes = (): string[] =>
  server.requests
    .filter(({ method, path }) => method !== 'GET' && path !== '/graphql')
    .map(({ method, path }) => `${method} ${path}`);

describe('the comment', () => {
  test('leaves one comment on a pull request, with what the last run found', async () => {
    await act({ run: 'exit 3' }, { runId: 100 });
    const [first] = server.comments;
    expect(first?.body).toMatch(marked('run=100 attempt=1 verdict=fail'));
    await act({}, { runId: 101 });
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.id).toBe(first?.id);
    expect(server.comments[0]?.body).toMatch(marked('run=101 attempt=1 verdict=pass'));
    expect(server.comments[0]?.body).not.toContain('exit status 3');
  });

  test('leaves one comment for each of two steps of a job, and each finds its own again', async () => {
    const step = (name: string, runId: number, run = 'true') =>
      act({ run }, { runId, env: { GITHUB_ACTION: name } });
    for (const runId of [100, 101]) {
      await step('__flowgate_flowgate', runId);
      await step('__flowgate_flowgate_2', runId, 'exit 3');
    }
    expect(bodies()).toEqual([
      expect.stringMatching(marked('run=101 attempt=1 verdict=pass', '#__flowgate_flowgate')),
      expect.stringMatching(marked('run=101 attempt=1 verdict=fail', '#__flowgate_flowgate_2')),
    ]);
  });

  test('finds its comment on the third page', async () => {
    for (let index = 0; index < 210; index += 1) server.addComment({ body: `chat ${index}` });
    const ours = server.addComment({ body: `${OLD} -->\nold` });
    for (let index = 0; index < 20; index += 1) server.addComment({ body: `more ${index}` });
    const end = await act();
    expect(end.outputs['comment-id']).toBe(String(ours.id));
    expect(writes()).toEqual([`PATCH /repos/octo/repo/issues/comments/${ours.id}`]);
  });

  test('does not write over what a newer run has said', async () => {
    await act({}, { runId: 101 });
    await act({ run: 'exit 3' }, { runId: 100 });
    expect(bodies()).toEqual([expect.stringMatching(marked('run=101 attempt=1 verdict=pass'))]);
  });

  test.each(['mallory', 'other-app[bot]'])(
    'leaves a comment by %s alone, whatever it begins with',
    async (login) => {
      const type = login.endsWith('[bot]') ? 'Bot' : 'User';
      const body = `${OLD.replace('run=1 ', 'run=999 ')} -->`;
      server.addComment({ type, login, association: 'MEMBER', body });
      const end = await act({ run: 'exit 3' });
      expect(bodies()).toEqual([body, expect.stringMatching(marked('run=100 attempt=1 verdict=fail'))]);
      expect(end.outputs['comment-id']).toBe(String(server.comments[1]?.id));
    },
  );

  test('with the token of an app looks for the comments of that app alone', async () => {
    const token = { 'github-token': 'ghs_app0123456789abcdef' };
    server.addComment({ body: `${OLD} -->` });
    for (const runId of [100, 101]) await act(token, { runId });
    expect(server.comments.map(({ login }) => login)).toEqual(['github-actions[bot]', 'an-app[bot]']);
  });

  test('called twice by one workflow leaves two comments: neither paints the other’s failure green', async () => {
    const red = await act({ run: 'exit 3' });
    const green = await act({ run: 'true' });
    expect(bodies()).toEqual([
      expect.stringMatching(marked('run=100 attempt=1 verdict=fail')),
      expect.stringMatching(marked('run=100 attempt=1 verdict=pass')),
    ]);
    expect(warningsOf(red)).toEqual([]);
    expect(warningsOf(green)).toEqual([expect.stringContaining('comment-key')]);
    await act({ run: 'true' }, { runId: 101 });
    await act({ run: 'exit 3' }, { runId: 101 });
    expect(bodies()).toEqual([
      expect.stringMatching(marked('run=101 attempt=1 verdict=fail')),
      expect.stringMatching(marked('run=101 attempt=1 verdict=pass')),
    ]);
  });

  test('in two workflows of the same name has a comment in each', async () => {
    const env = { GITHUB_WORKFLOW_REF: 'octo/repo/.github/workflows/other.yml@refs/pull/12/merge' };
    await act({ run: 'exit 3' }, { runId: 100 });
    const end = await act({}, { runId: 101, env });
    expect(bodies()[0]).toMatch(marked('run=100 attempt=1 verdict=fail'));
    expect(server.comments).toHaveLength(2);
    expect(warningsOf(end)).toEqual([]);
  });

  test('tells its comments apart by comment-key', async () => {
    await act({ run: 'exit 3', 'comment-key': 'orders' });
    const end = await act({ 'comment-key': 'mails' });
    expect(server.comments).toHaveLength(2);
    expect(warningsOf(end)).toEqual([]);
  });
});
