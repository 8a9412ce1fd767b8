import { describe, expect, test } from '@jest/globals';
import { levelOf, segmentsBetween } from '../../src/history/trend.js';
import { seeded } from '../measure/seeded.js';

describe('a level', () => {
  test('expects its next value within mean ± t·s·√(1 + 1/n)', () => {
    // Mean 3, s = √2.5 = 1.58114; t(4, 99%) = 4.604; 4.604 · 1.58114 · √1.2 = 7.9745.
    const { mean, low, high } = levelOf([1, 2, 3, 4, 5], 0.99);
    expect(mean).toBe(3);
    expect(high).toBeCloseTo(3 + 7.9745, 3);
    expect(low).toBeCloseTo(3 - 7.9745, 3);
  });

  test('expects the same again of values that are all equal, and nothing of four', () => {
    expect(levelOf([7, 7, 7, 7, 7], 0.99)).toEqual({ mean: 7, low: 7, high: 7 });
    expect(levelOf([1, 2, 3, 4], 0.99)).toEqual({ mean: 2.5 });
  });

  test('holds the next value in 99% of 4,000 cases', () => {
    const random = seeded(1);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    let held = 0;
    for (let run = 0; run < 4000; run++) {
      const { low = 0, high = 0 } = levelOf(Array.from({ length: 8 }, normal), 0.99);
      const next = normal();
      if (next >= low && next <= high) held += 1;
    }
    // 99% ± 3 standard errors of 0.16 points.
    expect(held / 4000).toBeGreaterThan(0.9853);
    expect(held / 4000).toBeLessThan(0.9947);
  });
});

describe('segments', () => {
  const relative = (before: number, after: number): number => Math.abs(after - before) / before;
  const values = [10, 10, 10, 10.1, 10.1, 20, 20];

  test('lie between change points; a step that is too small is none', () => {
    const segments = segmentsBetween(values, [3, 5], { least: 0.02, sizeOf: relative });
    expect(segments.map(({ from, to }) => [from, to])).toEqual([
      [0, 5],
      [5, 7],
    ]);
    expect(segments.map(({ mean }) => mean)).toEqual([expect.closeTo(10.04, 9), 20]);
  });

  test('all stay where every step is large enough', () => {
    expect(segmentsBetween(values, [3, 5], { least: 0.001, sizeOf: relative })).toHaveLength(3);
    expect(segmentsBetween(values, [], { least: 0.02, sizeOf: relative })).toHaveLength(1);
  });
});
