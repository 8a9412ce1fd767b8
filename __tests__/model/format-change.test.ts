import { describe, expect, test } from '@jest/globals';
import { formatChange, formatChanges, formatPercentChange } from '../../src/model/format-change.js';

describe('a change', () => {
  test.each([
    [0.098, '+9.8%'],
    [-0.004, '−0.4%'],
    [0.1204, '+12%'],
    [0.00041, '+0.04%'],
    [0.00001, '0%'],
    [-0.00001, '0%'],
    [0, '0%'],
    [1.234, '+123%'],
    [0.9996, '+100%'],
    [NaN, 'no data'],
    [null, 'no data'],
  ])('of the ratio %p is %s', (change, text) => {
    expect(formatPercentChange(change)).toBe(text);
  });

  test('in a unit has its sign, and of a rate is in points', () => {
    const bytes = { scale: 'absolute', unit: 'bytes' } as const;
    const rate = { scale: 'rate', unit: 'ratio' } as const;
    expect(formatChange(12e6, bytes)).toBe('+12 MB');
    expect(formatChange(-0.5, { scale: 'absolute', unit: 'ms' })).toBe('−500 µs');
    expect(formatChange(0, bytes)).toBe('0 B');
    expect(formatChange(-0.015, rate)).toBe('−1.5 points');
    expect(formatChange(0.01, rate)).toBe('+1 point');
    expect(formatChanges(-0.052, -0.011, rate)).toBe('−5.2 … −1.1 points');
    expect(formatChanges(8e6, 14e6, bytes)).toBe('+8 MB … +14 MB');
  });

  test('has no interval without bounds', () => {
    expect(formatChanges(null, 0.1, { scale: 'relative', unit: 'ms' })).toBeUndefined();
  });
});
