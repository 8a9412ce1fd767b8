import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openGitHub } from '../../src/github/open.js';
import { type GitHub, GitHubError } from '../../src/system/github.js';
import { type GitHubServer, startGitHubServer } from '../e2e/github-server.js';

const TOKEN = 'ghs_0123456789abcdefghij';
const SHA = 'a'.repeat(40);
const LIMIT = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

let server: GitHubServer;
let github: GitHub;
let told: string[];

function connect({ timeout, token = TOKEN }: { timeout?: number; token?: string } = {}): GitHub {
  told = [];
  const log = (message: string): void => void told.push(message);
  return openGitHub({
    token,
    apiUrl: server.url,
    repository: 'octo/repo',
    logger: { info: log, debug: log },
    second: 1,
    timeout,
  });
}

async function refused(call: Promise<unknown>): Promise<GitHubError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(GitHubError);
  return thrown as GitHubError;
}

beforeEach(async () => {
  server = await startGitHubServer();
  github = connect();
});

afterEach(async () => {
  await server.close();
});

describe('comments', () => {
  test('a comment is created, found again and updated in place', async () => {
    const id = await github.createComment(7, 'first');
    await github.updateComment(id, 'second');
    expect(await github.listComments(7)).toEqual([{ id, body: 'second', author: 'github-actions[bot]' }]);
  });

  test('all pages are listed, a hundred comments each', async () => {
    for (let index = 1; index <= 250; index += 1) server.addComment({ body: `comment ${index}` });
    const comments = await github.listComments(7);
    expect(comments.map(({ body }) => body)).toEqual(server.comments.map(({ body }) => body));
    expect(server.requests.map(({ query }) => query)).toEqual([
      'per_page=100',
      'per_page=100&page=2',
      'per_page=100&page=3',
    ]);
  });

  test.each([
    ['ghs_0123456789abcdefghij', 'github-actions[bot]'],
    ['ghs_app0123456789abcdef', 'an-app[bot]'],
    ['ghp_0123456789abcdefghij', 'someone'],
  ])('the user of the token %s is %s, and wrote what the token created', async (token, login) => {
    const client = connect({ token });
    expect(await client.tokenUser()).toBe(login);
    const id = await client.createComment(7, 'mine');
    server.addComment({ body: 'by another bot', login: 'other[bot]' });
    const authors = (await client.listComments(7)).map(({ id: each, author }) => [each === id, author]);
    expect(authors).toEqual([
      [true, login],
      [false, 'other[bot]'],
    ]);
  });

  test('the user of a token is asked of GitHub Enterprise Server below /api', async () => {
    const enterprise = await startGitHubServer('/api/v3');
    const client = openGitHub({
      token: TOKEN,
      apiUrl: enterprise.url,
      repository: 'octo/repo',
      logger: { info: () => undefined, debug: () => undefined },
    });
    expect(await client.tokenUser()).toBe('github-actions[bot]');
    expect(enterprise.requests).toMatchObject([{ method: 'POST', path: '/api/graphql' }]);
    await enterprise.close();
  });
});

describe('pull requests', () => {
  test('a pull request is told by its head, its base and whose it is', async () => {
    server.pullRequests.set(12, { head: SHA, headRepository: 'someone/repo', baseRef: 'main' });
    expect(await github.pullRequest(12)).toEqual({
      headSha: SHA,
      headRepository: 'someone/repo',
      baseSha: 'b'.repeat(40),
      baseBranch: 'main',
      author: 'someone',
    });
  });

  test('one that is none is refused', async () => {
    expect((await refused(github.pullRequest(13))).status).toBe(404);
  });
});

describe('check runs', () => {
  test('a check run is created in progress and completed', async () => {
    const id = await github.createCheckRun('flowgate', SHA, {
      status: 'in_progress',
      title: 'Running',
      summary: '…',
    });
    expect(server.checkRuns).toMatchObject([
      { id, name: 'flowgate', sha: SHA, status: 'in_progress', conclusion: null },
    ]);
    await github.updateCheckRun(id, {
      status: 'completed',
      conclusion: 'failure',
      title: 'Slow',
      summary: 'table',
    });
    expect(server.checkRuns).toMatchObject([
      { status: 'completed', conclusion: 'failure', title: 'Slow', summary: 'table' },
    ]);
  });
});

