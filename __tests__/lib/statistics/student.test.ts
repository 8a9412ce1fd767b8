import { expect, test } from '@jest/globals';
import { studentQuantile } from '../../../src/lib/statistics/slopes.js';

/** Abramowitz and Stegun, "Handbook of mathematical functions" (1964), table 26.10: t for A = 0.95 and A = 0.99. */
const PUBLISHED: readonly (readonly [degrees: number, t95: number, t99: number])[] = [
  [1, 12.706, 63.657],
  [2, 4.303, 9.925],
  [3, 3.182, 5.841],
  [4, 2.776, 4.604],
  [5, 2.571, 4.032],
  [10, 2.228, 3.169],
  [19, 2.093, 2.861],
  [30, 2.042, 2.75],
  [60, 2.0, 2.66],
  [120, 1.98, 2.617],
];

test.each(PUBLISHED)('with %d degrees of freedom t is as published', (degrees, t95, t99) => {
  expect(studentQuantile(0.05, degrees)).toBeCloseTo(t95, 3);
  expect(studentQuantile(0.01, degrees)).toBeCloseTo(t99, 3);
});
