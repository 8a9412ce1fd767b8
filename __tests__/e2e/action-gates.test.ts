import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeRepository } from '../repository.js';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import { HOME, runAction, warningsOf } from './run-action.js';
import { emptyFolder, runCli, write } from './run-cli.js';

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

const config = (gate: string): string =>
  `version: 1\nscenarios:\n  orders: {run: exit 1, flows: 3, thresholds: ['${gate}'], checks: {cleanup: off}}\n`;

test('a pull request that passes by a gate that it lowered itself says so everywhere, and passes still', async () => {
  const clone = makeRepository();
  const base = clone.commit('main', { '.github/flowgate.yml': config('success_rate >= 99%') });
  clone.git('checkout', '-q', '-b', 'topic');
  const head = clone.commit('lower it', { '.github/flowgate.yml': config('success_rate >= 0%') });
  const pull = {
    number: 12,
    head: { sha: head, ref: 'topic', repo: HOME },
    base: { sha: base, ref: 'main', repo: HOME },
    user: { login: 'someone' },
  };
  const end = await runAction({
    apiUrl: server.url,
    event: { name: 'pull_request', payload: { repository: HOME, pull_request: pull } },
    env: { GITHUB_WORKSPACE: clone.folder },
  });
  expect(end.exitCode).toBe(0);
  expect(end.results?.gateChanges?.changes).toEqual([
    { scenario: 'orders', setting: 'success_rate', base: 'success_rate >= 99%', head: 'success_rate >= 0%' },
  ]);
  const title = 'This change alters its gates';
  for (const text of [server.comments[0]?.body, end.summary, end.outputs.summary, end.stdout]) {
    expect(text).toContain(title);
  }
  expect(warningsOf(end).join()).toContain('success_rate >= 99% → success_rate >= 0%');
});

test("the terminal's command in a workflow says so too", async () => {
  const clone = makeRepository();
  const base = clone.commit('main', { '.github/flowgate.yml': config('success_rate >= 99%') });
  clone.git('checkout', '-q', '-b', 'topic');
  const head = clone.commit('lower it', { '.github/flowgate.yml': config('success_rate >= 0%') });
  const pull = { number: 12, head: { sha: head, repo: HOME }, base: { sha: base, ref: 'main', repo: HOME } };
  const folder = emptyFolder();
  write(folder, 'event.json', JSON.stringify({ repository: HOME, pull_request: pull }));
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: `${folder}/event.json`,
    GITHUB_REPOSITORY: HOME.full_name,
  };
  const run = await runCli(['run'], { cwd: clone.folder, env });
  expect([run.status, run.stdout]).toEqual([0, expect.stringContaining('success_rate >= 99%')]);
  expect(run.stdout).toContain('This change alters its gates');
});

test('with on-fail: warn a failed gate is advice: comment and check run say so, the step passes', async () => {
  const end = await runAction({
    apiUrl: server.url,
    inputs: {
      run: 'exit 1',
      flows: '2',
      thresholds: 'success_rate >= 99%',
      'on-fail': 'warn',
      'check-name': 'gate',
    },
  });
  expect([end.exitCode, end.outputs.verdict, end.outputs.failed]).toEqual([0, 'fail', '1']);
  expect(end.annotations.map(({ level }) => level)).not.toContain('error');
  for (const text of [server.comments[0]?.body, end.summary, end.stdout])
    expect(text).toContain('on-fail is warn');
  expect(server.checkRuns).toMatchObject([{ conclusion: 'neutral' }]);
});

test('with on-fail: warn unusable input still fails the step', async () => {
  const inputs = { run: 'exit 1', thresholds: 'success_rat >= 99%', 'on-fail': 'warn' };
  expect((await runAction({ apiUrl: server.url, inputs })).exitCode).toBe(2);
});
