import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import {
  HEAD,
  pullRequestEvent,
  runQuick,
  TOKEN,
  warningsOf,
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

const act = (inputs?: Record<string, string>, options?: Partial<ActionOptions>): Promise<ActionEnd> =>
  runQuick(server.url, inputs, options);

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
    expect(end.files).toEqual(['junit.xml', 'report.html', 'report.md', 'results.json']);
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
    expect(warningsOf(end).join('\n')).toContain('permissions: pull-requests: write');
    expect(warningsOf(end).join('\n')).toContain('permissions: checks: write');
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
    expect(warningsOf(end).join('\n')).toContain('docs/recipes.md#forks');
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
