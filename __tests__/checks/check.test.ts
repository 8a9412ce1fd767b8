import { expect, test } from '@jest/globals';
import { type Check, FLOWS, runCheck } from '../../src/checks/check.js';
import { recordOf } from '../fakes/record.js';

const growth: Check = {
  id: 'growth',
  title: () => 'Nothing grows',
  failureTitle: () => 'Something grows',
  description: 'For this test.',
  needs: [FLOWS],
  run: () => ({ outcome: 'fail', evidence: ['memory'] }),
};

test('a check that fails bears its title of failure', () => {
  expect(runCheck(growth, recordOf())).toEqual({
    id: 'growth',
    outcome: 'fail',
    title: 'Something grows',
    evidence: ['memory'],
  });
});

test('a check that throws is inconclusive by itself, with the error as evidence', () => {
  const broken: Check = {
    ...growth,
    run: () => {
      throw new Error('no such sample');
    },
  };
  expect(runCheck(broken, recordOf())).toEqual({
    id: 'growth',
    outcome: 'inconclusive',
    title: 'Not known: nothing grows',
    evidence: ['the check itself failed: no such sample'],
  });
});

test('a check is not run without what it needs', () => {
  expect(runCheck(growth, recordOf({ flows: [] }))).toMatchObject({
    outcome: 'inconclusive',
    evidence: ['no flow was started'],
  });
});
