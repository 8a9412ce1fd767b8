import { readFileSync } from 'node:fs';
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
  test('are a point where the rungs lie on the law', () => {
    const { knee, sigma, kappa } = intervalsOf(noisy(seeded(1), () => 0));
    expect(knee.low).toBeCloseTo(KNEE, 2);
    expect(knee.high).toBeCloseTo(KNEE, 2);
    expect(sigma.low).toBeCloseTo(LAW.sigma, 4);
    expect(kappa.high).toBeCloseTo(LAW.kappa, 5);
  });

  test('have no upper bound for a knee that the rungs did not come near', () => {
    const { knee, kappa } = intervalsOf(noisy(seeded(3), (throughput) => 0.05 * throughput, [1, 2, 3, 4, 5]));
    expect(knee.high).toBeNull();
    expect(kappa.low).toBe(0);
  });

  test('hold the published knee of the Cisco benchmark, and are none of three rungs', () => {
    const url = new URL('../../bench/data/usl-cisco.json', import.meta.url);
    const { throughput } = JSON.parse(readFileSync(url, 'utf8')) as { throughput: number[] };
    const points = throughput.map((each, index) => ({ flows: index + 1, throughput: each }));
    const { low, high } = intervalsOf(points).knee;
    expect(low).toBeLessThan(35);
    expect(low).toBeGreaterThan(25);
    expect(high).toBeGreaterThan(35);
    expect(high).toBeLessThan(60);
    const three = points.slice(0, 3);
    const law = fitUsl(three);
    expect(law && uslIntervals(three, law)).toBeUndefined();
  });
});
