import { describe, expect, test } from '@jest/globals';
import {
  formatAgainst,
  formatClock,
  formatCount,
  formatLeft,
  formatQuantity,
  formatRate,
  formatShare,
  plural,
} from '../../src/lib/format.js';
import type { Unit } from '../../src/model/metrics.js';

const CASES: readonly (readonly [number | null, Unit, string])[] = [
  [2710, 'ms', '2.71 s'],
  [8.2, 'ms', '8.2 ms'],
  [0, 'ms', '0 s'],
  [0.0405, 'ms', '40.5 µs'],
  [0.00002, 'ms', '20 ns'],
  [999.4, 'ms', '999 ms'],
  [999.6, 'ms', '1 s'],
  [30_000, 'ms', '30 s'],
  [59_940, 'ms', '59.9 s'],
  [59_960, 'ms', '1 min'],
  [125_400, 'ms', '2 min 5 s'],
  [119_999, 'ms', '2 min'],
  [3_600_000, 'ms', '1 h'],
  [3_725_000, 'ms', '1 h 2 min'],
  [-8.2, 'ms', '\u22128.2 ms'],
  [431e6, 'bytes', '431 MB'],
  [999, 'bytes', '999 B'],
  [999_499, 'bytes', '999 KB'],
  [999_600, 'bytes', '1 MB'],
  [1.5e9, 'bytes', '1.5 GB'],
  [0, 'bytes', '0 B'],
  [1.2e6, 'bytes_per_minute', '1.2 MB/min'],
  [-1.2e6, 'bytes_per_minute', '\u22121.2 MB/min'],
  [0.983, 'ratio', '98.3%'],
  [1, 'ratio', '100%'],
  [0, 'ratio', '0%'],
  [0.99996, 'ratio', '99.996%'],
  [0.0000123, 'ratio', '0.00123%'],
  [1.5, 'ratio', '150%'],
  [3.9, 'per_second', '3.9 flows/s'],
  [0.0213, 'per_second', '0.0213 flows/s'],
  [16_634, 'per_second', '16\u202F600 flows/s'],
  [240, 'count', '240'],
  [1234, 'count', '1234'],
  [12_345, 'count', '12\u202F345'],
  [1_234_567, 'count', '1\u202F234\u202F567'],
  [2.5, 'count', '2.5'],
  [1e21, 'count', '1\u202F000\u202F000\u202F000\u202F000\u202F000\u202F000\u202F000'],
  [null, 'ms', 'no data'],
  [NaN, 'bytes', 'no data'],
  [Infinity, 'ratio', 'no data'],
];

describe('a quantity has three significant digits and a unit that suits it', () => {
  test.each(CASES)('%p %s is %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text);
  });
});

describe('a value beside its limit has the digits that tell them apart', () => {
  test.each([
    [2500.4, 2500, 'ms', '2.5004 s'],
    [2710, 2500, 'ms', '2.71 s'],
    [0.8996, 0.9, 'ratio', '89.96%'],
    [400_100_000, 400e6, 'bytes', '400.1 MB'],
    [90_400, 90_000, 'ms', '1 min 30.4 s'],
    [3_630_000, 3_600_000, 'ms', '1 h 30 s'],
    [2500, 2500, 'ms', '2.5 s'],
    [null, 2500, 'ms', 'no data'],
    [2500, null, 'ms', '2.5 s'],
  ] as const)('%p against %p %s is %s', (...[value, limit, unit, text]) => {
    expect(formatAgainst(value, limit, unit)).toBe(text);
  });
});

test('shares, rates, clocks and counts of things', () => {
  expect(formatShare(0.23, 4)).toBe('23% of 4 cores');
  expect(formatShare(0.5, 1)).toBe('50% of 1 core');
  expect(formatShare(1, 0.5)).toBe('100% of 0.5 cores');
  expect(formatShare(0.5, 4 / 3)).toBe('50% of 1.33 cores');
  expect(formatShare(null, 4)).toBe('no data');
  expect(formatRate(3.82)).toBe('3.82/s');
  expect(formatRate(NaN)).toBe('no data');
  expect(formatClock(41_900)).toBe('0:00:41');
  expect(formatClock(36_061_000)).toBe('10:01:01');
  expect(formatClock(-1)).toBe('0:00:00');
  expect(formatLeft(23_000)).toBe('0:23');
  expect(formatLeft(3_723_000)).toBe('1:02:03');
  expect(formatCount(0)).toBe('0');
  expect(plural(1, 'flow')).toBe('1 flow');
  expect(plural(0, 'flow')).toBe('0 flows');
  expect(plural(2, 'process', 'processes')).toBe('2 processes');
});
