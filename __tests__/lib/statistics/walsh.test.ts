import { describe, expect, test } from '@jest/globals';
import { signedRankInterval } from '../../../src/lib/statistics/signed-rank.js';
import { DEPRESSION, minus, PATIENTS, SEVEN, TWELVE } from '../../compare/statistics/published.js';
import { forSeeds } from '../../measure/seeded.js';

const ninetyFive = { low: 0.025, high: 0.025 };

describe('Hodges–Lehmann estimate and signed-rank interval', () => {
  test('equal R on eight patients: estimate 6.6, one-sided 95% bound 2.15', () => {
    const interval = signedRankInterval(minus(PATIENTS.before, PATIENTS.after), { low: 0.05, high: 0.05 });
    expect(interval.center).toBeCloseTo(6.6, 10);
    expect(interval.low).toBeCloseTo(2.15, 10);
  });

  test('equal R on seven pairs: 95% interval −2.5 … 15', () => {
    const interval = signedRankInterval(minus(SEVEN.x, SEVEN.y), ninetyFive);
    expect(interval).toMatchObject({ low: -2.5, high: 15 });
    // c = 2: P(W ≤ 2) = 3 ÷ 128.
    expect(interval.missed.low).toBeCloseTo(3 / 128, 12);
  });

  test('equal Hollander and Wolfe on the depression data: estimate 0.46, 96.1% interval 0.010 … 0.786', () => {
    // Nonparametric Statistical Methods, examples 3.2 and 3.3, with the signs turned around.
    const interval = signedRankInterval(minus(DEPRESSION.x, DEPRESSION.y), ninetyFive);
    expect(interval.center).toBeCloseTo(0.46, 3);
    expect(interval.low).toBeCloseTo(0.01, 3);
    expect(interval.high).toBeCloseTo(0.786, 3);
    expect(1 - 2 * interval.missed.low).toBeCloseTo(0.961, 3);
  });

  test('are the 14th of 78 Walsh averages from either end for twelve differences', () => {
    // P(W ≤ 13) = 0.0212 and P(W ≤ 14) = 0.0261 for n = 12, so c = 13.
    const averages = TWELVE.flatMap((one, index) => TWELVE.slice(index).map((other) => (one + other) / 2));
    const sorted = averages.sort((one, other) => one - other);
    const interval = signedRankInterval(TWELVE, ninetyFive);
    expect(interval).toMatchObject({ low: sorted[13], high: sorted[64] });
    expect(interval.missed.low).toBeCloseTo(0.0212, 4);
  });

  test('too few differences for the level give the outermost ones, and say so', () => {
    const interval = signedRankInterval([3, 1, 2], { low: 0.005, high: 0.2 });
    expect(interval).toEqual({
      center: 2,
      low: 1,
      high: 3,
      missed: { low: 1 / 8, high: 1 / 8 },
      reached: { low: false, high: true },
    });
    expect(() => signedRankInterval([], ninetyFive)).toThrow('one at least');
  });

  test('move with a shift and turn with the sign', () => {
    forSeeds(30, (random) => {
      const differences = Array.from({ length: 5 + Math.floor(random() * 30) }, () => random() ** 3);
      const misses = { low: 0.02, high: 0.05 };
      const interval = signedRankInterval(differences, misses);
      const moved = signedRankInterval(
        differences.map((difference) => difference + 7),
        misses,
      );
      const turned = signedRankInterval(
        differences.map((difference) => -difference),
        { low: misses.high, high: misses.low },
      );
      expect(moved.low).toBeCloseTo(interval.low + 7, 9);
      expect(moved.center).toBeCloseTo(interval.center + 7, 9);
      expect(turned.low).toBeCloseTo(-interval.high, 12);
      expect(turned.high).toBeCloseTo(-interval.low, 12);
    });
  });

  test('differences that are all the same are known exactly', () => {
    expect(signedRankInterval(new Array<number>(10).fill(0), ninetyFive)).toMatchObject({
      low: 0,
      center: 0,
      high: 0,
    });
  });

  test('with ties and zeros the bounds miss no more often than asked', () => {
    // −1, 0 and 1 alike, and symmetric: the truth is 0. A bound that misses is 0.5 or more away.
    let below = 0;
    const runs = 2000;
    forSeeds(runs, (random) => {
      const differences = Array.from({ length: 12 }, () => Math.floor(random() * 3) - 1);
      if (signedRankInterval(differences, { low: 0.1, high: 0.1 }).low > 0) below += 1;
    });
    expect(below).toBeGreaterThan(0);
    expect(below / runs).toBeLessThanOrEqual(0.1);
  });
});
