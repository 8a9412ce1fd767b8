import { describe, expect, test } from '@jest/globals';
import { changePoints } from '../../src/history/change-points.js';
import { changePointsOfCorrelated, correlationAround, whitened } from '../../src/history/correlation.js';
import { seeded } from '../measure/seeded.js';

const OPTIONS = { level: 0.0005, seed: 1 };

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Noise of deviation 1 around 0, neighbours alike: AR(1). */
function wandering(count: number, correlation: number, seed: number): readonly number[] {
  const random = seeded(seed);
  let value = normal(random);
  return Array.from({ length: count }, () => {
    const now = value;
    value = correlation * value + Math.sqrt(1 - correlation ** 2) * normal(random);
    return now;
  });
}

const withSteps = (noise: readonly number[], levelAt: (index: number) => number): readonly number[] =>
  noise.map((value, index) => 100 + value + levelAt(index));

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the correlation of neighbours', () => {
  test('is told on average to within 0.05, whatever it is, and beside steps that are known', () => {
    for (const correlation of [0.3, 0.5, 0.7]) {
      const told = Array.from({ length: 200 }, (_unused, seed) => {
        const values = withSteps(wandering(100, correlation, seed + 1), (index) => (index < 40 ? 0 : 5));
        return correlationAround(values, [40]);
      });
      expect(Math.abs(average(told) - correlation)).toBeLessThan(0.05);
    }
  });

  test('is none where levels leave nothing, or nothing but rounding', () => {
    const values = [...new Array<number>(13).fill(0.1), ...new Array<number>(12).fill(0.7)];
    expect(correlationAround(values, [13])).toBe(0);
    expect(correlationAround(new Array<number>(30).fill(1 / 3), [])).toBe(0);
  });

  test('never reaches that of a series without a level', () => {
    expect(
      correlationAround(
        Array.from({ length: 30 }, (_unused, index) => index),
        [],
      ),
    ).toBe(0.98);
  });

  test('is taken away: what is left of a level is a level', () => {
    expect(whitened([4, 4, 4, 8, 8], 0.5)).toEqual([2, 2, 2, 6, 4]);
  });
});

describe('change points of values whose neighbours are alike', () => {
  test('are none where the series wanders; permutations alone take each of its turns for a change', () => {
    const series = Array.from({ length: 20 }, (_unused, seed) => wandering(60, 0.9, seed + 1));
    const alarms = (find: typeof changePoints): number =>
      series.filter((values) => find(values, { level: 0.005, seed: 1 }).length > 0).length;
    expect(alarms(changePoints)).toBeGreaterThanOrEqual(17);
    expect(alarms(changePointsOfCorrelated)).toBeLessThanOrEqual(2);
  });

  test('are found where levels change, back and forth too', () => {
    const step = withSteps(wandering(60, 0, 3), (index) => (index < 40 ? 0 : 4));
    expect(changePointsOfCorrelated(step, OPTIONS)).toEqual([40]);
    const back = withSteps(wandering(60, 0.3, 5), (index) => (index < 20 || index >= 40 ? 0 : 6));
    expect(changePointsOfCorrelated(back, OPTIONS)).toEqual([20, 40]);
  });

  test('are found in values that do not vary but for the step', () => {
    const values = [...new Array<number>(20).fill(11), ...new Array<number>(10).fill(12)];
    expect(changePointsOfCorrelated(values, OPTIONS)).toEqual([20]);
  });
});
