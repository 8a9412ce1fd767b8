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
const writes = (): string[] =>
  server.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

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
    expect(first?.body).toMatch(/^<!-- flowgate:ci\/gate run=100 attempt=1 verdict=fail -->\n/);
    await act({}, { runId: 101 });
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.id).toBe(first?.id);
    expect(server.comments[0]?.body).toMatch(/^<!-- flowgate:ci\/gate run=101 attempt=1 verdict=pass -->\n/);
    expect(server.comments[0]?.body).not.toContain('exit status 3');
  });

  test('leaves one comment for each of two steps of a job, and each finds its own again', async () => {
    const step = (name: string, runId: number, run = 'true') =>
      act({ run }, { runId, env: { GITHUB_ACTION: name } });
    server.addComment({ body: '<!-- flowgate:ci/gate run=1 attempt=1 verdict=fail -->\nold' });
    for (const runId of [100, 101]) {
      await step('__flowgate_flowgate', runId);
      await step('__flowgate_flowgate_2', runId, 'exit 3');
    }
    expect(server.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      '<!-- flowgate:ci/gate#__flowgate_flowgate run=101 attempt=1 verdict=pass -->',
      '<!-- flowgate:ci/gate#__flowgate_flowgate_2 run=101 attempt=1 verdict=fail -->',
    ]);
  });

  test('finds its comment on the third page', async () => {
    for (let index = 0; index < 210; index += 1) server.addComment({ body: `chat ${index}` });
    const ours = server.addComment({ body: '<!-- flowgate:ci/gate run=1 attempt=1 verdict=fail -->\nold' });
    for (let index = 0; index < 20; index += 1) server.addComment({ body: `more ${index}` });
    const end = await act();
    expect(end.outputs['comment-id']).toBe(String(ours.id));
    expect(writes()).toEqual([`PATCH /repos/octo/repo/issues/comments/${ours.id}`]);
  });

  test('does not write over what a newer run has said', async () => {
    await act({}, { runId: 101 });
    await act({ run: 'exit 3' }, { runId: 100 });
    expect(server.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      '<!-- flowgate:ci/gate run=101 attempt=1 verdict=pass -->',
    ]);
  });

  test('is not taken in by a comment that anybody could write', async () => {
    server.addComment({
      type: 'User',
      login: 'mallory',
      body: '<!-- flowgate:ci/gate run=999 attempt=1 verdict=pass -->',
    });
    await act();
    expect(server.comments).toHaveLength(2);
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
    expect(server.requests.map(({ path }) => path)).toEqual(
      Array(2).fill('/repos/octo/repo/issues/12/comments'),
    );
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

  test('nothing to run is an error, and no demo is run in its place', async () => {
    const end = await act({ run: '', flows: '' }, { files: { 'flowgate.yaml': 'version: 1\n' } });
    expect(end.exitCode).toBe(2);
    const [error] = end.annotations.filter(({ level }) => level === 'error');
    expect(error?.message).toContain('the nearest config is flowgate.yaml');
    expect(error?.message).toContain('demo: true');
    expect(server.requests).toEqual([]);
  });

  test('a misspelt input is an error, and not a gate that is missing', async () => {
    const end = await act({ thresholds: '', threshold: 'success_rate >= 100%' });
    expect(end.exitCode).toBe(2);
    expect(end.annotations.map(({ message }) => message).join()).toContain('did you mean thresholds?');
  });

  test('is shown at its place in the config file', async () => {
    const config = 'version: 1\nscenarios:\n  a:\n    run: "true"\n    thresholds: [flow_tme.p95 < 5s]\n';
    const inputs = { run: '', flows: '', thresholds: '' };
    const end = await act(inputs, { files: { '.github/flowgate.yml': config } });
    expect(end.exitCode).toBe(2);
    expect(end.annotations[0]?.properties).toMatchObject({ file: '.github/flowgate.yml', line: '5' });
  });
});

test('demo: true runs the demo, and the report says how to run it again', async () => {
  const end = await act({ run: '', demo: 'true', flows: '2', thresholds: 'success_rate >= 0%' });
  expect(end.exitCode).toBe(0);
  expect(end.results?.scenarios[0]).toMatchObject({ name: 'demo', work: 'flowgate:demo' });
  expect(end.results?.reproduce).toBe("npx flowgate demo --flows 2 --threshold 'success_rate >= 0%'");
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
