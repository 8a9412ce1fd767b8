import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Renderers, report, type ReportPorts, type ReportSubject } from '../../src/github/report.js';
import { readSurroundings } from '../../src/github/surroundings.js';
import { GitHubError } from '../../src/system/github.js';
import type { Files } from '../../src/system/ports.js';
import { fakeFiles } from '../fakes/files.js';
import { fakeGitHub, type FakeGitHub } from '../fakes/github.js';
import { aResults } from '../fakes/results.js';
import { recordingRunner, type RecordingRunner } from '../fakes/runner.js';

const FOLDER = '/temp/flowgate-results';
const ENV = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_RUN_ID: '5',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_WORKFLOW: 'ci',
  GITHUB_JOB: 'gate',
};

const renderers: Renderers = {
  comment: ({ verdict }, { marker }) => `${marker}\n${verdict}`,
  summary: ({ verdict }, { limit }) => `summary ${verdict} ${limit}`,
  terminal: ({ verdict }) => `table ${verdict}`,
  html: ({ verdict }) => `<p>${verdict}</p>`,
  annotations: () => [{ level: 'error', title: 'checkout', message: 'too slow' }],
};

let runner: RecordingRunner;
let files: ReturnType<typeof fakeFiles>;
let github: FakeGitHub;

const START = { inputs: {}, nonce: 'f00d', cwd: '/w' };

beforeEach(() => {
  runner = recordingRunner();
  files = fakeFiles();
  github = fakeGitHub();
});

function subject(change: Partial<ReportSubject> = {}): ReportSubject {
  return {
    results: aResults({ verdict: 'fail' }),
    surroundings: readSurroundings({ env: ENV, payload: { pull_request: { number: 12 } }, ...START }),
    mode: 'always',
    temporary: '/temp',
    ...change,
  };
}

const say = (change: Partial<ReportPorts> = {}, of: Partial<ReportSubject> = {}): Promise<boolean> =>
  report({ runner, files, renderers, github, upload: () => Promise.resolve(true), ...change }, subject(of));

test('the verdict is said in every place', async () => {
  await say();
  expect([...files.contents.keys()].sort()).toEqual([
    `${FOLDER}/report.html`,
    `${FOLDER}/results.json`,
    `${FOLDER}/summary.md`,
  ]);
  expect(JSON.parse(files.contents.get(`${FOLDER}/results.json`) ?? '')).toEqual(
    JSON.parse(JSON.stringify(aResults({ verdict: 'fail' }))),
  );
  expect(runner.printed).toEqual(['table fail']);
  expect(runner.annotations).toHaveLength(1);
  expect(runner.summaries).toEqual(['summary fail 1048576']);
  expect(github.comments.get(12)?.[0]?.body).toBe(
    '<!-- flowgate:ci/gate run=5 attempt=1 verdict=fail inputs=4f53cda1 by=f00d -->\nfail',
  );
  const id = String(github.comments.get(12)?.[0]?.id);
  expect(Object.fromEntries(runner.outputs)).toMatchObject({
    verdict: 'fail',
    results: `${FOLDER}/results.json`,
    report: `${FOLDER}/report.html`,
    summary: 'summary fail 65536',
    'comment-id': id,
  });
  expect([...runner.outputs.keys()].sort()).toEqual([
    'comment-id',
    'failed',
    'metrics',
    'report',
    'results',
    'summary',
    'verdict',
  ]);
  expect(runner.logger.at('warn')).toEqual([]);
});

test('a second step of the same job keeps what the first one saved', async () => {
  await say();
  await say();
  expect(runner.outputs.get('results')).toBe('/temp/flowgate-results-2/results.json');
  expect(files.contents.has(`${FOLDER}/results.json`)).toBe(true);
});

describe('a step that fails does not stop the next', () => {
  const broken = (): never => {
    throw new Error('broken');
  };

  test.each(Object.keys(renderers) as (keyof Renderers)[])('when %s can not be rendered', async (name) => {
    await say({ renderers: { ...renderers, [name]: broken } });
    expect(runner.logger.at('warn').join('\n')).toContain('broken');
    expect(runner.outputs.get('verdict')).toBe('fail');
    expect(files.contents.has(`${FOLDER}/results.json`)).toBe(true);
    expect(runner.printed).toHaveLength(name === 'terminal' ? 0 : 1);
    expect(github.comments.size).toBe(name === 'comment' ? 0 : 1);
  });

  test('when no file can be written', async () => {
    const full: Files = { ...files, write: () => Promise.reject(new Error('ENOSPC')) };
    await say({ files: full });
    expect(runner.logger.at('warn')).toEqual(['The results could not be saved: ENOSPC']);
    expect(github.comments.size).toBe(1);
  });

  test('when the runner takes no output', async () => {
    await say({ runner: { ...runner, output: broken, summarize: broken } });
    expect(github.comments.size).toBe(1);
    expect(runner.printed).toHaveLength(1);
  });
});

describe('the comment', () => {
  test('is none without a pull request, and that is no warning', async () => {
    await say({}, { surroundings: readSurroundings({ env: ENV, payload: {}, ...START }) });
    expect(github.calls).toEqual([]);
    expect(runner.logger.at('warn')).toEqual([]);
    expect(runner.outputs.has('comment-id')).toBe(false);
  });

  test('is none without a token, which is a warning', async () => {
    await say({ github: undefined });
    expect(runner.logger.at('warn')[0]).toContain('github-token');
  });

  test('is none with mode never, without a warning', async () => {
    await say({ github: undefined }, { mode: 'never' });
    expect(runner.logger.at('warn')).toEqual([]);
  });

  test('that is refused changes nothing else', async () => {
    github.refuse('createComment', new GitHubError('Resource not accessible by integration', 403));
    await say();
    expect(runner.logger.at('warn')[0]).toContain('permissions: pull-requests: write');
    expect(runner.outputs.get('verdict')).toBe('fail');
    expect(runner.outputs.has('comment-id')).toBe(false);
  });
});

test('the check run is completed', async () => {
  const sha = 'a'.repeat(40);
  const id = await github.createCheckRun('gate', sha, { status: 'in_progress', title: '', summary: '' });
  await say({}, { checkRun: { id, name: 'gate', readOnly: false } });
  expect(github.checkRuns).toMatchObject([
    { status: 'completed', conclusion: 'failure', summary: 'summary fail 65535' },
  ]);
});
