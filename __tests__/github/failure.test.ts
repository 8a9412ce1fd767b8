import { expect, test } from '@jest/globals';
import { reportFailure } from '../../src/github/action.js';
import { UserError } from '../../src/lib/errors.js';
import { recordingRunner } from '../fakes/runner.js';

test('what the user can mend is one error each, at its place in the repository, and exit status 2', () => {
  const runner = recordingRunner();
  const problems = [
    {
      message: 'there is no metric flow_tme',
      where: 'scenarios.a.thresholds[0]',
      file: '/w/.github/flowgate.yml',
      line: 9,
      column: 4,
    },
    { message: 'is no number', where: 'input flows' },
    { message: 'elsewhere', file: '/workshop/x.yml' },
  ];
  expect(reportFailure(runner, new UserError(problems), '/w')).toBe(2);
  const common = { level: 'error', title: 'flowgate: configuration' };
  expect(runner.annotations).toEqual([
    {
      ...common,
      message: 'scenarios.a.thresholds[0]: there is no metric flow_tme',
      file: '.github/flowgate.yml',
      line: 9,
      column: 4,
    },
    { ...common, message: 'input flows: is no number' },
    { ...common, message: 'elsewhere', file: '/workshop/x.yml' },
  ]);
});

test('anything else is a defect of ours, with its stack', () => {
  const runner = recordingRunner();
  expect(reportFailure(runner, new TypeError('x is undefined'), '/w')).toBe(1);
  expect(runner.annotations[0]?.message).toMatch(
    /TypeError: x is undefined\n +at [^]*defect in flowgate, please report it/,
  );
  reportFailure(runner, 'just text', '/w');
  expect(runner.annotations[1]?.message).toMatch(/^just text\n/);
});