test('the API below a path, as on GitHub Enterprise Server, is reached by its URL', async () => {
  const enterprise = await startGitHubServer('/api/v3');
  const client = openGitHub({
    token: TOKEN,
    apiUrl: `${enterprise.url}/`,
    repository: 'octo/repo',
    logger: { info: () => undefined, debug: () => undefined },
  });
  await client.createComment(7, 'hello');
  expect(enterprise.requests).toMatchObject([
    { method: 'POST', path: '/repos/octo/repo/issues/7/comments', authorization: `token ${TOKEN}` },
  ]);
  await enterprise.close();
});

describe('refusals', () => {
  test.each([401, 403, 404, 410, 422])('HTTP %i is not asked again', async (status) => {
    server.inject({ status, message: 'No, thank you', times: 9 });
    const error = await refused(github.createComment(7, 'x'));
    expect(error.status).toBe(status);
    expect(error.message).toContain('No, thank you');
    expect(server.requests).toHaveLength(1);
  });

  test('a message never holds the token, and is one line', async () => {
    server.inject({ status: 403, message: `bad\ntoken ${TOKEN} ${'x'.repeat(2000)}` });
    const { message } = await refused(github.listComments(7));
    expect(message).not.toContain(TOKEN);
    expect(message).toMatch(/^bad token \*\*\* x+…$/);
    expect(told.join('\n')).not.toContain(TOKEN);
  });

  test('an API that can not be reached has no status', async () => {
    const gone = await startGitHubServer();
    await gone.close();
    const client = openGitHub({
      token: TOKEN,
      apiUrl: gone.url,
      repository: 'octo/repo',
      logger: { info: () => undefined, debug: () => undefined },
      second: 1,
    });
    const error = await refused(client.listComments(7));
    expect(error.status).toBeUndefined();
    expect(error.message).not.toBe('');
  });
});

describe('limits', () => {
  test.each([
    [429, LIMIT],
    [429, 'Too many requests'],
    [403, LIMIT],
    [403, 'Slow down'],
  ])('HTTP %i "%s" with Retry-After is asked again', async (status, message) => {
    server.inject({ status, message, headers: { 'retry-after': '2' }, times: 2 });
    expect(await github.listComments(7)).toEqual([]);
    expect(server.requests).toHaveLength(3);
    expect(told).toContain("GitHub's rate limit is reached; asking again in 2 s.");
  });

  test('after three times it is refused', async () => {
    server.inject({ status: 429, message: LIMIT, headers: { 'retry-after': '1' }, times: 9 });
    expect((await refused(github.listComments(7))).status).toBe(429);
    expect(server.requests).toHaveLength(4);
  });

  test('a wait of more than a minute is not waited for', async () => {
    server.inject({ status: 403, message: LIMIT, headers: { 'retry-after': '61' } });
    expect((await refused(github.listComments(7))).status).toBe(403);
    expect(server.requests).toHaveLength(1);
  });

  test('all calls together wait a minute at most', async () => {
    const limited = { status: 403, message: LIMIT, headers: { 'retry-after': '40' } };
    server.inject(limited);
    await github.listComments(7);
    server.inject(limited);
    await refused(github.listComments(7));
    expect(server.requests).toHaveLength(3);
  });
});

describe('faults', () => {
  test('a server error is asked again until it is answered', async () => {
    server.inject({ status: 500, times: 2 });
    expect(await github.listComments(7)).toEqual([]);
    expect(server.requests).toHaveLength(3);
  });

  test('a server error that stays is refused after three more attempts', async () => {
    server.inject({ status: 502, message: 'Bad gateway', times: 9 });
    expect((await refused(github.listComments(7))).status).toBe(502);
    expect(server.requests).toHaveLength(4);
  });

  test.each(['before', 'midway'] as const)('a connection cut %s the answer is asked again', async (cut) => {
    server.addComment({ body: 'here' });
    server.inject({ cut, times: 2 });
    expect(await github.listComments(7)).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
  });

  test('an answer that does not come in time is asked for again', async () => {
    github = connect({ timeout: 50 });
    server.inject({ delay: 500 });
    expect(await github.listComments(7)).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  test('a comment whose creation was answered by a cut connection is not created twice', async () => {
    server.inject({ on: /^POST/, cut: 'after' });
    const id = await github.createComment(7, 'once');
    expect(server.comments).toMatchObject([{ id, body: 'once' }]);
  });

  test('a comment whose creation failed for certain by a server error is created', async () => {
    server.inject({ on: /^POST/, status: 500 });
    await github.createComment(7, 'once');
    expect(server.comments).toHaveLength(1);
  });
});
