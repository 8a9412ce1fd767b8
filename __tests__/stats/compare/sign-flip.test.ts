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

test('rounds of different sizes are compared by rates: the faster side has more flows, and more that fail', () => {
  const stratum = (base: number, head: number) => ({
    base: { started: 50, failed: base },
    head: { started: 100, failed: head },
  });
  expect(signFlipTest(new Array(10).fill(stratum(5, 10)))).toEqual({ greater: 1, less: 1 });
  expect(signFlipTest(new Array(10).fill(stratum(5, 20))).greater).toBe(2 ** -10);
  expect(signFlipTest(new Array(10).fill(stratum(5, 6))).less).toBe(2 ** -10);
  // Half a flow is not rounded to a whole one: 1% of head in each round, 0% and 2% of base in turn.
  const halves = Array.from({ length: 10 }, (_, index) => stratum(index % 2, 1));
  const { greater, less } = signFlipTest(halves);
  expect(greater).toBe(less);
});

test('a round without a flow says nothing', () => {
  const empty = { base: { started: 0, failed: 0 }, head: { started: 10, failed: 10 } };
  expect(signFlipTest([empty])).toEqual({ greater: 1, less: 1 });
});

/** Share of runs of 40 pairs in which head is said to fail more flows than base, or fewer. */
function claims(
  metric: ComparedMetric,
  failing: { readonly base: number; readonly head: number },
  ofHead = 10,
): number {
  const random = seeded(5);
  const runs = 400;
  const roundOf = (chance: number, started = 10) =>
    round({}, { flows: { started, failed: random() < chance ? started : 0 } });
  let claimed = 0;
  for (let run = 0; run < runs; run += 1) {
    const pairs = Array.from({ length: 40 }, (): Pair => ({
      order: 'base_first',
      base: roundOf(failing.base),
      head: roundOf(failing.head, ofHead),
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

test('rounds that fail as a whole are no difference where head has three times as many flows in a round', () => {
  for (const chance of [0.05, 0.2]) {
    const claimed = claims({ ...SUCCESS, limit: 0 }, { base: chance, head: chance }, 30);
    expect(claimed).toBeLessThanOrEqual(0.01);
  }
});

test('rounds that fail as a whole half of the time, on head only, are one', () => {
  expect(claims({ ...SUCCESS, limit: 0 }, { base: 0.01, head: 0.5 })).toBeGreaterThan(0.95);
});
