import { describe, expect, test } from '@jest/globals';
import { changePoints } from '../../src/history/change-points.js';
import { seeded } from '../measure/seeded.js';

const LEVEL = 0.01;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Values around levels: `[[20, 100], [20, 110]]` is twenty around 100, then twenty around 110. */
function levels(parts: readonly (readonly [count: number, mean: number])[], random: () => number): number[] {
  return parts.flatMap(([count, mean]) => Array.from({ length: count }, () => mean + normal(random)));
}

function falseAlarms(runs: number, make: (random: () => number) => readonly number[]): number {
  let alarms = 0;
  for (let run = 1; run <= runs; run++) {
    if (changePoints(make(seeded(run)), { level: LEVEL, seed: run }).length > 0) alarms += 1;
  }
  return alarms;
}

describe('change points', () => {
  test('are found where the level changes, and nowhere else', () => {
    const values = levels(
      [
        [30, 100],
        [25, 106],
        [20, 101],
      ],
      seeded(7),
    );
    expect(changePoints(values, { level: LEVEL, seed: 1 })).toEqual([30, 55]);
  });

  test('are found in at least 38 of 40 series when ten values are four deviations higher', () => {
    const found = Array.from({ length: 40 }, (_unused, run) => {
      const values = levels(
        [
          [30, 100],
          [10, 104],
        ],
        seeded(run + 1),
      );
      const points = changePoints(values, { level: 0.0005, seed: run });
      return points.length === 1 && Math.abs((points[0] ?? 0) - 30) <= 1;
    });
    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(38);
  });

  test('are the same for the same seed', () => {
    const values = levels(
      [
        [15, 100],
        [15, 102],
      ],
      seeded(3),
    );
    const options = { level: LEVEL, seed: 5 };
    expect(changePoints(values, options)).toEqual(changePoints(values, options));
  });

  test('are none of a series that stands still, nor of too few values', () => {
    expect(changePoints(new Array<number>(50).fill(3), { level: LEVEL, seed: 1 })).toEqual([]);
    expect(changePoints([1, 1, 9, 9, 9], { level: LEVEL, seed: 1 })).toEqual([]);
  });

  test('are none of one outlier, wherever it is', () => {
    for (const place of [0, 1, 15, 28, 29]) {
      const values = levels([[30, 100]], seeded(11));
      values[place] = 1000;
      expect(changePoints(values, { level: LEVEL, seed: 1 })).toEqual([]);
    }
  });
});

/*
 * The level is 1%: of 1,000 series without a change 10 are expected to alarm, and fewer than 20 in 99.7% of all sets of
 * them (binomial). The seeds are fixed; what is asserted is what comes out.
 */
describe('a series without a change alarms in 1% of cases, as the level says', () => {
  const RUNS = 1000;
  const MOST = 19;

  test('of normal values', () => {
    expect(falseAlarms(RUNS, (random) => levels([[40, 100]], random))).toBeLessThanOrEqual(MOST);
  });

  test('of values with heavy tails', () => {
    const heavy = (random: () => number): number => normal(random) / Math.abs(normal(random) + 0.01);
    expect(
      falseAlarms(RUNS, (random) => Array.from({ length: 40 }, () => heavy(random))),
    ).toBeLessThanOrEqual(MOST);
  });

  test('of three values that come again and again', () => {
    const make = (random: () => number) => Array.from({ length: 40 }, () => Math.floor(random() * 3));
    expect(falseAlarms(RUNS, make)).toBeLessThanOrEqual(MOST);
  });

  test('of shares that are whole but for one in ten', () => {
    const make = (random: () => number) => Array.from({ length: 40 }, () => (random() < 0.1 ? 0.95 : 1));
    expect(falseAlarms(RUNS, make)).toBeLessThanOrEqual(MOST);
  });
});

describe('published series', () => {
  /** Apache Otava, tests/analysis_test.py, test_single_series: [10]. */
  test("are split as by Otava's own test", () => {
    const values = [
      1.02, 0.95, 0.99, 1.0, 1.12, 1.0, 1.01, 0.98, 1.01, 0.96, 0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49, 0.51,
      0.5, 0.49,
    ];
    expect(changePoints(values, { level: 0.0001, seed: 1 })).toEqual([10]);
  });

  /**
   * The first 100 values of TigerBeetle's benchmark, which Nyrkiö and Apache Otava show their algorithm on. Otava finds
   * [15, 61, 71, 95, …] in the whole (tests/deterministic_tigerbeetle_test.py, test_tb_magnitude0_p001).
   */
  test("are split as Otava splits TigerBeetle's", () => {
    expect(changePoints(TIGERBEETLE, { level: 0.001, seed: 1 })).toEqual([15, 61, 71, 95]);
  });
});

const TIGERBEETLE = [
  26705, 26475, 26641, 26806, 26835, 26911, 26564, 26812, 26874, 26682, 15672, 26745, 26460, 26977, 26851,
  23412, 23547, 23674, 23519, 23670, 23662, 23462, 23750, 23717, 23524, 23588, 23687, 23793, 23937, 23715,
  23570, 23730, 23690, 23699, 23670, 23860, 23988, 23652, 23681, 23798, 23728, 23604, 23523, 23412, 23685,
  23773, 23771, 23718, 23409, 23739, 23674, 23597, 23682, 23680, 23711, 23660, 23990, 23938, 23742, 23703,
  23536, 24363, 24414, 24483, 24509, 24944, 24235, 24560, 24236, 24667, 24730, 28346, 28437, 28436, 28057,
  28217, 28456, 28427, 28398, 28250, 28331, 28222, 28726, 28578, 28345, 28274, 28514, 28590, 28449, 28305,
  28411, 28788, 28404, 28821, 28580, 27483, 26805, 27487, 27124, 26898,
];
