import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../src/model/results.js';
import { isNamed, readPublishInputs } from '../../src/publish/inputs.js';
import { publish } from '../../src/publish/publish.js';
import type { Runs, TriggeringRun, UploadedArtifact } from '../../src/publish/run.js';
import { renderComment, renderSummary } from '../../src/report/markdown.js';
import { GitHubError } from '../../src/system/github.js';
import { fakeGitHub, type FakeGitHub } from '../fakes/github.js';
import { aResults } from '../fakes/results.js';
import { recordingRunner, type RecordingRunner } from '../fakes/runner.js';
import { aRun, runEvent } from './a-run.js';
import { makeZip } from './zip-file.js';

/** GitHub as it knows the run: what it has uploaded, and who asks for its commit. */
interface FakeRuns extends Runs {
  readonly uploads: (UploadedArtifact & { readonly zip: Buffer })[];
  pulls: number[];
  outdated: boolean;
  refusal?: Error;
}

let runner: RecordingRunner;
let github: FakeGitHub;
let runs: FakeRuns;
let inputs: Record<string, string>;

beforeEach(() => {
  runner = recordingRunner();
  github = fakeGitHub();
  runs = fakeRuns();
  inputs = { 'check-name': 'load' };
});

function fakeRuns(): FakeRuns {
  const answer = <T>(value: T): Promise<T> =>
    runs.refusal === undefined ? Promise.resolve(value) : Promise.reject(runs.refusal);
  return {
    uploads: [],
    pulls: [12],
    outdated: false,
    artifacts: () => answer(runs.uploads),
    download: (id) => answer(runs.uploads.find((upload) => upload.id === id)?.zip ?? Buffer.alloc(0)),
    isOutdated: () => answer(runs.outdated),
    openPullRequests: () => answer(runs.pulls),
  };
}

function upload(results: unknown, change: Partial<UploadedArtifact> = {}): void {
  const data = typeof results === 'string' ? results : JSON.stringify(results);
  const zip = makeZip([{ name: 'results.json', data }]);
  const id = runs.uploads.length + 1;
  const artifact = {
    id,
    name: 'flowgate-gate-1',
    size: zip.length,
    expired: false,
    createdAt: '2026-01-01T00:01:00Z',
  };
  runs.uploads.push({ ...artifact, ...change, zip });
}

const of = (verdict: Verdict) => aResults({ verdict });

function act(
  run: Partial<TriggeringRun> = {},
  event = 'workflow_run',
  payload: unknown = runEvent(aRun(run)),
) {
  return publish(
    {
      runner,
      renderers: { comment: renderComment, summary: renderSummary },
      openGitHub: () => github,
      openRuns: () => runs,
      readInputs: () =>
        readPublishInputs(
          (name) => inputs[name] ?? '',
          Object.keys(inputs).map((name) => `INPUT_${name.toUpperCase()}`),
        ),
    },
    { token: 'ghs_0123456789', event, payload, workspace: '/w' },
  );
}

const comments = (): string[] => [...github.comments.values()].flat().map(({ body }) => body);

test('a result is told to the pull request of its commit, and says that it is a claim', async () => {
  upload({ ...of('pass'), pullRequest: 99 });
  expect(await act()).toBe(0);
  expect([...github.comments.keys()]).toEqual([12]);
  expect(comments()[0]).toMatch(/^<!-- flowgate:publish\/\S+ run=100 attempt=1 verdict=pass /);
  expect(comments()[0]).toContain(
    '[run #7](https://github.com/octo/repo/actions/runs/100) of someone/repo at aaaaaaa',
  );
  expect(comments()[0]).toContain('its own code, which can falsify what it reports');
  expect(github.checkRuns).toMatchObject([
    {
      name: 'load',
      sha: 'a'.repeat(40),
      status: 'completed',
      conclusion: 'success',
      title: 'All gates hold (reported by a run of someone/repo)',
    },
  ]);
  expect(runner.outputs.get('conclusion')).toBe('success');
  expect(runner.logger.at('warn')).toEqual([]);
});

/** The verdict that was uploaded, if one was, and what becomes of it. */
interface Ended {
  readonly verdict?: Verdict;
  readonly conclusion: string;
  readonly title: string;
}

