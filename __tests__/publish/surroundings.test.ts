import { expect, test } from '@jest/globals';
import { readSurroundings } from '../../src/publish/surroundings.js';

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
  GITHUB_JOB: 'gate',
  GITHUB_WORKSPACE: '/w',
};

const payload = { pull_request: { number: 12, head: { sha: 'a'.repeat(40) } } };

test('a pull request is recorded by its head: commit and branch', () => {
  const { git, occasion } = readSurroundings({ env: ENV, payload, cwd: '/' });
  expect(git).toEqual({ sha: 'a'.repeat(40), ref: 'topic', repository: 'octo/repo' });
  expect(occasion.pullRequest).toBe(12);
});

test('the run has its page on its own server', () => {
  expect(readSurroundings({ env: ENV, payload, cwd: '/' }).run).toEqual({
    url: 'https://github.example.com/octo/repo/actions/runs/17000000001',
    id: 17_000_000_001,
    number: 42,
    attempt: 2,
    workflow: 'CI',
    job: 'gate',
  });
});

test('the key is of workflow and job, and tells the legs of a matrix apart', () => {
  expect(readSurroundings({ env: ENV, payload, cwd: '/', matrix: 'null' }).key).toBe('CI/gate');
  expect(readSurroundings({ env: ENV, payload, cwd: '/', matrix: '{"os":"x"}' }).key).toMatch(
    /^CI\/gate\/[0-9a-f]{8}$/,
  );
});

test('the key tells two steps of one job apart', () => {
  const keyOf = (step: string): string =>
    readSurroundings({ env: { ...ENV, GITHUB_ACTION: step }, payload, cwd: '/' }).key;
  expect(keyOf('__flowgate_flowgate_2')).toBe('CI/gate#__flowgate_flowgate_2');
});

test('a local run has no run, no commit, and its own folder', () => {
  expect(
    readSurroundings({ env: { GITHUB_RUN_ID: '', GITHUB_WORKSPACE: '' }, payload: undefined, cwd: '/here' }),
  ).toEqual({
    occasion: { isFork: false, dependabot: false, readOnly: false, onDefaultBranch: false },
    workspace: '/here',
    git: {},
    key: 'workflow/job',
  });
});
