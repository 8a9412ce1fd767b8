import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { aRun, runEvent } from '../publish/a-run.js';
import { makeZip } from '../publish/zip-file.js';
import { startArtifactServer } from './artifact-server.js';
import { type GitHubServer, startGitHubServer } from './github-server.js';
import {
  type ActionEnd,
  HEAD,
  HOME,
  PUBLISH,
  pullRequestEvent,
  runAction,
  runQuick,
  warningsOf,
} from './run-action.js';

const RUN = aRun({ headSha: HEAD, conclusion: 'failure' });
const COMMENTS = '/repos/octo/repo/issues/12/comments';

let github: GitHubServer;
/** What a fork's pull request uploads whose gate fails: by the action, through the artifact service's own client. */
let uploaded: { name: string; zip: Buffer };

beforeAll(async () => {
  const [api, service] = await Promise.all([startGitHubServer(), startArtifactServer()]);
  const run = 'echo "<img src=x> @octocat"; exit 1';
  await runQuick(
    api.url,
    { artifact: 'true', run },
    { env: service.env, event: pullRequestEvent({ ...HOME, id: 2, full_name: 'someone/repo' }) },
  );
  uploaded = service.artifacts[0] ?? { name: '', zip: Buffer.alloc(0) };
  await Promise.all([api.close(), service.close()]);
});

beforeEach(async () => {
  github = await startGitHubServer();
  github.runs.push({
    id: RUN.id,
    attempt: 1,
    sha: HEAD,
    event: 'pull_request',
    headRepository: 'someone/repo',
  });
});

afterEach(() => github.close());

const act = (event = { name: 'workflow_run', payload: runEvent(RUN) }): Promise<ActionEnd> =>
  runAction({ apiUrl: github.url, action: PUBLISH, inputs: { 'check-name': 'load' }, event, runId: 900 });

test('the result of a fork is told to its own pull request alone, in words of our own', async () => {
  github.artifacts.push({ ...uploaded, id: 1, run: RUN.id });
  const another = { head: 'f'.repeat(40), headRepository: 'someone/repo' };
  github.pullRequests.set(11, another);
  github.pullRequests.set(12, { head: HEAD, headRepository: 'Someone/Repo' });
  github.pullRequests.set(13, { head: HEAD, headRepository: 'someone/repo', state: 'closed' });
  github.pullRequests.set(14, { head: HEAD, headRepository: 'someone/repo-2' });
  github.pullRequests.set(15, { head: HEAD, headRepository: null });
  github.pullRequests.set(16, { head: HEAD, headRepository: 'other/repo' });
  const end = await act();
  expect([end.stderr, end.annotations]).toEqual(['', []]);
  expect(end.exitCode).toBe(0);
  expect(warningsOf(end)).toEqual([]);
  expect(github.requests.filter(({ path }) => path.endsWith('/comments')).map(({ path }) => path)).toEqual([
    COMMENTS,
    COMMENTS,
  ]);
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toMatch(/^<!-- flowgate:publish\/\S+ run=100 attempt=1 verdict=fail /);
  expect(github.comments[0]?.body).toContain('[run #7](https://github.com/octo/repo/actions/runs/100)');
  expect(github.comments[0]?.body).not.toMatch(/<img|@octocat|reproduce/);
  expect(github.checkRuns).toMatchObject([{ name: 'load', sha: HEAD, conclusion: 'failure' }]);
  expect(end.outputs).toEqual({ conclusion: 'failure' });
  expect(end.summary).toContain('Success rate');
});

describe('what is refused', () => {
  test('is told, and the check run does not pass', async () => {
    github.artifacts.push({
      id: 1,
      run: RUN.id,
      name: 'flowgate-x',
      zip: makeZip([{ name: '../results.json' }]),
    });
    github.pullRequests.set(12, { head: HEAD, headRepository: 'someone/repo' });
    const end = await act();
    expect(end.exitCode).toBe(1);
    expect(warningsOf(end).join()).toContain('"../results.json" leads out of the folder');
    expect(github.comments[0]?.body).toContain('the result was refused');
    expect(github.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
  });

  test('is another event', async () => {
    const end = await act(pullRequestEvent());
    expect(end.exitCode).toBe(2);
    expect(end.annotations[0]?.message).toContain('publish runs on workflow_run');
    expect(github.requests).toEqual([]);
  });
});
