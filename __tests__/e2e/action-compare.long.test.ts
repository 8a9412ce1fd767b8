import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeRepository, temporary, type TestRepository } from '../repository.js';
import { startGitHubServer, type GitHubServer } from './github-server.js';
import { HOME, runAction, TOKEN, type ActionEnd } from './run-action.js';

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

/** Rounds of a hash: work that is the same share more on any machine. */
const flow = (rounds: number): string => `import { createHash } from 'node:crypto';
const data = Buffer.alloc(16_384, 'x');
export default function flow() {
  for (let round = 0; round < ${rounds}; round += 1) createHash('sha256').update(data).digest();
}
`;

/** A pull request whose head hashes half as much again, and main, which has gone on since. */
function pullRequest(): { origin: TestRepository; main: string; head: string; merged: string } {
  const origin = makeRepository();
  const left = origin.commit('as it was', { 'hash.mjs': flow(400) });
  origin.git('checkout', '-q', '-b', 'feature');
  const head = origin.commit('hash more', { 'hash.mjs': flow(600) });
  origin.git('checkout', '-q', '--detach', left);
  const main = origin.commit('main goes on', { 'README.md': '' });
  origin.git('branch', '-f', 'main', main);
  origin.git('merge', '-q', '--no-ff', '-m', 'merge', head);
  const merged = origin.git('rev-parse', 'HEAD');
  origin.git('update-ref', 'refs/pull/12/merge', merged);
  return { origin, main, head, merged };
}

/** As actions/checkout leaves it: one commit deep, and detached. */
function checkedOut({ folder }: TestRepository, ref: string): TestRepository {
  const clone = makeRepository();
  clone.git('remote', 'add', 'origin', `file://${folder}`);
  clone.git('fetch', '-q', '--no-tags', '--depth=1', 'origin', ref);
  clone.git('checkout', '-q', '--detach', 'FETCH_HEAD');
  return clone;
}

function compare(
  clone: TestRepository,
  { main, head }: { main: string; head: string },
  inputs: Readonly<Record<string, string>>,
): Promise<ActionEnd> {
  const pull = {
    number: 12,
    head: { sha: head, ref: 'feature', repo: HOME },
    base: { sha: main, ref: 'main', repo: HOME },
    user: { login: 'someone' },
  };
  return runAction({
    apiUrl: server.url,
    event: { name: 'pull_request', payload: { repository: HOME, pull_request: pull } },
    inputs: { compare: 'base', module: 'hash.mjs', flows: '10', iterations: '20', budget: '60s', ...inputs },
    env: { GITHUB_WORKSPACE: clone.folder, XDG_CACHE_HOME: join(clone.folder, '../cache') },
  });
}

test('a pull request that is slower fails in a shallow checkout of its merge commit', async () => {
  const { origin, main, head, merged } = pullRequest();
  const clone = checkedOut(origin, 'refs/pull/12/merge');
  const seen = join(temporary(), 'seen');
  const end = await compare(clone, { main, head }, { prepare: `env >> ${seen}` });
  expect([end.exitCode, end.stderr]).toEqual([1, '']);
  const scenario = end.results?.scenarios[0];
  expect(scenario?.compared).toMatchObject({
    base: { label: 'main', sha: main },
    head: { label: 'head, merged into main', sha: merged },
  });
  // No threshold hangs on the base: the default gates are in force.
  // All flows share one event loop: of their times the median jumps, and what gets through together tells best.
  const failed = scenario?.thresholds.filter(({ outcome }) => outcome === 'fail').map(({ metric }) => metric);
  expect(failed).toContain('throughput');
  const errors = end.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
  expect(errors.join('\n')).toContain('throughput');
  const environment = readFileSync(seen, 'utf8');
  expect(environment).toMatch(/^GITHUB_WORKSPACE=.*flowgate-trees-.*\/head$/m);
  expect(environment).toMatch(/^GITHUB_WORKSPACE=.*flowgate-trees-.*\/base$/m);
  expect(environment).not.toContain(TOKEN);
  expect(clone.git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(clone.git('rev-parse', 'HEAD')).toBe(merged);
}, 240_000);

test('a base that can not be fetched is unusable input, and says what to give the checkout', async () => {
  const { origin, main, head } = pullRequest();
  const clone = checkedOut(origin, 'refs/pull/12/merge');
  clone.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
  const end = await compare(clone, { main, head }, {});
  expect(end.exitCode).toBe(2);
  expect(end.annotations.map(({ message }) => message).join('\n')).toMatch(
    /compare: the first parent of the merge commit \([0-9a-f]{7}\) is not in this clone, and could not be fetched from origin: .*fetch-depth: 0/,
  );
});

test('a schedule is compared on the default branch that it runs on, which its event does not name', async () => {
  const origin = makeRepository();
  const first = origin.commit('first');
  origin.git('checkout', '-q', '-b', 'develop');
  const before = origin.commit('before');
  origin.commit('last');
  const clone = origin.clone();
  // actions/checkout does not note which one it is, and main is a branch like others.
  clone.git('remote', 'set-head', 'origin', '--delete');
  expect(clone.git('rev-parse', 'origin/main')).toBe(first);
  const end = await runAction({
    apiUrl: server.url,
    event: { name: 'schedule', payload: { schedule: '0 0 * * *' } },
    inputs: { compare: 'base', run: 'true', flows: '1', budget: '1s' },
    env: { GITHUB_WORKSPACE: clone.folder, GITHUB_REF: 'refs/heads/develop', GITHUB_REF_NAME: 'develop' },
  });
  expect(end.results?.scenarios[0]?.compared?.base).toEqual({ label: 'the commit before', sha: before });
}, 60_000);
