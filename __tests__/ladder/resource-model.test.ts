import { describe, expect, test } from '@jest/globals';
import { predicted, resourceLine } from '../../src/ladder/capacity.js';
import { forSeeds, seeded } from '../measure/seeded.js';

const RUNGS = [1, 2, 5, 10, 20, 50];

function fitted(points: Parameters<typeof resourceLine>[0]) {
  const line = resourceLine(points);
  if (line === undefined) throw new Error('no line');
  return line;
}

describe('the resource model', () => {
  test('finds memory per flow within 2% through noise and an outlier', () => {
    forSeeds(200, (random) => {
      const truth = { a: 45e6, b: 9.8e6 };
      const rungs = [1, 2, 5, 10, 15, 20, 30, 40, 50, 60];
      const wild = Math.floor(random() * rungs.length);
      const points = rungs.map((x, index) => ({
        x,
        y: (truth.a + truth.b * x + (random() - 0.5) * 2e6) * (index === wild ? 2 : 1),
      }));
      const line = fitted(points);
      expect(Math.abs(line.b / truth.b - 1)).toBeLessThan(0.02);
      expect(Math.abs((predicted(line, 600) ?? NaN) / (truth.a + truth.b * 600) - 1)).toBeLessThan(0.02);
    });
  });

  test('is exact on a line', () => {
    const line = fitted(RUNGS.map((x) => ({ x, y: 45 + 9.75 * x })));
    expect(line).toMatchObject({ a: 45, b: 9.75, low: 9.75, high: 9.75 });
    expect([100, 250, 500].map((flows) => predicted(line, flows))).toEqual([1020, 2482.5, 4920]);
  });

  test('its interval holds the true slope as often as it says: 98.3% on six rungs (2·20 ÷ 720 are left)', () => {
    const random = seeded(7);
    const trials = 4000;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const {
        low = NaN,
        high = NaN,
        confidence,
      } = fitted(RUNGS.map((x) => ({ x, y: 5 + 2 * x + (random() - 0.5) * 10 })));
      // P(D = 0) + P(D = 1) = (1 + 5) ÷ 720 on either side; one more pair would be 20 ÷ 720 > 2.5%.
      expect(confidence).toBeCloseTo(1 - 12 / 720, 12);
      if (low <= 2 && 2 <= high) held++;
    }
    expect(held / trials).toBeGreaterThan(1 - 12 / 720 - 0.008);
    expect(held / trials).toBeLessThan(1 - 12 / 720 + 0.008);
  });

  test('says how little three rungs can be sure of, and gives two no interval', () => {
    const three = fitted([1, 2, 5].map((x) => ({ x, y: x * x })));
    // One order of six is all the right way round, one all the wrong way.
    expect(three.confidence).toBeCloseTo(1 - 2 / 6, 12);
    expect(three).toMatchObject({ low: 3, high: 7 });
    expect(fitted([1, 2].map((x) => ({ x, y: 3 * x })))).toEqual({ a: 0, b: 3 });
    expect(resourceLine([{ x: 1, y: 1 }])).toBeUndefined();
  });

  test('predicts no less than nothing', () => {
    expect(predicted({ a: 10, b: -1 }, 50)).toBe(0);
  });
});
