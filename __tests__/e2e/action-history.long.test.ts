import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readPoints, withPoints } from '../../src/history/branch.js';
import type { HistoryPoint } from '../../src/model/history.js';
import { type GitHubServer, startGitHubServer } from './github-server.js';
import { type ActionEnd, type ActionOptions, HEAD, HOME, pullRequestEvent, runAction } from './run-action.js';

const BRANCH = 'flowgate-data';
const FILE = 'history.jsonl';
const PUSHED = 'c'.repeat(40);
const PUSH = { name: 'push', payload: { repository: HOME, after: PUSHED } };
const ON_MAIN = { GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main' };

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHubServer();
});

afterEach(async () => {
  await server.close();
});

/** One flow, gated on its success alone: nothing that a busy machine could change is judged. */
function act(options: Partial<ActionOptions>, inputs: Record<string, string> = {}): Promise<ActionEnd> {
  const quick = {
    run: 'true',
    flows: '1',
    thresholds: 'success_rate >= 90%',
    comment: 'never',
    history: 'true',
  };
  return runAction({ apiUrl: server.url, ...options, inputs: { ...quick, ...inputs } });
}

const push = (runId: number, inputs?: Record<string, string>) =>
  act({ event: PUSH, env: ON_MAIN, runId }, inputs);
const kept = (): readonly HistoryPoint[] => readPoints(server.git.file(BRANCH, FILE) ?? '');
const warnings = (end: ActionEnd): string[] =>
  end.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);
const gitRequests = (): string[] =>
  server.requests.filter(({ path }) => path.includes('/git/')).map(({ method }) => method);

/** `count` runs on the branch, made of one that was really kept, each with a peak of so many MB. */
function pastRuns(point: HistoryPoint, megabytes: readonly number[]): void {
  const points = megabytes.map((value, index) => ({
    ...point,
    sha: (index + 1).toString(16).padStart(40, '0'),
    run: `${index}.1`,
    metrics: { ...point.metrics, peak_memory: value * 1e6 },
  }));
  server.git.push(BRANCH, FILE, withPoints('', points));
}

describe('the history', () => {
  test('is begun by a push to the default branch, and each further one adds a line', async () => {
    const first = await push(100);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.results?.scenarios[0]?.history).toMatchObject({ runs: 0, trends: [] });
    await push(101, { run: 'true\n' });
    expect(kept()).toMatchObject([
      { scenario: 'run', run: '100.1', sha: PUSHED, metrics: { success_rate: 1 } },
      { scenario: 'run', run: '101.1', sha: PUSHED },
    ]);
    expect(server.git.log(BRANCH).map(({ parents }) => parents.length)).toEqual([1, 0]);
    expect(server.git.log(BRANCH)[0]?.message).toContain('actions/runs/101');
    expect(warnings(first)).toEqual([]);
  });

  test('of another run that was quicker is added to, not overwritten', async () => {
    await push(100);
    const [point] = kept();
    if (point === undefined) throw new Error('nothing was kept');
    server.git.meanwhile = () => {
      server.git.push(
        BRANCH,
        FILE,
        withPoints(server.git.file(BRANCH, FILE) ?? '', [{ ...point, run: '7.1' }]),
      );
    };
    const end = await push(101);
    expect(kept().map(({ run }) => run)).toEqual(['100.1', '7.1', '101.1']);
    expect(warnings(end)).toEqual([]);
  });

  test('that may not be written is a warning that names the permission, and the verdict stays', async () => {
    server.inject({
      on: /POST .*\/git\//,
      status: 403,
      message: 'Resource not accessible by integration',
      times: 99,
    });
    const end = await push(100);
    expect(end.exitCode).toBe(0);
    expect(end.outputs.verdict).toBe('pass');
    expect(warnings(end)).toEqual([expect.stringContaining('It takes "contents: write"')]);
    expect(server.git.branches.size).toBe(0);
  });

  test('is read by the pull request of a fork, and never written by it', async () => {
    await push(100);
    const [point] = kept();
    if (point === undefined) throw new Error('nothing was kept');
    pastRuns(point, [...new Array<number>(20).fill(120), ...new Array<number>(12).fill(134)]);
    server.requests.length = 0;
    const fork = pullRequestEvent({ id: 2, full_name: 'someone/repo' });
    const end = await act({ event: fork, env: { GITHUB_REF: 'refs/pull/12/merge' } });
    expect(end.exitCode).toBe(0);
    expect(new Set(gitRequests())).toEqual(new Set(['GET']));
    const history = end.results?.scenarios[0]?.history;
    expect(history).toMatchObject({ branch: BRANCH, file: FILE, runs: 32, sameMachine: 32 });
    expect(history?.trends.find(({ metric }) => metric === 'peak_memory')?.change).toMatchObject({
      before: 120e6,
      after: 134e6,
      runsAgo: 12,
    });
    expect(end.summary).toContain('Peak memory <b>120 MB → 134 MB</b>');
    expect(end.stdout).toContain('Peak memory: 120 MB → 134 MB since 0000000, 12 runs ago');
    expect(end.results?.git.sha).toBe(HEAD);
  });

  test('that was asked to judge lets the step fail on what it has never seen', async () => {
    await push(100);
    const [point] = kept();
    if (point === undefined) throw new Error('nothing was kept');
    pastRuns(point, new Array<number>(20).fill(0.001));
    const config = `version: 1
history: {gate: 10%, level: fail}
scenarios:
  run: {run: sleep 0.3, flows: 1, thresholds: [success_rate >= 90%]}
`;
    const end = await runAction({
      apiUrl: server.url,
      files: { '.github/flowgate.yml': config },
      inputs: { comment: 'never' },
    });
    expect(end.exitCode).toBe(1);
    const thresholds = end.results?.scenarios[0]?.thresholds;
    expect(thresholds?.find(({ metric }) => metric === 'peak_memory')).toMatchObject({
      expression: 'peak_memory <= 1.1KB',
      level: 'fail',
      origin: 'history',
      outcome: 'fail',
    });
    expect(end.annotations.find(({ level }) => level === 'error')?.message).toContain('by history');
  });

  test('is not asked of GitHub unless it is wanted', async () => {
    await push(100, { history: 'false' });
    expect(server.requests).toEqual([]);
  });
});
