import { describe, expect, test } from '@jest/globals';
import { stepGrowth } from '../../src/measure/step-growth.js';
import { seeded } from './seeded.js';
import { chained, climbed } from './stepped-flows.js';

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Times as a crowded runner has them, with a long tail; σ = 0.6 puts half of them off by more than a third. */
const crowded = (random: () => number, median: number, sigma = 0.6): number =>
  median * Math.exp(sigma * normal(random));

describe('over a run', () => {
  test('A/A: of 1,000 runs of five steps on a crowded runner at most 1% are said to have one that grew', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const random = seeded(seed);
      const flows = chained(200, 10, () =>
        Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, crowded(random, 50)])),
      );
      if (stepGrowth(flows) !== undefined) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(10);
  });

  test('A/A: nor where neighbours in time are alike (AR(1), φ = 0.8)', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const random = seeded(seed);
      let state = normal(random);
      const flows = chained(400, 10, () => {
        state = 0.8 * state + 0.6 * normal(random);
        return { draft: 50 * Math.exp(0.3 * state) };
      });
      if (stepGrowth(flows) !== undefined) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(10);
  });

  test('a step that doubles among four that do not is found, and it alone, in 95% of runs', () => {
    let found = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const flows = chained(400, 10, (index) => ({
        ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, crowded(random, 50, 0.4)])),
        draft: crowded(random, 50, 0.4) * (1 + index / 400),
      }));
      const names = stepGrowth(flows)?.steps.map(({ name }) => name);
      if (names?.length === 1 && names[0] === 'draft') found++;
    }
    expect(found).toBeGreaterThanOrEqual(190);
  });
});

describe('over a ladder', () => {
  test('A/A: of 1,000 ladders whose steps take as long on every rung at most 1% are said to have one that grew', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const random = seeded(seed);
      const flows = climbed([1, 2, 5, 10, 20], 3, () =>
        Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, crowded(random, 50)])),
      );
      if (stepGrowth(flows) !== undefined) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(10);
  });
});
