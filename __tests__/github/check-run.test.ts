import { beforeEach, describe, expect, test } from '@jest/globals';
import { completeCheckRun, conclusionOf, openCheckRun } from '../../src/github/check-run.js';
import { GitHubError } from '../../src/system/github.js';
import { fakeGitHub, type FakeGitHub } from '../fakes/github.js';
import { recordingLogger, type RecordingLogger } from '../fakes/runner.js';

const NAME = 'flowgate';
const HEAD = { headSha: 'a'.repeat(40), readOnly: false };

let github: FakeGitHub;
let logger: RecordingLogger;

beforeEach(() => {
  github = fakeGitHub();
  logger = recordingLogger();
});

test('a check run is in progress during the run and completed after it', async () => {
  const open = await openCheckRun({ github, logger }, NAME, HEAD);
  expect(github.checkRuns).toMatchObject([{ name: 'flowgate', sha: HEAD.headSha, status: 'in_progress' }]);
  expect(open).toBeDefined();
  if (open === undefined) return;
  await completeCheckRun({ github, logger }, open, {
    verdict: 'warn',
    interrupted: false,
    stepFails: false,
    summary: 'table',
  });
  expect(github.checkRuns).toMatchObject([
    { status: 'completed', conclusion: 'success', title: 'All gates hold, with alerts', summary: 'table' },
  ]);
});

test.each([
  ['pass', 'No gate failed: 1 of 2 scenarios is unresolved'],
  ['warn', 'No gate failed: 1 of 2 scenarios is unresolved'],
  ['inconclusive', 'No verdict: 1 of 2 scenarios is unresolved'],
  ['fail', 'A gate failed'],
] as const)('the title of %s tells what is unresolved', async (verdict, title) => {
  const unresolved = '1 of 2 scenarios is unresolved';
  const end = { verdict, interrupted: false, stepFails: false, summary: 'table', unresolved };
  const open = await openCheckRun({ github, logger }, NAME, HEAD);
  if (open === undefined) throw new Error('no check run');
  await completeCheckRun({ github, logger }, open, end);
  expect(github.checkRuns).toMatchObject([{ title }]);
});

test.each([
  ['warn', 'No gate failed, with alerts: 1 of 2 scenarios is unresolved'],
  ['inconclusive', 'No verdict: what a gate needs was not measured'],
] as const)('the title of %s where something else is open too', async (verdict, title) => {
  const unresolved = '1 of 2 scenarios is unresolved';
  const end = {
    verdict,
    interrupted: false,
    stepFails: false,
    summary: '',
    unresolved,
    unresolvedAlone: false,
  };
  const open = await openCheckRun({ github, logger }, NAME, HEAD);
  if (open === undefined) throw new Error('no check run');
  await completeCheckRun({ github, logger }, open, end);
  expect(github.checkRuns).toMatchObject([{ title }]);
});

test.each([
  [{ verdict: 'fail', advises: true }, 'A gate failed (advisory)'],
  [{ verdict: 'warn', accepted: 1 }, 'No other gate failed: 1 regression accepted by this change'],
] as const)('the title of %j is %s', async (end, title) => {
  const open = await openCheckRun({ github, logger }, NAME, HEAD);
  const all = { ...end, interrupted: false, stepFails: false, summary: '' };
  await completeCheckRun({ github, logger }, open, all);
  expect(github.checkRuns).toMatchObject([{ title }]);
});

describe('the conclusion', () => {
  const whole = { interrupted: false, stepFails: true };
  const cut = { interrupted: true, stepFails: true };
  const passing = { interrupted: false, stepFails: false };

  test.each([
    [{ ...passing, verdict: 'pass' }, 'success'],
    [{ ...passing, verdict: 'warn' }, 'success'],
    [{ ...whole, verdict: 'fail' }, 'failure'],
    [{ ...cut, verdict: 'fail' }, 'failure'],
    [{ ...whole, verdict: 'inconclusive' }, 'failure'],
    [{ ...passing, verdict: 'inconclusive' }, 'neutral'],
    [{ ...cut, verdict: 'inconclusive' }, 'cancelled'],
    [{ ...whole, verdict: undefined }, 'failure'],
    [{ ...passing, advises: true, verdict: 'fail' }, 'neutral'],
    [{ ...passing, advises: true, verdict: 'inconclusive' }, 'neutral'],
    [{ ...cut, advises: true, verdict: 'fail' }, 'cancelled'],
  ] as const)('of %j is %s', (end, conclusion) => {
    expect(conclusionOf(end)).toBe(conclusion);
  });
});

describe('a refusal', () => {
  test('at the start is a warning that names the permission', async () => {
    github.refuse('createCheckRun', new GitHubError('Resource not accessible by integration', 403));
    expect(await openCheckRun({ github, logger }, NAME, HEAD)).toBeUndefined();
    expect(logger.at('warn')[0]).toContain('permissions: checks: write');
  });

  test('on a fork names the recipe', async () => {
    github.refuse('createCheckRun', new GitHubError('Resource not accessible by integration', 403));
    await openCheckRun({ github, logger }, NAME, { ...HEAD, readOnly: true });
    expect(logger.at('warn')[0]).toContain('docs/recipes.md#forks');
  });

  test('at the end is a warning', async () => {
    const end = { verdict: 'pass', interrupted: false, stepFails: false, summary: '' } as const;
    await completeCheckRun({ github, logger }, { id: 1, name: NAME, readOnly: false }, end);
    expect(logger.at('warn')[0]).toContain('Not Found');
  });
});
