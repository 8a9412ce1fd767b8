import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { aRun, runEvent } from '../publish/a-run.js';
import { temporary } from '../repository.js';
import { READ_ONLY, startGitHubServer, type GitHubServer } from './github-server.js';
import { HEAD, HOME, pullRequestEvent } from './run-action.js';
import {
  artifactsOf,
  documented,
  ownRepository,
  runWorkflow,
  stepOf,
  withAct,
  workflowRepository,
} from './run-act.js';

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

  test('an advisory gate that fails: the step succeeds, and everything says what was found', async () => {
    const end = await runWorkflow({
      repository: workflowRepository({
        '.github/workflows/gate.yml': gate('run: exit 1\non-fail: warn\ncheck-name: ten users'),
      }),
      file: 'gate.yml',
      event: pullRequestEvent(),
      apiUrl: server.url,
    });
    expect([end.exitCode, end.jobs]).toEqual([0, { gate: 'success' }]);
    expect(stepOf(end, 'gate').outputs.verdict).toBe('fail');
    expect(server.comments[0]?.body).toContain('misses a gate');
    expect(server.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['neutral']);
  });

  describe('four shards and a merge, as documented', () => {
    /** One in eight fails, and so every second one of the shard that runs it. */
    const config = `version: 1
scenarios:
  checkout:
    run: test "$FLOWGATE_ITERATION" -ne 7
    flows: 4
    iterations: 8
    thresholds: [success_rate >= 80%]
`;
    const workflow = (matrix?: string) =>
      runWorkflow({
        repository: workflowRepository({
          '.github/flowgate.yml': config,
          '.github/workflows/load.yml': `name: load\non: pull_request\n${documented('shards.md', 'shard: [1, 2, 3, 4]')}`,
        }),
        file: 'load.yml',
        event: pullRequestEvent(),
        apiUrl: server.url,
        ...(matrix === undefined ? {} : { matrix }),
      });

    test('one comment, and the verdict of the whole', async () => {
      const end = await workflow();
      expect([end.exitCode, Object.values(end.jobs)]).toEqual([0, new Array(5).fill('success')]);
      const { outputs } = stepOf(end, '0', 'verdict');
      expect([outputs.verdict, outputs.failed]).toEqual(['pass', '0']);
      expect(JSON.parse(outputs.metrics ?? '')).toMatchObject({ success_rate: 7 / 8 });
      expect(outputs['comment-id']).toBe(String(server.comments[0]?.id));
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('4 machines');
    });

    test('a shard that is missing: inconclusive, not passed', async () => {
      const end = await workflow('shard:1');
      expect([end.exitCode, end.jobs.verdict]).toEqual([1, 'failure']);
      expect(stepOf(end, '0', 'verdict').outputs.verdict).toBe('inconclusive');
      expect(end.log).toContain('verdict: exit status 3');
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toMatch(/shard 2\/4 is missing/);
    });
  });

  describe('the legs of a matrix and a merge, as documented', () => {
    const workflow = (matrix?: string) =>
      runWorkflow({
        repository: workflowRepository({
          '.github/flowgate.yml': 'version: 1\nscenarios: {checkout: {run: sleep 0.3, flows: 2}}\n',
          '.github/workflows/gate.yml': `name: gate\non: pull_request\n${documented('shards.md', 'node: [20, 24]')}`,
        }),
        file: 'gate.yml',
        event: pullRequestEvent(),
        apiUrl: server.url,
        ...(matrix === undefined ? {} : { matrix }),
      });

    test('one comment, in which each leg has its name', async () => {
      const end = await workflow();
      expect([end.exitCode, Object.values(end.jobs)]).toEqual([0, new Array(5).fill('success')]);
      expect(stepOf(end, '0', 'comment').outputs.verdict).toBe('pass');
      expect(server.comments).toHaveLength(1);
      // GitHub keeps the order in which a matrix names its values, act does not.
      for (const [os, node] of ['ubuntu', 'windows'].flatMap((name) =>
        [20, 24].map((version) => [name, version]),
      ))
        expect(server.comments[0]?.body).toMatch(
          new RegExp(`checkout &#40;(${os}-latest, ${node}|${node}, ${os}-latest)&#41;`),
        );
    });

    test('legs that are missing: inconclusive, not passed', async () => {
      const end = await workflow('node:20');
      expect([end.exitCode, end.jobs.comment]).toEqual([1, 'failure']);
      expect(stepOf(end, '0', 'comment').outputs.verdict).toBe('inconclusive');
      expect(end.log).toContain('comment: exit status 3');
      expect(server.comments[0]?.body).toMatch(/4 legs should be there, and 2 are/);
    });
  });

  describe('a pull request of a fork', () => {
    const FORK = { id: 2, full_name: 'someone/repo' };

    test('without an artifact the step has its verdict, and the log says what the token cannot do', async () => {
      const end = await runWorkflow({
        repository: workflowRepository({ '.github/workflows/gate.yml': gate('run: sleep 0.2') }),
        ...{ file: 'gate.yml', event: pullRequestEvent(FORK), apiUrl: server.url, token: READ_ONLY },
      });
      expect([end.exitCode, end.jobs]).toEqual([0, { gate: 'success' }]);
      expect(server.comments).toEqual([]);
      expect(end.log).toMatch(/::warning.*comment.*docs\/recipes\.md#forks/);
    });

    test('of the two workflows that are documented the first writes nothing, the second comment and check run', async () => {
      const repository = workflowRepository({
        '.github/flowgate.yml': 'version: 1\nscenarios: {checkout: {run: exit 1, flows: 2}}\n',
        '.github/workflows/load.yml': documented('recipes.md', '# .github/workflows/load.yml'),
        '.github/workflows/publish.yml': documented('recipes.md', '# .github/workflows/publish.yml'),
      });
      const artifacts = temporary();
      const measured = await runWorkflow({
        ...{ repository, artifacts, apiUrl: server.url, token: READ_ONLY },
        ...{ file: 'load.yml', event: pullRequestEvent(FORK), runId: 100 },
      });
      expect([measured.exitCode, measured.jobs]).toEqual([1, { gate: 'failure' }]);
      expect([server.comments, server.checkRuns]).toEqual([[], []]);
      expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
      expect(measured.log).toContain('comment and check run are left to a workflow that publishes them');

      const uploaded = artifactsOf(artifacts, 100);
      expect(uploaded.map(({ name }) => name)).toEqual([
        expect.stringMatching(/^flowgate-gate-[0-9a-f]{8}$/),
      ]);
      uploaded.forEach(({ name, zip }, id) => server.artifacts.push({ id: id + 1, run: 100, name, zip }));
      const run = aRun({
        headSha: HEAD,
        conclusion: 'failure',
        workflow: 'load',
        path: '.github/workflows/load.yml',
      });
      server.runs.push({
        ...{ id: run.id, attempt: 1, sha: HEAD, event: 'pull_request', headRepository: FORK.full_name },
      });
      server.pullRequests.set(11, { head: 'f'.repeat(40), headRepository: FORK.full_name });
      server.pullRequests.set(12, { head: HEAD, headRepository: FORK.full_name });
      const published = await runWorkflow({
        ...{ repository, apiUrl: server.url, file: 'publish.yml', runId: 101 },
        event: { name: 'workflow_run', payload: runEvent(run) },
      });
      expect([published.exitCode, published.jobs]).toEqual([0, { publish: 'success' }]);
      expect(stepOf(published, '0').outputs).toEqual({ conclusion: 'failure' });
      const written = server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
      expect(written).toContain('/repos/octo/repo/issues/12/comments');
      expect(written).not.toContain('/repos/octo/repo/issues/11/comments');
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('misses a gate');
      expect(server.checkRuns).toMatchObject([
        { name: 'load performance', sha: HEAD, conclusion: 'failure' },
      ]);
    });
  });
});
