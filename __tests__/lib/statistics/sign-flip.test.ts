import { expect, test } from '@jest/globals';
import { signFlipTest } from '../../../src/lib/statistics/signed-rank.js';

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
