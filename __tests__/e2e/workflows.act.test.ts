import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import { HEAD, HOME, pullRequestEvent } from './run-action.js';
import { ownRepository, runWorkflow, stepOf, withAct, workflowRepository } from './run-act.js';

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

/** A pull request, one job, one gate. */
const gate = (inputs: string): string => `name: gate
on: pull_request
permissions:
  contents: read
  pull-requests: write
  checks: write
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - id: gate
        uses: flowgate/flowgate@v1
        with:
${inputs.replaceAll(/^/gm, '          ')}
`;

withAct('workflows run by act', () => {
  test('the own self-test: the demo passes and comments, a failing flow fails its step', async () => {
    const end = await runWorkflow({
      repository: ownRepository(),
      file: 'self-test.yml',
      event: pullRequestEvent(),
      apiUrl: server.url,
      matrix: 'os:ubuntu-latest',
    });
    expect([end.exitCode, end.jobs]).toEqual([
      0,
      { 'demo (ubuntu-latest)': 'success', 'a failing flow fails the step': 'success' },
    ]);
    expect(server.comments.map(({ body }) => body)).toEqual([expect.stringContaining('flowgate')]);
  });

  test('a gate that fails: step, comment, check run, summary, outputs, annotation', async () => {
    const end = await runWorkflow({
      repository: workflowRepository({
        '.github/workflows/gate.yml': gate('run: test "$FLOWGATE_FLOW" -gt 5\ncheck-name: ten users'),
      }),
      file: 'gate.yml',
      event: pullRequestEvent(),
      apiUrl: server.url,
    });
    expect([end.exitCode, end.jobs]).toEqual([1, { gate: 'failure' }]);
    const { outcome, outputs, summary } = stepOf(end, 'gate');
    expect([outcome, outputs.verdict, outputs.failed]).toEqual(['failure', 'fail', '1']);
    expect(outputs['comment-id']).toBe(String(server.comments[0]?.id));
    expect(JSON.parse(outputs.metrics ?? '')).toMatchObject({ success_rate: 0.5 });
    expect(summary).toContain('success&#95;rate');
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.body).toContain('misses a gate');
    expect(server.checkRuns).toEqual([
      expect.objectContaining({ name: 'ten users', sha: HEAD, status: 'completed', conclusion: 'failure' }),
    ]);
    expect(end.log).toContain('::error title=run misses a gate::');
  });

  test('a second push updates the comment of the first', async () => {
    const workflow = (runId: number) => ({
      repository: workflowRepository({ '.github/workflows/gate.yml': gate('run: true') }),
      file: 'gate.yml',
      event: pullRequestEvent(),
      apiUrl: server.url,
      runId,
    });
    await runWorkflow(workflow(100));
    const [first] = server.comments.map(({ id, body }) => ({ id, body }));
    const end = await runWorkflow(workflow(101));
    expect(end.jobs).toEqual({ gate: 'success' });
    expect(server.comments.map(({ id }) => id)).toEqual([first?.id]);
    expect(server.comments[0]?.body).not.toBe(first?.body);
    expect(server.comments[0]?.body).toContain('/runs/101');
  });

  test('head is compared with the base of a pull request in its git history', async () => {
    const flow = (rounds: number): string => `import { createHash } from 'node:crypto';
const data = Buffer.alloc(16_384, 'x');
for (let round = 0; round < ${rounds}; round += 1) createHash('sha256').update(data).digest();
`;
    const inputs =
      'run: exec node hash.mjs\nflows: 2\ncompare: base\nbudget: 60s\nthresholds: cpu_per_flow <= base + 5%';
    const repository = workflowRepository({
      'hash.mjs': flow(8000),
      '.github/workflows/gate.yml': gate(inputs),
    });
    const base = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '-q', '-b', 'feature');
    const head = repository.commit('hash more', { 'hash.mjs': flow(12_000) });
    const pull = {
      number: 12,
      head: { sha: head, ref: 'feature', repo: HOME },
      base: { sha: base, ref: 'main', repo: HOME },
      user: { login: 'someone' },
    };
    const end = await runWorkflow({
      repository,
      file: 'gate.yml',
      event: { name: 'pull_request', payload: { number: 12, repository: HOME, pull_request: pull } },
      apiUrl: server.url,
    });
    expect(stepOf(end, 'gate').outputs.verdict).toBe('fail');
    expect(server.comments[0]?.body).toMatch(/CPU time per flow.*base/is);
  });
});
