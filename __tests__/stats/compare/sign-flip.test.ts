import { expect, test } from '@jest/globals';
import type { ComparedMetric, Pair } from '../../../src/model/comparison.js';
import { compareRun } from '../../../src/stats/compare/run.js';
import { signFlipTest } from '../../../src/stats/compare/sign-flip.js';
import { seeded } from '../seeded.js';
import { round, SUCCESS } from './made-up.js';

const strataOf = (differences: readonly number[]) =>
  differences.map((difference) => ({
    base: { started: 100, failed: Math.max(0, -difference) },
    head: { started: 100, failed: Math.max(0, difference) },
  }));

test("Darwin's maize: 863 of 32,768 ways to swap the pairs give a sum as large (Fisher, The Design of Experiments, §21)", () => {
  const eighthsOfAnInch = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  const { greater, less } = signFlipTest(strataOf(eighthsOfAnInch));
  expect(greater).toBeCloseTo(863 / 32_768, 12);
  expect(signFlipTest(strataOf(eighthsOfAnInch.map((each) => -each))).less).toBeCloseTo(greater, 12);
  expect(less).toBeGreaterThan(0.97);
});

test('pairs that do not differ say nothing', () => {
  expect(signFlipTest(strataOf([0, 0, 0]))).toEqual({ greater: 1, less: 1 });
  expect(signFlipTest(strataOf([0, 3, 0, 3])).greater).toBe(0.25);
});

/** Share of runs of 40 pairs in which head is said to fail more flows than base, or fewer. */
function claims(metric: ComparedMetric, failing: { readonly base: number; readonly head: number }): number {
  const random = seeded(5);
  const runs = 400;
  const roundOf = (chance: number) =>
    round({}, { flows: { started: 10, failed: random() < chance ? 10 : 0 } });
  let claimed = 0;
  for (let run = 0; run < runs; run += 1) {
    const pairs = Array.from({ length: 40 }, (): Pair => ({
      order: 'base_first',
      base: roundOf(failing.base),
      head: roundOf(failing.head),
    }));
    const [result] = compareRun(pairs, [metric], { exhausted: true }).results;
    if (result?.outcome === 'regression' || result?.outcome === 'improvement') claimed += 1;
  }
  return claimed / runs;
}

test.each([0, 0.01])(
  'rounds that fail as a whole, on both sides alike, are no difference (limit %s)',
  (limit) => {
    for (const chance of [0.01, 0.05, 0.2]) {
      expect(claims({ ...SUCCESS, limit }, { base: chance, head: chance })).toBeLessThanOrEqual(0.01);
    }
  },
);

test('rounds that fail as a whole half of the time, on head only, are one', () => {
  expect(claims({ ...SUCCESS, limit: 0 }, { base: 0.01, head: 0.5 })).toBeGreaterThan(0.95);
});
