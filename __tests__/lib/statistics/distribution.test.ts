import { describe, expect, test } from '@jest/globals';
import { distributionOf, Mean, percentile, statOf } from '../../../src/lib/statistics/distribution.js';
import { forSeeds, seeded } from '../../measure/seeded.js';

function known(values: ArrayLike<number>) {
  const distribution = distributionOf(values);
  if (distribution === undefined) throw new Error('no distribution');
  return distribution;
}

/** The definition, read slowly: how far between which two of the sorted values. */
function bruteForce(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const position = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below * (1 - (position % 1)) + above * (position % 1);
}

describe('distribution', () => {
  test('no values are no distribution, not one of zeros', () => {
    expect(distributionOf([])).toBeUndefined();
  });

  test('one value is every stat', () => {
    const one = known([42]);
    for (const stat of ['avg', 'min', 'med', 'max', 'p0', 'p95', 'p99.9', 'p100']) {
      expect(statOf(one, stat)).toBe(42);
    }
  });

  test('percentiles are interpolated at p·(n−1)', () => {
    // n = 5: p90 stands at 0.9·4 = 3.6, so 40 + 0.6·(50 − 40) = 46; p95 at 3.8, so 48; the median at 2.
    const five = known([50, 10, 30, 20, 40]);
    expect(statOf(five, 'p90')).toBeCloseTo(46, 12);
    expect(statOf(five, 'p95')).toBeCloseTo(48, 12);
    expect(statOf(five, 'med')).toBe(30);
    // n = 4: the median stands at 1.5.
    expect(statOf(known([1, 2, 3, 10]), 'med')).toBe(2.5);
  });

  test('p99.9 of 0…1000 is exactly 999', () => {
    expect(statOf(known(Array.from({ length: 1001 }, (_, index) => index)), 'p99.9')).toBe(999);
  });

  test('the mean does not leave the extremes by rounding', () => {
    expect(statOf(known([0.1, 0.1, 0.1]), 'avg')).toBe(0.1);
  });

  test('the mean keeps small values beside large ones', () => {
    expect(statOf(known([1e16, 1, 1, -1e16]), 'avg')).toBe(0.5);
  });

  test('many numbers add up to the bit as one after another, of whatever sizes and signs', () => {
    forSeeds(60, (random) => {
      const reach = [0, 20, 300, 1000][Math.floor(random() * 4)] ?? 0;
      const values = Float64Array.from({ length: Math.floor(random() * 9000) }, () =>
        random() < 0.1 ? 0 : (random() - 0.4) * 2 ** Math.round((random() - 0.5) * 2 * reach),
      );
      const [one, all] = [new Mean(), new Mean()];
      for (const value of values) one.add(value);
      all.addAll(values.subarray(0, 100));
      all.addAll(values.subarray(100));
      expect([all.sum, all.value]).toEqual([one.sum, one.value]);
    });
  });

  test('values need not be sorted and are left as they were', () => {
    const values = [3, 1, 2];
    expect(statOf(known(values), 'max')).toBe(3);
    expect(values).toEqual([3, 1, 2]);
  });

  test('numbers are ordered as numbers', () => {
    expect(statOf(known([9, 10, 100]), 'med')).toBe(10);
  });

  test.each(['', 'p', 'p101', 'p-1', 'median', 'constructor', 'p9x'])('"%s" is no stat', (stat) => {
    expect(statOf(known([1, 2]), stat)).toBeUndefined();
  });

  test.each([NaN, Infinity, -Infinity])('%d among the values is refused', (value) => {
    expect(() => distributionOf([1, value, 2])).toThrow(RangeError);
  });

  test('percentiles equal the brute-force truth', () => {
    forSeeds(200, (random) => {
      const values = Array.from({ length: 1 + Math.floor(random() * 60) }, () => random() ** 3 * 1e4);
      const distribution = known(values);
      const percents = [0, 0.1, 25, 50, 75, 90, 95, 99, 99.9, 100, random() * 100];
      expect(percents.map((percent) => percentile(distribution, percent))).toEqual(
        percents.map((percent) => expect.closeTo(bruteForce(values, percent), 8)),
      );
    });
  });

  test('percentiles never fall as p rises, and stay within the extremes', () => {
    forSeeds(50, (random) => {
      const distribution = known(Array.from({ length: 20 }, () => random() * 0.3));
      const rising = Array.from({ length: 201 }, (_, half) => percentile(distribution, half / 2));
      expect(rising).toEqual(rising.toSorted((one, other) => one - other));
      expect([rising[0], rising.at(-1)]).toEqual([distribution.sorted[0], distribution.sorted.at(-1)]);
    });
  });

  test('a million values are more than a call takes arguments, and are still exact', () => {
    const random = seeded(7);
    const million = Float64Array.from({ length: 1_000_000 }, () => random() * 1e4);
    const sorted = Float64Array.from(million).sort();
    // 0.999·999,999 = 998,999.001
    const low = sorted[998_999] ?? NaN;
    const truth = low + 0.001 * ((sorted[999_000] ?? NaN) - low);
    expect(statOf(known(million), 'p99.9')).toBeCloseTo(truth, 8);
  });
});
