import { describe, expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/model/results.js';
import { findingsOf, leftoversOf } from '../../src/report/checks.js';
import { aScenario } from '../fakes/results.js';

const NOTHING = { files: [], fileCount: 0, ports: [], portCount: 0, unseen: [] };

function evidenceOf(evidence: readonly string[]): string | undefined {
  const check: CheckResult = {
    id: 'isolation',
    level: 'fail',
    outcome: 'fail',
    title: '27 flows of 30 saw the token of another',
    evidence: [...evidence],
  };
  return findingsOf({ ...aScenario({}), checks: [check] })[0]?.evidence;
}

describe('evidence that is not shown is counted', () => {
  const lines = Array.from({ length: 9 }, (_, index) => `flow ${index + 1}`);

  test('with what the check itself has left out', () => {
    expect(evidenceOf([...lines, 'and 18 more'])).toBe('flow 1; flow 2; flow 3; and 24 more');
  });

  test('of several kinds, and beside a remark', () => {
    const two = [...lines, 'and 18 more', 'slow 1', 'and 2 more', 'not all was searched'];
    expect(evidenceOf(two)).toBe('flow 1; flow 2; flow 3; and 28 more');
  });

  test('and nothing is counted where all is shown', () => {
    expect(evidenceOf(lines.slice(0, 3))).toBe('flow 1; flow 2; flow 3');
    expect(evidenceOf([])).toBe('');
  });
});

test('processes left behind are counted beyond those that are kept', () => {
  const leftovers = Array.from({ length: 20 }, (_, index) => ({
    pid: index + 1,
    parent: 1,
    command: 'sleep',
  }));
  const left = leftoversOf({ ...aScenario({}), leftovers, leftBehind: { ...NOTHING, processes: 400 } });
  expect(left).toHaveLength(11);
  expect(left.at(-1)).toBe('and 390 more processes');
});
