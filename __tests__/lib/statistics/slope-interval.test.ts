import { describe, expect, test } from '@jest/globals';
import { inversionChances, slopeInterval } from '../../../src/lib/statistics/slopes.js';

/** The definition: the k-th value goes to each of k places, and makes 0 … k − 1 inversions. */
function byDefinition(count: number): readonly number[] {
  let chances = [1];
  for (let values = 2; values <= count; values++) {
    const next = new Array<number>(chances.length + values - 1).fill(0);
    chances.forEach((chance, made) => {
      for (let more = 0; more < values; more++)
        next[made + more] = (next[made + more] ?? 0) + chance / values;
    });
    chances = next;
  }
  let sum = 0;
  return chances.map((chance) => (sum += chance));
}

describe("Kendall's distribution", () => {
  test('of the 24 orders of four values 1, 3, 5, 6, 5, 3, 1 have 0 … 6 inversions', () => {
    const sums = [...inversionChances(4)].map((chance) => Math.round(24 * chance * 1e9) / 1e9);
    expect(sums).toEqual([1, 4, 9, 15, 20, 23, 24]);
  });

  test('is that of the definition, however it is added up, in the tail to ten digits', () => {
    for (const count of [1, 2, 3, 6, 8, 25, 60]) {
      const [found, expected] = [inversionChances(count), byDefinition(count)];
      expect(found).toHaveLength(expected.length);
      expected.forEach((chance, made) => {
        expect(Math.abs((found[made] ?? NaN) / chance - 1)).toBeLessThan(1e-10);
      });
    }
  });
});

describe('the interval of a slope', () => {
  test('of 200 points is between the ranks that the normal approximation gives, to within three of 19,900', () => {
    const count = 200;
    const sorted = Float64Array.from({ length: (count * (count - 1)) / 2 }, (_unused, index) => index + 1);
    const { low, high, confidence } = slopeInterval(sorted, count, 0.95);
    const variance = (count * (count - 1) * (2 * count + 5)) / 18;
    // Sen 1968: the slopes of rank (M ∓ 1.96·√variance) ÷ 2.
    const rank = (sorted.length - 1.959964 * Math.sqrt(variance)) / 2;
    expect(Math.abs(low - rank)).toBeLessThan(3);
    expect(Math.abs(sorted.length + 1 - high - rank)).toBeLessThan(3);
    expect(confidence).toBeGreaterThanOrEqual(0.95);
    expect(confidence).toBeLessThan(0.9503);
  });
});
