import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../src/lib/random.js';
import { percentile, statOf } from '../../src/lib/statistics/distribution.js';
import { Values } from '../../src/measure/values.js';
import type { Distribution } from '../../src/model/flow.js';

/** Log-normal-like times with a heavy tail, in ms. */
const timesOf = (count: number, seed = 3) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.exp(2 + 3 * (random() + random() + random() - 1.5)));
};
const distributionOf = (values: Values): Distribution => {
  const distribution = values.distribution();
  if (distribution === undefined) throw new Error('there are no values');
  return distribution;
};
const value = (distribution: Distribution, stat: string) => statOf(distribution, stat) ?? NaN;
const valuesOf = (times: readonly number[], exact?: number) => {
  const values = new Values(exact);
  for (const time of times) values.push(time);
  return values;
};

describe('values', () => {
  test('none is no distribution', () => {
    expect(new Values().distribution()).toBeUndefined();
  });

  test('up to the limit percentiles are those of the sorted values', () => {
    const times = timesOf(200_000);
    const distribution = distributionOf(valuesOf(times));
    const sorted = Float64Array.from(times).sort();
    expect(distribution).toMatchObject({ sorted });
    expect(percentile(distribution, 99.9)).toBe(percentile({ sorted, mean: 0 }, 99.9));
  });

  test('what comes after a look is in the next one', () => {
    const values = valuesOf([3, 1, 2]);
    expect(statOf(distributionOf(values), 'med')).toBe(2);
    values.push(0.5);
    values.push(0.25);
    expect(statOf(distributionOf(values), 'med')).toBe(1);
  });

  test('above the limit they are within 0.1% of the exact ones, and avg, min and max are exact', () => {
    const times = timesOf(100_000);
    const exact = distributionOf(valuesOf(times));
    const coarse = distributionOf(valuesOf(times, 1000));
    expect(coarse).not.toHaveProperty('sorted');
    for (const stat of ['p1', 'p25', 'med', 'p95', 'p99', 'p99.9', 'p99.99']) {
      expect(Math.abs(value(coarse, stat) / value(exact, stat) - 1)).toBeLessThan(0.001);
    }
    for (const stat of ['min', 'max', 'p0', 'p100']) expect(statOf(coarse, stat)).toBe(statOf(exact, stat));
    expect(statOf(coarse, 'avg')).toBeCloseTo(value(exact, 'avg'), 9);
  });

  test('a time of zero or below a nanosecond is counted', () => {
    const values = valuesOf([...new Array<number>(100).fill(0), 1e-9], 64);
    expect(statOf(distributionOf(values), 'med')).toBe(1e-9);
    expect(statOf(distributionOf(values), 'min')).toBe(0);
  });

  test.each([NaN, Infinity, -Infinity])('%p is refused', (value) => {
    expect(() => {
      new Values().push(value);
    }).toThrow('a distribution is made of finite numbers');
  });
});
