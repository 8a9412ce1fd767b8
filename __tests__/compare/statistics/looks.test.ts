import { describe, expect, test } from '@jest/globals';
import { looksOf, missesOf } from '../../../src/compare/statistics/looks.js';
import { requiredPairs, upperNormal } from '../../../src/compare/statistics/metric.js';
import { orderOf } from '../../../src/compare/statistics/round.js';
import { signedRankAtMost, signedRankCritical } from '../../../src/lib/statistics/signed-rank.js';

const pairs = [10, 20, 40, 80];

describe('looks', () => {
  test('the first one comes as early as it can tell anything', () => {
    const first = (metrics: number): number | undefined => looksOf({ pairs, alpha: 0.01, metrics })[0]?.pairs;
    expect([1, 2, 3, 4, 5, 6, 20, 21].map(first)).toEqual([10, 12, 12, 12, 12, 14, 14, 16]);
    expect(looksOf({ pairs: [4, 8, 12], alpha: 0.01, metrics: 1 })).toEqual([
      { pairs: 10, share: 0.5 },
      { pairs: 12, share: 0.5 },
    ]);
  });

  test.each([1, 2, 3, 5, 8])(
    'with %d metrics all chances to be wrong together are at most 1%, and each can be used',
    (metrics) => {
      const looks = looksOf({ pairs, alpha: 0.01, metrics });
      let total = 0;
      for (const look of looks) {
        const { low, high } = missesOf(look, 0.01, { low: metrics, high: metrics });
        for (const miss of [low, high]) {
          const critical = signedRankCritical(miss, look.pairs);
          expect(critical).toBeGreaterThanOrEqual(0);
          total += metrics * signedRankAtMost(critical, look.pairs);
        }
      }
      expect(total).toBeLessThanOrEqual(0.01);
      expect(total).toBeGreaterThan(0.008);
    },
  );

  test('fewer metrics that share a level never make a bound wider', () => {
    const [look] = looksOf({ pairs, alpha: 0.01, metrics: 3 });
    if (look === undefined) throw new Error('there is no look');
    const lows = [3, 2, 1, 0].map((low) => missesOf(look, 0.01, { low, high: 3 }).low);
    expect(lows).toEqual([...lows].sort((one, other) => one - other));
  });
});

describe('order of the pairs', () => {
  const heads = (seed: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, pair) => (orderOf(pair, seed) === 'head_first' ? 1 : 0));

  test('is the same whenever it is asked, and another with another seed', () => {
    expect(heads(1, 80)).toEqual(heads(1, 80));
    expect(heads(1, 80)).not.toEqual(heads(2, 80));
  });

  test('is a coin for each pair: no order follows from those before it', () => {
    const runs = Array.from({ length: 500 }, (_, seed) => heads(seed, 80));
    const share = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    // 40,000 coins: 0.5 ± 4 standard deviations of 0.0025.
    expect(Math.abs(share(runs.flat()) - 0.5)).toBeLessThan(0.01);
    for (const lag of [1, 2, 3]) {
      const alike = runs.flatMap((coins) =>
        coins.slice(lag).map((coin, pair) => (coin === coins[pair] ? 1 : 0)),
      );
      expect(Math.abs(share(alike) - 0.5)).toBeLessThan(0.0102);
    }
    // Heads among ten coins spread as those of a binomial: a variance of 2.5, where blocks of two would have 0.
    const counts = runs.map((coins) => 10 * share(coins.slice(0, 10)));
    const spread = share(counts.map((count) => (count - 5) ** 2));
    expect(spread).toBeGreaterThan(1.9);
    expect(spread).toBeLessThan(3.1);
  });
});

describe('sizing', () => {
  test('quantiles are those of the normal distribution', () => {
    // R: qnorm(c(0.05, 0.005, 0.00125, 0.8), lower.tail = FALSE).
    const quantiles = [0.05, 0.005, 0.00125, 0.8].map(upperNormal);
    [1.644854, 2.575829, 3.023341, -0.8416212].forEach((z, index) => {
      expect(Math.abs((quantiles[index] ?? NaN) - z)).toBeLessThan(0.00045);
    });
  });

  test('pairs are those of the formula and those that it takes to learn the noise', () => {
    // 1.0472 · ((2.5758 + 1.6449) · 0.032 ÷ ln 1.05)² + 2.5758² ÷ 2.
    expect(requiredPairs({ distance: Math.log(1.05), deviation: 0.032, miss: 0.005 })).toBeCloseTo(11.34, 1);
  });
});
