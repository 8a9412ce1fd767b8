import { describe, expect, test } from '@jest/globals';
import { averageOverTime } from '../../src/measure/machine.js';

describe('average over time', () => {
  test('a reading weighs as much as the time around it', () => {
    const dense = Array.from({ length: 11 }, (_, at) => ({ at, value: 100 }));
    // Area: 10·100 over the dense part, 90·(100 + 200)/2 over the last stretch = 1,000 + 13,500 over 100 ms.
    expect(averageOverTime([...dense, { at: 100, value: 200 }])).toBe(145);
  });

  test('more readings of the same course change nothing', () => {
    const sparse = [0, 50, 100].map((at) => ({ at, value: 3 * at }));
    const uneven = [0, 1, 2, 3, 50, 100].map((at) => ({ at, value: 3 * at }));
    expect(averageOverTime(uneven)).toBeCloseTo(averageOverTime(sparse) ?? NaN, 12);
  });

  test('readings of one instant have their plain mean, and none have none', () => {
    expect(averageOverTime([{ at: 5, value: 7 }])).toBe(7);
    expect(
      averageOverTime([
        { at: 5, value: 7 },
        { at: 5, value: 9 },
      ]),
    ).toBe(8);
    expect(averageOverTime([])).toBeUndefined();
  });
});
