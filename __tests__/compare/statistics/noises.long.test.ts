import { describe, expect, test } from '@jest/globals';
import { shareBounds } from '../../../src/lib/statistics/exact-counts.js';
import type { ComparedMetric, ComparisonResult } from '../../../src/model/comparison.js';
import { failing, MACHINE_WIDE, ONE_SIDED } from './noises.js';
import { metricsOf, steadyRunner } from './rounds.js';
import { type Experiment, isClaim, runMany } from './simulation.js';

/*
 * Seeded, so that each figure is the same in every run of the tests; `node bench/compare-noise.mjs` makes those of
 * docs/statistics.md with more runs. A rate is held by its exact bounds (Clopper and Pearson), each missed in ½%.
 */

const RUNS = 600;
const TIME = metricsOf(0.05).slice(0, 1);
/** No margin, and a limit of 0 that no interval clears, so that every look is taken. */
const EDGE = metricsOf(0, 0).slice(0, 1);

function rateOf(
  experiment: Omit<Experiment, 'ratio'> & { readonly ratio?: number },
  isSuch: (result: ComparisonResult) => boolean,
  runs = RUNS,
): { readonly low: number; readonly high: number; readonly share: number } {
  const states = runMany({ ratio: 1, ...experiment }, runs, 50_001);
  const failed = states.filter(({ results }) => results.some(isSuch)).length;
  return { ...shareBounds({ started: runs, failed }, 0.005), share: failed / runs };
}

const isRegression = ({ outcome }: ComparisonResult): boolean => outcome === 'regression';

describe('noise of the machine, base against itself', () => {
  test.each(Object.entries(MACHINE_WIDE))('%s: claims a change in at most 1% of runs', (_, machine) => {
    expect(rateOf({ metrics: EDGE, machine }, isClaim).low).toBeLessThanOrEqual(0.01);
    expect(rateOf({ metrics: TIME, machine }, isClaim).share).toBeLessThanOrEqual(0.01);
  });
});

describe('noise of one side, base against itself', () => {
  // More than the 1% of independent pairs, and what it is: less than the pairs alone would claim.
  test.each([
    ['AR(1) with 0.9 a pair on each side by itself, 3%', 0.06, 0.125],
    ['bursts of 10 s on one side, 10%', 0.045, 0.115],
    ['a mode of 20 rounds on each side, 5%', 0.09, 0.18],
  ] as const)('%s: between %d and %d', (name, least, most) => {
    const machine = ONE_SIDED[name];
    const { low, high } = rateOf({ metrics: TIME, machine }, isClaim);
    expect(high).toBeGreaterThan(least);
    expect(low).toBeLessThan(most);
    expect(low).toBeGreaterThan(0.01);
  });
});

describe('batches, where pairs are independent', () => {
  test('leave what is plain to be found', () => {
    const machine: Experiment['machine'] = (random) => steadyRunner(random, 0.032);
    expect(
      rateOf({ metrics: metricsOf(0.03), ratio: 1.05, machine }, isRegression, 300).high,
    ).toBeGreaterThan(0.98);
  });
});

describe('flows that fail, ten a round, with the default gates', () => {
  const metrics: readonly ComparedMetric[] = [
    ...metricsOf(0.05).slice(0, 3),
    { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0 },
  ];

  test('5 points more are found in more than 92% of runs', () => {
    const machine = failing({ flows: 10, base: 0, head: 0.05 });
    const { low, high } = rateOf({ metrics, machine }, isRegression);
    expect(high).toBeGreaterThan(0.95);
    expect(low).toBeGreaterThan(0.9);
  });

  test.each([0.01, 0.05, 0.2])('as many on both sides, %d, are no difference', (rate) => {
    const machine = failing({ flows: 10, base: rate, head: rate });
    expect(rateOf({ metrics, machine }, isClaim).low).toBeLessThanOrEqual(0.01);
  });
});

describe('a head that fails by a point more, of flows that fail together', () => {
  const metrics: readonly ComparedMetric[] = [
    { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0.01 },
  ];
  const isCleared = ({ outcome }: ComparisonResult): boolean =>
    outcome === 'no_regression' || outcome === 'improvement';

  test('is cleared in at most 1% of runs with a correlation of 0.1, and in less than 6% with 0.3', () => {
    const of = (correlation: number) => ({
      metrics,
      machine: failing({ flows: 100, base: 0.01, head: 0.02, correlation }),
    });
    expect(rateOf(of(0.1), isCleared, 200).low).toBeLessThanOrEqual(0.01);
    expect(rateOf(of(0.3), isCleared, 200).low).toBeLessThanOrEqual(0.06);
  });
});
