import { expect, test } from '@jest/globals';
import { readSurroundings } from '../../src/github/surroundings.js';

const ENV = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_SHA: 'b'.repeat(40),
  GITHUB_HEAD_REF: 'topic',
  GITHUB_REF_NAME: '12/merge',
  GITHUB_REPOSITORY: 'octo/repo',
  GITHUB_SERVER_URL: 'https://github.example.com',
  GITHUB_RUN_ID: '17000000001',
  GITHUB_RUN_NUMBER: '42',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_WORKFLOW: 'CI',
  GITHUB_WORKFLOW_REF: 'octo/repo/.github/workflows/ci.yml@refs/pull/12/merge',
  GITHUB_JOB: 'gate',
  GITHUB_WORKSPACE: '/w',
};

const common = { inputs: {}, nonce: 'f00d', cwd: '/' };

const payload = { pull_request: { number: 12, head: { sha: 'a'.repeat(40) } } };

test('a pull request is recorded by its head: commit and branch', () => {
  const { git, occasion } = readSurroundings({ env: ENV, payload, ...common });
  expect(git).toEqual({ sha: 'a'.repeat(40), ref: 'topic', repository: 'octo/repo' });
  expect(occasion.pullRequest).toBe(12);
});

test('the run has its page on its own server', () => {
  expect(readSurroundings({ env: ENV, payload, ...common }).run).toEqual({
    url: 'https://github.example.com/octo/repo/actions/runs/17000000001',
    id: 17_000_000_001,
    number: 42,
    attempt: 2,
    workflow: 'CI',
    job: 'gate',
  });
});

test('the key is of workflow and job, and tells the legs of a matrix apart', () => {
  expect(readSurroundings({ env: ENV, payload, ...common, matrix: 'null' }).key).toBe(
    '.github%2Fworkflows%2Fci.yml/gate',
  );
  expect(readSurroundings({ env: ENV, payload, ...common, matrix: '{"os":"x"}' }).key).toMatch(
    /^\.github%2Fworkflows%2Fci\.yml\/gate\/[0-9a-f]{8}$/,
  );
});

test('the key tells two workflows of the same name apart, and is the same on every branch', () => {
  const keyOf = (reference: string): string =>
    readSurroundings({ env: { ...ENV, GITHUB_WORKFLOW_REF: reference }, payload, ...common }).key;
  const first = keyOf('octo/repo/.github/workflows/a.yml@refs/heads/main');
  expect(keyOf('octo/repo/.github/workflows/b.yml@refs/heads/main')).not.toBe(first);
  expect(keyOf('octo/repo/.github/workflows/a.yml@refs/heads/other')).toBe(first);
});

test('the key is by the name of the workflow where an old server tells no path', () => {
  const env = { ...ENV, GITHUB_WORKFLOW_REF: undefined };
  expect(readSurroundings({ env, payload, ...common }).key).toBe('CI/gate');
});

test('the key is that of the input comment-key, whatever else there is', () => {
  const inputs = { commentKey: ' load \n' };
  const one = readSurroundings({ env: ENV, payload, ...common, inputs, matrix: '{"os":"x"}' });
  const other = readSurroundings({ env: { ...ENV, GITHUB_JOB: 'other' }, payload, ...common, inputs });
  expect(one.key).toBe(other.key);
  expect(one.key).toContain('load');
});

test('an invocation is told apart by its inputs, in whatever order they came', () => {
  const of = (inputs: object): string =>
    readSurroundings({ env: ENV, payload, ...common, inputs }).invocation.inputs;
  expect(of({ run: 'a', flows: '2' })).toBe(of({ flows: '2', run: 'a' }));
  expect(of({ run: 'b', flows: '2' })).not.toBe(of({ run: 'a', flows: '2' }));
});

test('the key tells two steps of one job apart', () => {
  const keyOf = (step: string): string =>
    readSurroundings({ env: { ...ENV, GITHUB_ACTION: step }, payload, ...common }).key;
  expect(keyOf('__flowgate_flowgate_2')).toBe('.github%2Fworkflows%2Fci.yml/gate#__flowgate_flowgate_2');
});

test('a local run has no run, no commit, and its own folder', () => {
  expect(
    readSurroundings({
      env: { GITHUB_RUN_ID: '', GITHUB_WORKSPACE: '' },
      payload: undefined,
      ...common,
      cwd: '/here',
    }),
  ).toEqual({
    occasion: { isFork: false, dependabot: false, readOnly: false, onDefaultBranch: false },
    workspace: '/here',
    git: {},
    key: 'workflow/job',
    invocation: { inputs: '4f53cda1', nonce: 'f00d' },
  });
});