describe('the check run never passes', () => {
  test.each<[string, Partial<TriggeringRun>, Ended]>([
    ['where a gate failed', {}, { verdict: 'fail', conclusion: 'failure', title: 'A gate failed' }],
    [
      'without a verdict',
      {},
      {
        verdict: 'inconclusive',
        conclusion: 'failure',
        title: 'No verdict: what a gate needs was not measured',
      },
    ],
    [
      'if the run failed',
      { conclusion: 'failure' },
      { verdict: 'pass', conclusion: 'failure', title: 'No gate failed, but the run ended with "failure"' },
    ],
    [
      'if the run was cancelled',
      { conclusion: 'cancelled' },
      {
        verdict: 'pass',
        conclusion: 'cancelled',
        title: 'No gate failed, but the run ended with "cancelled"',
      },
    ],
    [
      'if the run was skipped',
      { conclusion: 'skipped' },
      { conclusion: 'failure', title: 'No result: the run ended with "skipped"' },
    ],
    [
      'if a cancelled run left nothing',
      { conclusion: 'cancelled' },
      { conclusion: 'cancelled', title: 'No result: the run ended with "cancelled"' },
    ],
    [
      'if nothing was uploaded',
      {},
      { conclusion: 'failure', title: 'No result: the run succeeded, and has uploaded none' },
    ],
  ])('%s', async (_, run, { verdict, conclusion, title }) => {
    if (verdict !== undefined) upload(of(verdict));
    expect(await act(run)).toBe(0);
    expect(github.checkRuns).toMatchObject([
      { conclusion, title: `${title} (reported by a run of someone/repo)` },
    ]);
    expect(comments()).toHaveLength(verdict === undefined ? 0 : 1);
  });

  test('if one of several results does not hold', async () => {
    for (const [index, verdict] of (['pass', 'fail', 'warn'] as const).entries())
      upload(of(verdict), { name: `flowgate-${index}` });
    await act();
    expect(comments()).toHaveLength(3);
    expect(github.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['failure']);
    expect(Buffer.byteLength(github.checkRuns[0]?.summary ?? '')).toBeLessThanOrEqual(65_535);
  });

  test('if one of several results is refused', async () => {
    upload(of('pass'));
    upload('{"schema": ', { name: 'flowgate-<b>@octocat' });
    expect(await act()).toBe(1);
    expect(github.checkRuns).toMatchObject([
      { conclusion: 'failure', title: expect.stringContaining('A result was refused') },
    ]);
    expect(runner.logger.at('warn')).toEqual([
      'The artifact "flowgate-<b>@octocat" was refused: its results.json is not valid JSON.',
    ]);
    const refusal = comments().find((body) => body.includes('refused')) ?? '';
    expect(refusal).toContain('its results.json is not valid JSON');
    expect(refusal).not.toMatch(/<b>@|@octocat/);
  });
});

describe('runs that are repeated', () => {
  test('a later attempt updates its comment, and an earlier one leaves that alone', async () => {
    upload(of('fail'));
    await act({ attempt: 2 });
    upload(of('pass'));
    await act({ attempt: 3 });
    expect(comments()).toHaveLength(1);
    expect(comments()[0]).toMatch(/attempt=3 verdict=pass/);
    await act({ attempt: 2 });
    expect(comments()).toHaveLength(1);
    expect(comments()[0]).toMatch(/attempt=3 verdict=pass/);
  });

  test('publishing the same attempt again writes no second comment', async () => {
    upload(of('fail'));
    await act();
    await act();
    expect(comments()).toHaveLength(1);
  });

  test('nothing at all is published of a run that a newer one has followed', async () => {
    upload(of('pass'));
    runs.outdated = true;
    expect(await act()).toBe(0);
    expect(github.calls).toEqual([]);
  });

  test('the newest artifact of a name counts; one of an earlier attempt is said to be', async () => {
    upload(of('fail'));
    upload(of('pass'));
    await act({ attempt: 2, startedAt: '2026-01-01T00:02:00Z' });
    expect(comments()).toHaveLength(1);
    expect(comments()[0]).toMatch(/verdict=pass.*\n.*It is of an earlier attempt/);
  });
});

test('however long reports and names are, the check run is set', async () => {
  const long = {
    ...of('fail'),
    scenarios: of('fail').scenarios.map((one) => ({ ...one, name: '|'.repeat(5000) })),
  };
  for (let index = 0; index < 25; index += 1) upload(long, { name: `flowgate-${'<'.repeat(200)}${index}` });
  await act();
  expect(Buffer.byteLength(github.checkRuns[0]?.summary ?? '')).toBeLessThanOrEqual(65_535);
  expect(github.checkRuns[0]?.summary).toContain('Reported by');
});

test('a pull request that may not be looked up leaves the check run set', async () => {
  upload(of('pass'));
  runs.openPullRequests = () => Promise.reject(new GitHubError('Resource not accessible', 403));
  expect(await act()).toBe(2);
  expect(github.checkRuns).toHaveLength(1);
  expect(runner.annotations.map(({ message }) => message).join()).toContain(
    'It takes "pull-requests: write"',
  );
});

