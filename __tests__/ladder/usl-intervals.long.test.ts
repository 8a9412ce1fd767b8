import { describe, expect, test } from '@jest/globals';
import { fitUsl, kneeOf } from '../../src/ladder/usl.js';
import { uslIntervals } from '../../src/ladder/usl-intervals.js';
import { uslThroughput } from '../../src/model/ladder.js';
import { seeded } from '../measure/seeded.js';

const RUNGS = [1, 2, 5, 10, 20, 50];
const LAW = { lambda: 100, sigma: 0.05, kappa: 0.001 };
const KNEE = kneeOf(LAW) ?? NaN;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function intervalsOf(points: Parameters<typeof fitUsl>[0]) {
  const law = fitUsl(points);
  const intervals = law && uslIntervals(points, law);
  if (intervals === undefined) throw new Error('no intervals');
  return intervals;
}

/** A climb whose throughput has this deviation on a rung. */
function noisy(random: () => number, deviation: (throughput: number) => number, rungs = RUNGS) {
  return rungs.map((flows) => {
    const throughput = uslThroughput(LAW, flows);
    return { flows, throughput: throughput + deviation(throughput) * normal(random) };
  });
}

describe('the intervals of the law', () => {
  test.each([
    ['grows with the throughput', (throughput: number) => 0.03 * throughput],
    ['is alike on all rungs', () => 20],
  ])('hold knee, σ and κ in at least 90 of 100 climbs whose noise %s', (_name, deviation) => {
    const random = seeded(11);
    const held = { knee: 0, sigma: 0, kappa: 0 };
    for (let climb = 0; climb < 100; climb++) {
      const { knee, sigma, kappa } = intervalsOf(noisy(random, deviation));
      if (knee.low <= KNEE && KNEE <= (knee.high ?? Infinity)) held.knee++;
      if (sigma.low <= LAW.sigma && LAW.sigma <= (sigma.high ?? Infinity)) held.sigma++;
      if (kappa.low <= LAW.kappa && LAW.kappa <= (kappa.high ?? Infinity)) held.kappa++;
    }
    expect(Math.min(held.knee, held.sigma, held.kappa)).toBeGreaterThanOrEqual(90);
  });
});
