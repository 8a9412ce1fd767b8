import { describe, expect, test } from '@jest/globals';
import { limitOf } from '../../../src/compare/statistics/evidence.js';
import { compareRun } from '../../../src/compare/statistics/looks.js';
import { startsApart } from '../../../src/compare/statistics/metric.js';
import { seededRandom, seedOf } from '../../../src/lib/random.js';
import type { ComparedMetric } from '../../../src/model/comparison.js';
import { metricsOf, normal, pairsOf, steadyRunner } from '../statistics/rounds.js';

const METRICS = metricsOf(0.05);
/** Standard deviation of the difference of a pair: the median of what was seen on hosted runners. */
const NOISE = 0.032;
const RUNS = 1000;

/** Of comparisons of the same code, one start a side, those that find a regression where starts differ by `spread`. */
function falseRegressions(spread: number, startSpread?: number): number {
  const found = Array.from({ length: RUNS }, (_, run) => {
    const random = seededRandom(seedOf(31, run));
    const apart = Math.exp(Math.SQRT2 * spread * normal(random));
    const pairs = pairsOf(steadyRunner(random, NOISE), apart, run)(80);
    const { results } = compareRun(pairs, METRICS, { startSpread, exhausted: true });
    return results.some(({ outcome }) => outcome === 'regression');
  });
  return found.filter(Boolean).length / RUNS;
}

/** The largest spread that is called safe for a limit of 5%, within a hundredth of a per cent. */
function largestSafe(): number {
  const limit = limitOf(METRICS[0] as ComparedMetric);
  let spread = 0;
  while (startsApart(spread + 0.0001, 0.01 / 2 / METRICS.length) < limit) spread += 0.0001;
  return spread;
}

describe('one start a side, the same code, limits of 5%', () => {
  test('what is called safe is wrong in no more than 1% of comparisons', () => {
    expect(largestSafe()).toBeCloseTo(0.0114, 3);
    expect(falseRegressions(largestSafe())).toBeLessThanOrEqual(0.01);
  }, 120_000);

  test.each([
    [0.01, 0, 0.005],
    [0.02, 0.05, 0.1],
    [0.03, 0.13, 0.2],
  ])(
    'starts that differ by %d are a regression as often as docs/calibrate.md says',
    (spread, least, most) => {
      const share = falseRegressions(spread);
      expect(share).toBeGreaterThanOrEqual(least);
      expect(share).toBeLessThanOrEqual(most);
    },
    120_000,
  );

  test('with as large a start-spread none is', () => {
    expect(falseRegressions(0.03, Math.expm1(0.03))).toBe(0);
  }, 120_000);
});
