import { describe, expect, test } from '@jest/globals';
import {
  signedRankAtMost,
  signedRankCritical,
  signedRankTest,
  type Zeros,
} from '../../../src/stats/compare/signed-rank.js';
import { forSeeds } from '../seeded.js';
import { BORTZ, DEPRESSION, TWELVE, PATIENTS, minus } from './published.js';

describe('signed-rank distribution', () => {
  test('equals R: psignrank(14, 12) and the upper tail of psignrank(460, 30)', () => {
    // wilcox.test(TWELVE, mu = 15) and psignrank(14, 12) * 2 both print 0.05224609.
    expect(2 * signedRankAtMost(14, 12)).toBeCloseTo(0.05224609, 8);
    // psignrank(460, 30, lower = FALSE, log = TRUE) is −18.84850527; P(W > 460) = P(W ≤ 465 − 461).
    expect(Math.log(signedRankAtMost(4, 30))).toBeCloseTo(-18.84850527, 8);
  });

  test('has the critical values that textbooks print', () => {
    // Wilcoxon and Wilcox, "Some rapid approximate statistical procedures" (1964), n = 8 … 25, two-sided 5% and 1%.
    const critical = (level: number): readonly number[] =>
      Array.from({ length: 18 }, (_, index) => signedRankCritical(level, index + 8));
    expect(critical(0.025)).toEqual([3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89]);
    expect(critical(0.005)).toEqual([0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 42, 48, 54, 61, 68]);
  });

  test('is 2⁻ⁿ for no positive rank, and has no critical value below that', () => {
    expect(signedRankAtMost(0, 10)).toBe(1 / 1024);
    expect(signedRankCritical(1 / 1024, 10)).toBe(0);
    expect(signedRankCritical(1 / 1025, 10)).toBe(-1);
    expect(signedRankAtMost(-1, 10)).toBe(0);
  });

  test('adds up to 1 and is symmetric, at 200 pairs too', () => {
    expect(signedRankAtMost(200 * 201, 200)).toBeCloseTo(1, 12);
    expect(signedRankAtMost(8000, 200) + signedRankAtMost(20100 - 8001, 200)).toBeCloseTo(1, 12);
  });
});

describe('signed-rank test', () => {
  test('equals R on the depression data of Hollander and Wolfe', () => {
    // wilcox.test(x, y, paired = TRUE, alternative = "greater"): V = 40, p-value = 0.01953 = 5 ÷ 256.
    const { statistic, greater } = signedRankTest(minus(DEPRESSION.x, DEPRESSION.y));
    expect(statistic).toBe(40);
    expect(greater).toBeCloseTo(5 / 256, 12);
  });

  test('equals R on eight patients before and after', () => {
    const { statistic, greater } = signedRankTest(minus(PATIENTS.before, PATIENTS.after));
    expect(statistic).toBe(33);
    expect(greater).toBeCloseTo(0.01953, 5);
  });

  test('equals exactRankTests where there are ties, zeros dropped', () => {
    // wilcox.exact(x1, x2, paired = TRUE): V = 13, p-value = 0.1367.
    const { statistic, twoSided } = signedRankTest(minus(BORTZ.x1, BORTZ.x2), 'wilcoxon');
    expect(statistic).toBe(13);
    expect(twoSided).toBeCloseTo(0.1367, 4);
  });

  test('is two-sided as R is', () => {
    const { statistic, less, twoSided } = signedRankTest(TWELVE.map((value) => value - 15));
    expect(statistic).toBe(14);
    expect(twoSided).toBeCloseTo(0.05224609, 8);
    expect(less).toBeCloseTo(0.05224609 / 2, 8);
  });

  test('zeros keep the small ranks to themselves (Pratt), or are dropped (Wilcoxon)', () => {
    // Ranks 1.5 and 1.5 go to the zeros, −1 has 3, 2 has 4: W⁺ = 4; of ± 3 ± 4 two sums in four reach 4.
    expect(signedRankTest([0, 0, -1, 2])).toEqual({ statistic: 4, greater: 0.5, less: 0.75, twoSided: 1 });
    // Without the zeros −1 has 1 and 2 has 2.
    expect(signedRankTest([0, 0, -1, 2], 'wilcoxon').statistic).toBe(2);
  });

  test('equals counting all 2ⁿ signs, with ties and zeros', () => {
    const zeros: readonly Zeros[] = ['pratt', 'wilcoxon'];
    forSeeds(60, (random, seed) => {
      const differences = Array.from(
        { length: 1 + Math.floor(random() * 10) },
        () => Math.round(random() * 10) - 4,
      );
      for (const treatment of zeros) {
        const { greater, less } = signedRankTest(differences, treatment);
        const counted = countSigns(differences, treatment);
        expect({ seed, greater: greater.toFixed(12) }).toEqual({
          seed,
          greater: counted.greater.toFixed(12),
        });
        expect({ seed, less: less.toFixed(12) }).toEqual({ seed, less: counted.less.toFixed(12) });
      }
    });
  });

  test('nothing but zeros tells nothing', () => {
    expect(signedRankTest([0, 0, 0])).toEqual({ statistic: 0, greater: 1, less: 1, twoSided: 1 });
    expect(signedRankTest([])).toEqual({ statistic: 0, greater: 1, less: 1, twoSided: 1 });
  });

  test('refuses what has no rank', () => {
    expect(() => signedRankTest([1, NaN])).toThrow(RangeError);
    expect(() => signedRankTest(new Array<number>(1001).fill(1))).toThrow('at most 1000');
  });
});

/** By brute force, ranks by counting. */
function countSigns(differences: readonly number[], zeros: Zeros): { greater: number; less: number } {
  const used = zeros === 'pratt' ? differences : differences.filter((difference) => difference !== 0);
  const rank = (value: number): number => {
    const below = used.filter((other) => Math.abs(other) < Math.abs(value)).length;
    const same = used.filter((other) => Math.abs(other) === Math.abs(value)).length;
    return below + (same + 1) / 2;
  };
  const signed = used.filter((difference) => difference !== 0);
  const observed = signed.reduce((sum, value) => sum + (value > 0 ? rank(value) : 0), 0);
  let greater = 0;
  let less = 0;
  for (let signs = 0; signs < 2 ** signed.length; signs++) {
    const sum = signed.reduce((total, value, bit) => total + ((signs >> bit) & 1 ? rank(value) : 0), 0);
    if (sum >= observed) greater += 1;
    if (sum <= observed) less += 1;
  }
  return { greater: greater / 2 ** signed.length, less: less / 2 ** signed.length };
}
