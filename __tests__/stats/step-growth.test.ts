import { describe, expect, test } from '@jest/globals';
import type { Flow } from '../../src/model/record.js';
import { chanceOfOrder } from '../../src/stats/jonckheere.js';
import { stepGrowth } from '../../src/stats/step-growth.js';
import { chanceOfRise } from '../../src/stats/trend.js';
import { flowOf } from '../fakes/record.js';
import { seeded } from './seeded.js';

type Times = Readonly<Record<string, number>>;

/** Flows in `slots` slots, one after another in each, whose steps follow one another; times in ms. */
function chained(count: number, slots: number, times: (index: number) => Times): Flow[] {
  const free = new Array<number>(slots).fill(0);
  return Array.from({ length: count }, (_, index) => {
    const slot = free.indexOf(Math.min(...free));
    const startedAt = free[slot] ?? 0;
    let at = startedAt;
    const steps = Object.entries(times(index)).map(([name, time]) => {
      const step = { name, startedAt: at, endedAt: at + time };
      at += time;
      return step;
    });
    free[slot] = at;
    return flowOf({ iteration: index + 1, slot: slot + 1, startedAt, endedAt: at, steps });
  });
}

/** Rungs that run `waves` flows in each slot. */
function climbed(rungs: readonly number[], waves: number, times: (rung: number) => Times): Flow[] {
  return rungs.flatMap((rung) =>
    chained(rung * waves, rung, () => times(rung)).map((flow) => ({ ...flow, rung })),
  );
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Times as a crowded runner has them, with a long tail; σ = 0.6 puts half of them off by more than a third. */
const crowded = (random: () => number, median: number, sigma = 0.6): number =>
  median * Math.exp(sigma * normal(random));

describe('over a run', () => {
  test('the step that grew most is first, with its median in the first and in the last third', () => {
    const flows = chained(300, 5, (index) => ({
      read: 10,
      draft: index < 100 ? 120 : index < 200 ? 400 + index : 860 + index,
      send: 20 + index / 10,
    }));
    expect(stepGrowth(flows)).toEqual({
      over: 'run',
      steps: [
        { name: 'draft', before: 120, after: expect.closeTo(1109.5) },
        { name: 'send', before: expect.closeTo(24.95), after: expect.closeTo(44.95) },
      ],
    });
  });

  test('what shrinks, stays, grows by less than a tenth, or by less than noise has not grown', () => {
    const flows = chained(300, 5, (index) => ({
      shrinks: 500 - index,
      stays: 50,
      little: 100 + index / 50,
      tiny: 0.05 + index / 10_000,
    }));
    expect(stepGrowth(flows)).toBeUndefined();
  });

  test('flows that are not ok, and runs of less than ten waves, tell nothing', () => {
    const growing = (index: number): Times => ({ draft: 100 + index });
    expect(stepGrowth(chained(140, 10, growing))).toBeDefined();
    expect(stepGrowth(chained(139, 5, growing))).toBeUndefined();
    expect(stepGrowth(chained(190, 20, growing))).toBeUndefined();
    const failed = chained(140, 10, growing).map((flow) => ({ ...flow, outcome: 'failed' as const }));
    expect(stepGrowth(failed)).toBeUndefined();
    expect(stepGrowth([])).toBeUndefined();
  });

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
  const RUNGS = [1, 2, 5, 10, 20, 50];

  test('steps are compared from the first rung to the last', () => {
    const flows = climbed(RUNGS, 2, (rung) => ({ read: 10, draft: 120 + 15 * (rung - 1), send: 5 + rung }));
    expect(stepGrowth(flows)).toEqual({
      over: 'ladder',
      first: 1,
      last: 50,
      steps: [
        { name: 'draft', before: 120, after: 855 },
        { name: 'send', before: 6, after: 55 },
      ],
    });
  });

  test('two flows alone can not tell', () => {
    expect(stepGrowth(climbed([1, 50], 1, (rung) => ({ draft: 100 * rung })))).toBeUndefined();
  });

  test('a step that is missing on the first rung has not grown', () => {
    const flows = climbed(RUNGS, 4, (rung) => ({ read: 5, ...(rung > 1 && { draft: rung }) }));
    expect(stepGrowth(flows)).toBeUndefined();
  });

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

describe('the tests beneath', () => {
  test('a series that rises in all its parts has one chance in 14!', () => {
    const rising = Array.from({ length: 140 }, (_, index) => index);
    expect(chanceOfRise(rising)).toBeCloseTo(1 / 87_178_291_200, 15);
    expect(chanceOfRise(rising.toReversed())).toBeCloseTo(1, 12);
    expect(chanceOfRise(rising.map(() => 1))).toBeCloseTo(1, 12);
    expect(chanceOfRise(rising.slice(1))).toBe(1);
  });

  /*
   * Three groups of 3 in perfect order: J = 27, mean (81 − 27) ÷ 4 = 13.5, variance (81·21 − 3·9·9) ÷ 72 = 20.25, so
   * z = (27 − 0.5 − 13.5) ÷ 4.5 = 2.889 and p = 0.00193; exactly it is 3!·3!·3! ÷ 9! = 0.000595.
   */
  test('groups in order: J of nine values by hand', () => {
    const groups = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]; // prettier-ignore
    expect(chanceOfOrder(groups)).toBeCloseTo(0.001_93, 5);
    expect(chanceOfOrder(groups.toReversed())).toBeGreaterThan(0.998);
    expect(chanceOfOrder([[1, 1], [1, 1]])).toBeGreaterThan(0.5); // prettier-ignore
    expect(chanceOfOrder([[1, 2, 3], []])).toBe(1);
  });
});
