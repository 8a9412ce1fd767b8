import { describe, expect, test } from '@jest/globals';
import { chanceOfOrder } from '../../src/lib/statistics/slopes.js';
import { chanceOfRise, stepGrowth } from '../../src/measure/step-growth.js';
import { chained, climbed, type Times } from './stepped-flows.js';

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
    const steps = (rung: number): Record<string, number> =>
      rung === 1 ? { read: 5 } : { read: 5, draft: rung };
    const flows = climbed(RUNGS, 4, steps);
    expect(stepGrowth(flows)).toBeUndefined();
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