test('an artifact of any name takes over no comment but its own', async () => {
  const gate =
    '<!-- flowgate:.github%2Fworkflows%2Fci.yml/gate run=1 attempt=1 verdict=fail inputs=00000000 by=0 -->';
  github.comments.set(12, [{ id: 1, body: gate, author: 'github-actions[bot]' }]);
  upload(of('pass'), { name: 'flowgate-.github%2Fworkflows%2Fci.yml/gate' });
  await act();
  expect(comments()).toHaveLength(2);
  expect(comments()[0]).toBe(gate);
});

test('what holds no results, as the part of a shard, is left alone, and so are other artifacts', async () => {
  const zip = makeZip([{ name: 'shard.json', data: '{}' }]);
  runs.uploads.push({ id: 1, name: 'flowgate-shard', size: zip.length, expired: false, createdAt: '', zip });
  upload(of('pass'), { name: 'coverage' });
  await act();
  expect(comments()).toEqual([]);
  expect(github.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
});

test('more artifacts than any gate has are not read', async () => {
  for (let index = 0; index < 25; index += 1) upload(of('pass'), { name: `flowgate-${index}` });
  expect(await act()).toBe(1);
  expect(comments()).toHaveLength(21);
  expect(github.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
});

test.each([
  [{ size: 500e6 }, 'it has 500000000 bytes, and may have 100000000'],
  [{ expired: true }, 'it has expired'],
])('an artifact with %j is not downloaded', async (change, why) => {
  upload(of('pass'), change);
  runs.download = () => Promise.reject(new Error('downloaded'));
  await act();
  expect(runner.logger.at('warn').join()).toContain(why);
  expect(github.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
});

test('without an open pull request of the commit there is no comment, and the check run all the same', async () => {
  upload(of('pass'));
  runs.pulls = [];
  expect(await act()).toBe(0);
  expect(comments()).toEqual([]);
  expect(github.checkRuns).toHaveLength(1);
});

test('comment: never', async () => {
  upload(of('pass'));
  inputs = { comment: 'never' };
  expect(await act()).toBe(0);
  expect(github.calls).toEqual([]);
});

describe('a missing permission is named', () => {
  const forbidden = new GitHubError('Resource not accessible by integration', 403);

  test('actions: read', async () => {
    runs.refusal = forbidden;
    expect(await act()).toBe(2);
    expect(runner.annotations.map(({ message }) => message).join()).toContain('It takes "actions: read"');
  });

  test.each([
    ['createComment', 'pull-requests: write'],
    ['createCheckRun', 'checks: write'],
  ] as const)('%s: %s', async (method, permission) => {
    upload(of('pass'));
    github.refuse(method, forbidden);
    expect(await act()).toBe(1);
    expect(runner.logger.at('warn').join()).toContain(`It takes "${permission}"`);
  });

  test('and what is no lack of one is no fault of the workflow', async () => {
    runs.refusal = new GitHubError('Bad gateway', 502);
    expect(await act()).toBe(1);
    expect(runner.logger.at('error').join()).toMatch(/newer run is not known: Bad gateway \(HTTP 502\)\.$/);
  });
});

describe('unusable is', () => {
  const said = (): string => runner.annotations.map(({ message }) => message).join('\n');

  test.each(['pull_request', 'pull_request_target', 'push', ''])('the event "%s"', async (event) => {
    expect(await act({}, event)).toBe(2);
    expect(said()).toContain('publish runs on workflow_run');
  });

  test('a run that has not completed', async () => {
    expect(await act({}, 'workflow_run', runEvent(aRun(), 'in_progress'))).toBe(2);
    expect(said()).toContain('types: [completed]');
  });

  test('an event of another form', async () => {
    expect(await act({}, 'workflow_run', { workflow_run: { id: 'x' } })).toBe(2);
    expect(said()).toContain('workflow_run.id');
  });

  test('an input that is wrong or unknown, all at once', async () => {
    inputs = { comment: 'allways', 'check-names': 'load' };
    expect(await act()).toBe(2);
    expect(said()).toMatch(/did you mean check-name\?/);
    expect(said()).toMatch(/did you mean always\?/);
  });
});

test.each([
  ['flowgate-gate-1', ['flowgate-*'], true],
  ['flowgate', ['flowgate-*'], false],
  ['load', ['flowgate-*', 'load'], true],
  ['a-b-c', ['a*b*c'], true],
  ['ab', ['ab*b'], false],
  ['abb', ['ab*b'], true],
  ['anything', ['*'], true],
])('%s is one of %j: %s', (name, patterns, expected) => {
  expect(isNamed(name, patterns)).toBe(expected);
});
