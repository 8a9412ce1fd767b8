import { describe, expect, test } from '@jest/globals';
import { chanceOfHigher, leastChance, shiftOf } from '../../../src/lib/statistics/rank-sum.js';
import { forSeeds } from '../../measure/seeded.js';

/** Permeability constants of the human chorioamnion (Hollander and Wolfe 1973, p. 69f), as in R's ?wilcox.test. */
const AT_TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const WEEKS_12_TO_26 = [1.15, 0.88, 0.9, 0.74, 1.21];

/** All ways to choose `count` of the values. */
function choices(values: readonly number[], count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return values.flatMap((value, index) =>
    choices(values.slice(index + 1), count - 1).map((rest) => [value, ...rest]),
  );
}

/** By the definition: the share of all choices whose rank sum is no smaller. */
function byBruteForce(some: readonly number[], others: readonly number[]): number {
  const all = [...some, ...others];
  const rank = (value: number): number =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const ranks = all.map(rank);
  const sumOf = (part: readonly number[]): number => part.reduce((sum, value) => sum + value, 0);
  const seen = sumOf(ranks.slice(0, some.length));
  const sums = choices(ranks, some.length).map(sumOf);
  return sums.filter((sum) => sum >= seen).length / sums.length;
}

describe('the exact rank-sum test', () => {
  test("gives R's p-value: wilcox.test(x, y, alternative = 'g'), W = 35, p-value = 0.1272", () => {
    expect(chanceOfHigher(AT_TERM, WEEKS_12_TO_26)).toBeCloseTo(0.1272, 4);
  });

  test('counts all choices, whatever ties there are', () => {
    forSeeds(40, (random) => {
      const draw = (count: number): number[] => Array.from({ length: count }, () => Math.floor(random() * 4));
      const [some, others] = [draw(1 + Math.floor(random() * 4)), draw(1 + Math.floor(random() * 5))];
      expect(chanceOfHigher(some, others)).toBeCloseTo(byBruteForce(some, others), 12);
    });
  });

  test('is at its least when all are higher, and never that small for fewer', () => {
    expect(chanceOfHigher([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toBeCloseTo(1 / 252, 12);
    expect(leastChance(5, 5)).toBeCloseTo(1 / 252, 12);
    expect(leastChance(5, 6)).toBeCloseTo(1 / 462, 12);
    expect(leastChance(4, 5)).toBeCloseTo(1 / 126, 12);
    expect(leastChance(0, 5)).toBe(1);
    expect(chanceOfHigher([], [1])).toBe(1);
  });

  test('refuses what is no number', () => {
    expect(() => chanceOfHigher([NaN], [1])).toThrow(RangeError);
  });
});

describe('the shift between two samples', () => {
  test('is the median of all differences: 0.305 for the permeability constants (Hollander and Wolfe, §4.2)', () => {
    const shift = shiftOf(AT_TERM, WEEKS_12_TO_26, { low: 0.1, high: 0.1 });
    expect(shift?.center).toBeCloseTo(0.305, 12);
  });

  test('has a low bound above zero just where the test rejects', () => {
    forSeeds(200, (random) => {
      const some = Array.from({ length: 5 }, () => random() + 0.4);
      const others = Array.from({ length: 6 }, () => random());
      const { low, high } = shiftOf(some, others, { low: 0.02, high: 0.02 }) ?? { low: NaN, high: NaN };
      expect(low > 0).toBe(chanceOfHigher(some, others) <= 0.02);
      expect(high < 0).toBe(chanceOfHigher(others, some) <= 0.02);
    });
  });

  test('has no bound that so few values can not hold', () => {
    expect(shiftOf([2, 3], [1, 1], { low: 0.005, high: 0.5 })).toMatchObject({ low: -Infinity });
    expect(shiftOf([], [1], { low: 0.1, high: 0.1 })).toBeUndefined();
  });
});
