import { describe, expect, test } from '@jest/globals';
import { neighboursOf } from '../../../src/lib/statistics/neighbours.js';
import { normal } from '../../compare/statistics/rounds.js';
import { seeded } from '../../measure/seeded.js';

/** Values of which each keeps the share `rho` of the one before it. */
function series(length: number, rho: number, random: () => number): readonly number[] {
  let level = normal(random);
  return Array.from({ length }, () => {
    const before = level;
    level = rho * level + Math.sqrt(1 - rho ** 2) * normal(random);
    return before;
  });
}

function foundIn(runs: number, length: number, rho: number): number {
  const random = seeded(3);
  const all = Array.from({ length: runs }, () => neighboursOf(series(length, rho, random)).p);
  return all.filter((p) => p <= 0.1).length / runs;
}

describe('values and those right before them', () => {
  test('have the lag-1 autocorrelation of the textbooks', () => {
    // Deviations from 3: −2 −1 0 1 2; (2 + 0 + 0 + 2) ÷ (4 + 1 + 0 + 1 + 4).
    expect(neighboursOf([1, 2, 3, 4, 5]).correlation).toBeCloseTo(0.4, 12);
    expect(neighboursOf([1, 5, 1, 5, 1, 5]).correlation).toBeCloseTo(-5 / 6, 12);
  });

  test('are as rare as the share of all orders that are as smooth', () => {
    const { p, correlation } = neighboursOf([1, 2, 3, 4]);
    const orders = permutations([1, 2, 3, 4]).map((order) => neighboursOf(order).correlation);
    const asSmooth = orders.filter((one) => one >= correlation - 1e-9).length;
    expect(Math.abs(p - asSmooth / 24)).toBeLessThan(0.04);
  });

  test('that are all the same resemble nothing, and ties count against a claim', () => {
    expect(neighboursOf([2, 2, 2, 2])).toEqual({ correlation: 0, p: 1 });
    expect(neighboursOf([0, 0, 0, 0, 0, 0, 0, 0, 1, 0]).p).toBeGreaterThan(0.5);
    expect(neighboursOf([1])).toEqual({ correlation: 0, p: 1 });
  });

  test('resemble each other by chance in a tenth of independent series, at 10% of them', () => {
    // 1,000 series: 10% ± 3 standard deviations of 0.95%.
    expect(foundIn(1000, 12, 0)).toBeLessThan(0.129);
    expect(foundIn(1000, 12, 0)).toBeGreaterThan(0.071);
  });

  test.each([
    [10, 0.52],
    [20, 0.88],
    [40, 0.98],
  ])('of %d values that keep 90%% of the one before, more than %d are found', (length, least) => {
    expect(foundIn(400, length, 0.9)).toBeGreaterThan(least);
  });
});

function permutations(values: readonly number[]): readonly (readonly number[])[] {
  if (values.length <= 1) return [values];
  return values.flatMap((first, at) =>
    permutations(values.filter((_, index) => index !== at)).map((rest) => [first, ...rest]),
  );
}
