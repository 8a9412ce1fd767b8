import { describe, expect, test } from '@jest/globals';
import { signedRankAtMost, signedRankCritical } from '../../../src/lib/statistics/signed-rank.js';

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

  test('equals the p-values of R for published data', () => {
    // Depression data of Hollander and Wolfe, wilcox.test(x, y, paired = TRUE, alternative = "greater"): V = 40 of 45,
    // p-value = 0.01953 = 5 ÷ 256.
    expect(signedRankAtMost(45 - 40, 9)).toBeCloseTo(5 / 256, 12);
    // Eight patients before and after: V = 33 of 36, p-value = 0.01953.
    expect(signedRankAtMost(36 - 33, 8)).toBeCloseTo(0.01953, 5);
  });

  test('equals counting all 2ⁿ signs', () => {
    for (let pairs = 1; pairs <= 10; pairs++) {
      const counts = new Array<number>((pairs * (pairs + 1)) / 2 + 1).fill(0);
      for (let signs = 0; signs < 2 ** pairs; signs++) {
        let sum = 0;
        for (let rank = 1; rank <= pairs; rank++) sum += (signs >> (rank - 1)) & 1 ? rank : 0;
        counts[sum] = (counts[sum] ?? 0) + 1;
      }
      let counted = 0;
      for (const [w, count] of counts.entries()) {
        counted += count;
        expect(signedRankAtMost(w, pairs)).toBeCloseTo(counted / 2 ** pairs, 12);
      }
    }
  });

  test('is refused for more pairs than a number can hold the chance of', () => {
    expect(() => signedRankAtMost(1, 1001)).toThrow('at most 1000');
  });
});
