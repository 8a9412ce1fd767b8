import { describe, expect, test } from '@jest/globals';
import { theilSen } from '../../../src/lib/statistics/slopes.js';
import { forSeeds, seeded } from '../../measure/seeded.js';

describe('Theil–Sen slope', () => {
  test('a line has its slope', () => {
    expect(theilSen([0, 1, 2, 5].map((x) => ({ x, y: 7 - 3 * x })))).toBe(-3);
  });

  test('the slope is the median over all pairs', () => {
    // Slopes: (0,0)(1,1) 1, (0,0)(2,4) 2, (1,1)(2,4) 3.
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
      { x: 2, y: 4 },
    ];
    expect(theilSen(points)).toBe(2);
  });

  test('a few wild points do not move it', () => {
    const points = Array.from({ length: 20 }, (_, x) => ({ x, y: x % 7 === 3 ? 1e6 : 2 * x }));
    expect(theilSen(points)).toBe(2);
  });

  test('without two different x there is no slope', () => {
    expect(theilSen([])).toBeUndefined();
    expect(theilSen([{ x: 1, y: 1 }])).toBeUndefined();
    expect(
      theilSen([
        { x: 1, y: 1 },
        { x: 1, y: 9 },
      ]),
    ).toBeUndefined();
  });

  test('equals the brute-force median of pairwise slopes', () => {
    forSeeds(50, (random) => {
      const points = Array.from({ length: 2 + Math.floor(random() * 30) }, (_, x) => ({ x, y: random() }));
      const slopes = points
        .flatMap((from) =>
          points.filter((to) => to.x > from.x).map((to) => (to.y - from.y) / (to.x - from.x)),
        )
        .sort((one, other) => one - other);
      const middle = (slopes.length - 1) / 2;
      const truth = ((slopes[Math.floor(middle)] ?? NaN) + (slopes[Math.ceil(middle)] ?? NaN)) / 2;
      expect(theilSen(points)).toBeCloseTo(truth, 10);
    });
  });

  test('a series of 20,000 points is thinned, always alike, and keeps its slope', () => {
    const random = seeded(3);
    const points = Array.from({ length: 20_000 }, (_, x) => ({ x, y: 0.5 * x + (random() - 0.5) * 100 }));
    const slope = theilSen(points);
    expect(slope).toBeCloseTo(0.5, 3);
    expect(theilSen(points)).toBe(slope);
  });
});
