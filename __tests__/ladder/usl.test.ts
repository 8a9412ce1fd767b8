import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { fitUsl, kneeOf } from '../../src/ladder/usl.js';
import { uslThroughput } from '../../src/model/ladder.js';
import { forSeeds } from '../measure/seeded.js';

/** The file says where its figures come from; the bench of the same name reads it too. */
const { throughput, published: BOOK } = z
  .object({
    throughput: z.array(z.number()),
    published: z.object({
      sigma: z.number(),
      kappa: z.number(),
      lambda: z.number(),
      knee: z.number(),
      most: z.number(),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../bench/data/usl-cisco.json', import.meta.url), 'utf8')));
const CISCO = throughput.map((each, index) => ({ flows: index + 1, throughput: each }));

/** Relative distance. */
const off = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

function fitted(points: Parameters<typeof fitUsl>[0]) {
  const law = fitUsl(points);
  if (law === undefined) throw new Error('no fit');
  return law;
}

describe('the Universal Scalability Law', () => {
  test('agrees with the published coefficients within 0.02%', () => {
    const law = fitted(CISCO);
    expect(CISCO).toHaveLength(32);
    expect(off(law.sigma, BOOK.sigma)).toBeLessThan(2e-4);
    expect(off(law.kappa, BOOK.kappa)).toBeLessThan(2e-4);
    expect(off(law.lambda, BOOK.lambda)).toBeLessThan(2e-4);
    expect(Math.floor(kneeOf(law) ?? 0)).toBe(BOOK.knee);
    expect(off(uslThroughput(law, BOOK.knee), BOOK.most)).toBeLessThan(2e-4);
    expect(law.rSquared).toBeGreaterThan(0.99);
  });

  test('is found again from its own throughput, whatever its coefficients and unit', () => {
    forSeeds(200, (random) => {
      const truth = {
        lambda: 10 ** (random() * 8 - 3),
        sigma: random() * 0.5,
        kappa: 10 ** (random() * 3 - 5),
      };
      const points = [1, 2, 5, 10, 20, 50].map((flows) => ({
        flows,
        throughput: uslThroughput(truth, flows),
      }));
      const law = fitted(points);
      expect(off(law.lambda, truth.lambda)).toBeLessThan(1e-6);
      expect(Math.abs(law.sigma - truth.sigma)).toBeLessThan(1e-6);
      expect(off(law.kappa, truth.kappa)).toBeLessThan(1e-4);
    });
  });

  test('with 5% of noise has neither coefficient below 0, and no nearer law beside it', () => {
    forSeeds(200, (random) => {
      const truth = { lambda: 4, sigma: random() < 0.5 ? 0 : 0.1, kappa: random() < 0.5 ? 0 : 1e-3 };
      const points = [1, 2, 5, 10, 20, 50].map((flows) => ({
        flows,
        throughput: uslThroughput(truth, flows) * (0.95 + 0.1 * random()),
      }));
      const law = fitted(points);
      expect(Math.min(law.sigma, law.kappa)).toBeGreaterThanOrEqual(0);
      const residual = (of: typeof truth): number =>
        points.reduce((sum, { flows, throughput }) => sum + (throughput - uslThroughput(of, flows)) ** 2, 0);
      const best = residual(law);
      for (const [by, key] of [
        [1e-3, 'sigma'],
        [-1e-3, 'sigma'],
        [1e-5, 'kappa'],
        [-1e-5, 'kappa'],
      ] as const) {
        const beside = { ...law, [key]: Math.max(0, law[key] + by) };
        expect(residual(beside)).toBeGreaterThanOrEqual(best * (1 - 1e-9));
      }
    });
  });

  test('of throughput that grows in proportion has no contention, no coherency and no knee', () => {
    const law = fitted([1, 2, 5, 10].map((flows) => ({ flows, throughput: 3 * flows })));
    expect(law.lambda).toBeCloseTo(3, 9);
    expect(law.sigma).toBeCloseTo(0, 9);
    expect(law.kappa).toBeCloseTo(0, 9);
    expect(kneeOf({ sigma: 0, kappa: 0 })).toBeUndefined();
  });

  test('that only falls has its knee at one flow', () => {
    const law = fitted([1, 2, 5, 10].map((flows) => ({ flows, throughput: 10 / flows })));
    expect(kneeOf(law)).toBe(1);
  });

  test('knee is where its derivative is zero: N* = √((1 − σ) ÷ κ)', () => {
    const law = { lambda: 1, sigma: 0.04, kappa: 0.0006 };
    const knee = kneeOf(law) ?? 0;
    // √(0.96 ÷ 0.0006) = √1600
    expect(knee).toBeCloseTo(40, 10);
    expect(uslThroughput(law, knee)).toBeGreaterThan(uslThroughput(law, knee - 0.1));
    expect(uslThroughput(law, knee)).toBeGreaterThan(uslThroughput(law, knee + 0.1));
  });

  test('takes three rungs that have a throughput', () => {
    const two = [
      { flows: 1, throughput: 1 },
      { flows: 2, throughput: 2 },
    ];
    expect(fitUsl(two)).toBeUndefined();
    expect(fitUsl([...two, { flows: 5, throughput: 0 }])).toBeUndefined();
    expect(fitUsl([...two, { flows: 5, throughput: 4 }])).toBeDefined();
  });
});
