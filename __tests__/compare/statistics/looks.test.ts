import { describe, expect, test } from '@jest/globals';
import { looksOf, missesOf } from '../../../src/compare/statistics/looks.js';
import { requiredPairs, upperNormal } from '../../../src/compare/statistics/metric.js';
import { nextOrder } from '../../../src/compare/statistics/round.js';
import { signedRankAtMost, signedRankCritical } from '../../../src/lib/statistics/signed-rank.js';
import type { PairOrder } from '../../../src/model/comparison.js';

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
  const ordersOf = (seed: number, count: number): readonly PairOrder[] => {
    const made: { order: PairOrder }[] = [];
    while (made.length < count) made.push({ order: nextOrder(made, seed) });
    return made.map(({ order }) => order);
  };

  test('is balanced before every even look, and the seed decides which comes first', () => {
    const firsts = new Set<PairOrder | undefined>();
    for (let seed = 1; seed <= 20; seed++) {
      const orders = ordersOf(seed, 80);
      firsts.add(orders[0]);
      expect(orders).toEqual(ordersOf(seed, 80));
      for (let even = 2; even <= 80; even += 2) {
        expect(orders.slice(0, even).filter((order) => order === 'base_first')).toHaveLength(even / 2);
      }
    }
    expect(firsts.size).toBe(2);
  });

  test('both blocks occur, about as often', () => {
    const starts = Array.from({ length: 200 }, (_, seed) =>
      ordersOf(seed, 40).filter((_order, at) => at % 2 === 0),
    );
    const baseFirst = starts.flat().filter((order) => order === 'base_first').length;
    // 4,000 coins: 0.5 ± 4 standard deviations of 0.0079.
    expect(Math.abs(baseFirst / 4000 - 0.5)).toBeLessThan(0.032);
  });

  test('a pair that was dropped is made up for', () => {
    expect(nextOrder([{ order: 'head_first' }], 1)).toBe('base_first');
    expect(nextOrder([{ order: 'base_first' }, { order: 'base_first' }, { order: 'head_first' }], 1)).toBe(
      'head_first',
    );
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
