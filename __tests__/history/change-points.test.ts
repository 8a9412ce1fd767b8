import { describe, expect, test } from '@jest/globals';
import { largestDivergence, type Split } from '../../src/history/change-points.js';
import { forSeeds } from '../measure/seeded.js';

/** The definition, word for word: mean distances between and within the parts. */
function byDefinition(values: readonly number[], fewest: number): Split {
  let best: Split = { index: fewest, divergence: 0 };
  for (let tau = values.length - fewest; tau >= fewest; tau--) {
    for (let kappa = tau + fewest; kappa <= values.length; kappa++) {
      const [first, second] = [values.slice(0, tau), values.slice(tau, kappa)];
      const [m, n] = [first.length, second.length];
      const energy = 2 * between(first, second) - within(first) - within(second);
      const divergence = ((m * n) / (m + n)) * energy;
      if (divergence > best.divergence) best = { index: tau, divergence };
    }
  }
  return best;
}

function between(one: readonly number[], other: readonly number[]): number {
  const distances = one.flatMap((a) => other.map((b) => Math.abs(a - b)));
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

function within(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const pairs = values.flatMap((a, index) => values.slice(index + 1).map((b) => Math.abs(a - b)));
  return pairs.reduce((sum, distance) => sum + distance, 0) / pairs.length;
}

describe('the largest divergence', () => {
  test('is that of the definition, however it is added up', () => {
    forSeeds(60, (random, seed) => {
      const values = Array.from({ length: 2 + Math.floor(random() * 25) }, () => Math.floor(random() * 50));
      const fewest = 1 + (seed % 3);
      const found = largestDivergence(values, fewest);
      if (values.length < 2 * fewest) expect(found).toBeUndefined();
      else expect(found?.divergence).toBeCloseTo(byDefinition(values, fewest).divergence, 9);
    });
  });

  test('is nothing where all values are equal, and there is none of too few', () => {
    expect(largestDivergence([5, 5, 5, 5, 5, 5, 5], 3)).toEqual({ index: 3, divergence: 0 });
    expect(largestDivergence([1, 2, 3, 4, 5], 3)).toBeUndefined();
  });

  /** MongoDB's signal-processing-algorithms, tests/test_detection.py (commit 1c11f3ab): what its own code gives. */
  test('is as published by MongoDB', () => {
    expect(largestDivergence(MONGODB, 1)).toEqual({
      index: 40,
      divergence: expect.closeTo(2848.1169590643276, 9),
    });
    expect(largestDivergence(MONGODB.slice(0, 40), 1)).toEqual({
      index: 20,
      divergence: expect.closeTo(893.578947368421, 9),
    });
    const step = [...new Array<number>(15).fill(50), ...new Array<number>(15).fill(100)];
    step[2] = 100;
    expect(largestDivergence(step, 1)).toEqual({ index: 15, divergence: expect.closeTo(650, 9) });
  });
});

/** `test_random_ish_data`: three levels of twenty random values each. */
const MONGODB = [
  41, 18, 23, 3, 32, 11, 40, 13, 29, 48, 47, 35, 18, 21, 6, 2, 23, 3, 4, 7, 120, 103, 102, 81, 71, 62, 115,
  61, 108, 63, 70, 98, 65, 96, 64, 74, 70, 113, 90, 114, 208, 196, 153, 150, 225, 179, 206, 165, 177, 151,
  218, 217, 244, 245, 229, 195, 225, 229, 176, 250,
];
