import { describe, expect, test } from '@jest/globals';
import {
  formatAmount,
  formatChange,
  formatChanges,
  formatPercentChange,
} from '../../src/lib/format-change.js';
import { seededRandom } from '../../src/lib/random.js';

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

const relative = { scale: 'relative', unit: 'ms' } as const;
const rate = { scale: 'rate', unit: 'ratio' } as const;
const bytes = { scale: 'absolute', unit: 'bytes' } as const;

describe('an interval is rounded outwards', () => {
  test.each([
    [[0.0312, 0.0688], relative, '+3.1% … +6.9%'],
    [[-0.0312, -0.0281], relative, '−3.2% … −2.8%'],
    [[0.07, 0.071], relative, '+7% … +7.1%'],
    [[2_712_345, 3_771_234], bytes, '+2.71 MB … +3.78 MB'],
    [[-999_600, 999_600], bytes, '−1 MB … +1 MB'],
    [[61_200, 125_400], { scale: 'absolute', unit: 'ms' }, '+1 min 1 s … +2 min 6 s'],
    [[12_345, 12_346], { scale: 'absolute', unit: 'count' }, '+12\u202F345 … +12\u202F346'],
  ] as const)('of %p', ([low, high], unit, text) => {
    expect(formatChanges(low, high, unit)).toBe(text);
  });

  test('so that what holds 0 by hardly anything does not seem to end at it', () => {
    expect(formatChanges(-0.05, Number.EPSILON, rate)).toBe('−5 … +0.01 points');
    expect(formatChanges(-Number.EPSILON, 0.05, rate)).toBe('−0.01 … +5 points');
    expect(formatChanges(-0.05, 0, rate)).toBe('−5 … 0 points');
  });
});

describe('a change beside a mark', () => {
  test.each([
    [0.0497, [0.05], '+4.97%'],
    [0.04996, [0.05], '+4.996%'],
    [0.0503, [0.05], '+5.03%'],
    [0.05, [0.05], '+5%'],
    [0.0255, [0.0255], '+2.55%'],
    [-0.0203, [0.02, -0.02], '−2.03%'],
    [0.098, [0.02, 0.05], '+9.8%'],
    // Nothing that is shown tells it apart: what a double holds of 5%.
    [0.05000000000000004, [0.05], '+5%'],
  ])('%p beside %p is %s', (change, marks, text) => {
    expect(formatChange(change, { ...relative, marks })).toBe(text);
  });

  test('has the digits that tell them apart in every unit', () => {
    expect(formatChange(9_997_000, { ...bytes, marks: [10e6] })).toBe('+9.997 MB');
    expect(formatChange(1_048_576, { ...bytes, marks: [1_048_576] })).toBe('+1.048576 MB');
    expect(formatChange(-0.00004, { ...rate, marks: [0] })).toBe('−0.004 points');
    expect(formatChange(0.0000004, { ...rate, marks: [0] })).toBe('+0.00004 points');
    expect(formatAmount(0.0497, { ...relative, marks: [0.05] })).toBe('4.97%');
  });

  test('is shown on the side on which it is, and an interval holds what it holds', () => {
    const random = seededRandom(1);
    for (let draw = 0; draw < 2000; draw++) {
      const mark = Math.round((random() - 0.5) * 400) / 1000;
      const low = mark + (random() - 0.5) * 10 ** (-1 - 4 * random());
      const high = low + random() * 0.01;
      const unit = { ...relative, marks: [mark] };
      const [from = NaN, to = NaN] = (formatChanges(low, high, unit) ?? '').split(' … ').map(read);
      const sideOf = (shown: number) => Math.sign(Number((shown - mark).toFixed(12)));
      expect({
        holds: [from <= low + 1e-12, to >= high - 1e-12],
        sides: [from, to, read(formatChange(low, unit))].map(sideOf),
      }).toEqual({ holds: [true, true], sides: [low, high, low].map((change) => Math.sign(change - mark)) });
    }
  });
});

/** The ratio that a text of per cent means. */
function read(text: string): number {
  return Number(text.replace('\u2212', '-').replace('%', '')) / 100;
}
