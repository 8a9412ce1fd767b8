import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import {
  HEAD,
  HOME,
  pullRequestEvent,
  runAction,
  TOKEN,
  type ActionEnd,
  type ActionOptions,
} from './run-action.js';

const FORBIDDEN = { status: 403, message: 'Resource not accessible by integration', times: 99 };

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

/** One flow, gated on its success alone: nothing that a busy machine could change is judged. */
function act(inputs: Record<string, string> = {}, options: Partial<ActionOptions> = {}): Promise<ActionEnd> {
  const quick = { run: 'true', flows: '1', thresholds: 'success_rate >= 90%' };
  return runAction({ apiUrl: server.url, inputs: { ...quick, ...inputs }, ...options });
}

const warnings = (end: ActionEnd): string[] =>
  end.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);
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

describe('the action', () => {
  test('passes, with every output to be parsed', async () => {
    const end = await act();
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(Object.keys(end.outputs).sort()).toEqual([
      'comment-id',
      'failed',
      'metrics',
      'report',
      'results',
      'summary',
      'verdict',
    ]);
    expect(end.outputs).toMatchObject({
      verdict: 'pass',
      failed: '0',
      'comment-id': String(server.comments[0]?.id),
    });
    expect(JSON.parse(end.outputs.metrics ?? '')).toMatchObject({ success_rate: 1 });
    expect(end.results).toMatchObject({ verdict: 'pass', git: { sha: HEAD }, run: { id: 100, job: 'gate' } });
    expect(end.summary).toContain('flowgate');
    expect(end.commands).toContain(`::add-mask::${TOKEN}`);
  });

  test('fails its step and says why when a gate fails', async () => {
    const end = await act({ run: 'exit 3' });
    expect(end.exitCode).toBe(1);
    expect(end.outputs).toMatchObject({ verdict: 'fail', failed: '1' });
    expect(end.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(server.comments[0]?.body).toContain('exit status 3');
  });

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
    expect(warnings(red)).toEqual([]);
    expect(warnings(green)).toEqual([expect.stringContaining('comment-key')]);
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
    expect(warnings(end)).toEqual([]);
  });

  test('tells its comments apart by comment-key', async () => {
    await act({ run: 'exit 3', 'comment-key': 'orders' });
    const end = await act({ 'comment-key': 'mails' });
    expect(server.comments).toHaveLength(2);
    expect(warnings(end)).toEqual([]);
  });

  test('works on GitHub Enterprise Server, whose API is below a path', async () => {
    const enterprise = await startGitHubServer('/api/v3');
    const end = await act(
      {},
      { apiUrl: enterprise.url, env: { GITHUB_SERVER_URL: 'https://ghe.example.com' } },
    );
    expect(end.exitCode).toBe(0);
    expect(enterprise.comments).toHaveLength(1);
    expect(end.results?.run?.url).toBe('https://ghe.example.com/octo/repo/actions/runs/100');
    await enterprise.close();
  });

  test('reaches GitHub through the proxy of the runner', async () => {
    const proxied: string[] = [];
    const proxy = createServer().on('connect', (request, socket: Socket) => {
      proxied.push(request.url ?? '');
      const upstream = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    await act({}, { apiUrl: 'http://github.invalid', env: { http_proxy: `http://127.0.0.1:${port}` } });
    expect(proxied[0]).toBe('github.invalid:80');
    expect(server.comments).toHaveLength(1);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  test('publishes a check run on the head of the pull request', async () => {
    await act({ 'check-name': 'flowgate / load', comment: 'never' });
    expect(server.checkRuns).toMatchObject([
      { name: 'flowgate / load', sha: HEAD, status: 'completed', conclusion: 'success' },
    ]);
  });

  test('waits for a rate limit as long as GitHub says', async () => {
    server.inject({
      status: 403,
      message: 'You have exceeded a secondary rate limit',
      headers: { 'retry-after': '1' },
    });
    await act();
    expect(server.comments).toHaveLength(1);
  });
});

describe('a token that can only read', () => {
  test('is a warning that names the permission, and the verdict is the same', async () => {
    server.inject({ on: /^POST/, ...FORBIDDEN });
    const end = await act({ 'check-name': 'load' });
    expect(end.exitCode).toBe(0);
    expect(end.outputs.verdict).toBe('pass');
    expect(end.outputs['comment-id']).toBeUndefined();
    expect(end.summary).not.toBe('');
    expect(warnings(end).join('\n')).toContain('permissions: pull-requests: write');
    expect(warnings(end).join('\n')).toContain('permissions: checks: write');
    expect(end.stdout.replaceAll(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN);
  });

  test('of a fork is a warning that names the recipe', async () => {
    server.inject(FORBIDDEN);
    const end = await act(
      { run: 'exit 3' },
      { event: pullRequestEvent({ id: 2, full_name: 'someone/repo' }) },
    );
    expect(end.exitCode).toBe(1);
    expect(end.outputs.verdict).toBe('fail');
    expect(warnings(end).join('\n')).toContain('docs/recipes.md#forks');
  });
});

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
    expect(warnings(end)).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test.each(['pull_request', 'pull_request_target'])('%s has a comment', async (name) => {
    await act({}, { event: { ...pullRequestEvent(), name } });
    const comments = '/repos/octo/repo/issues/12/comments';
    expect(server.requests.map(({ path }) => path)).toEqual(['/graphql', comments, comments]);
  });
});

describe('what can not be run', () => {
  test('is said all at once, one error each, with exit status 2 and no flow started', async () => {
    const end = await act({
      flows: 'many',
      timeout: 'soon',
      thresholds: 'flow_tme.p95 < 5s',
      run: 'touch started',
      'check-name': 'load',
    });
    expect(end.exitCode).toBe(2);
    const errors = end.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors).toHaveLength(3);
    for (const part of ['flows', 'timeout', 'did you mean flow_time'])
      expect(errors.join('\n')).toContain(part);
    expect(end.outputs.results).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  test('is shown at its place in the config file', async () => {
    const config = 'version: 1\nscenarios:\n  a:\n    run: "true"\n    thresholds: [flow_tme.p95 < 5s]\n';
    const inputs = { run: '', flows: '', thresholds: '' };
    const end = await act(inputs, { files: { '.github/flowgate.yml': config } });
    expect(end.exitCode).toBe(2);
    expect(end.annotations[0]?.properties).toMatchObject({ file: '.github/flowgate.yml', line: '5' });
  });
});

describe('a job that is cancelled', () => {
  test('ends what it started and still writes what was measured', async () => {
    const end = await act(
      { run: 'touch started; sleep 300', flows: '2', timeout: '5m' },
      { cancelOn: 'started' },
    );
    expect(end.exitCode).toBe(130);
    expect(end.outputs.verdict).toBe('inconclusive');
    expect(end.results?.scenarios[0]?.interrupted).toBe('SIGTERM');
  });
});
