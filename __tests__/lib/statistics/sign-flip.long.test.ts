import { expect, test } from '@jest/globals';
import { compareRun } from '../../../src/compare/statistics/looks.js';
import type { ComparedMetric, Pair } from '../../../src/model/comparison.js';
import { round, SUCCESS } from '../../compare/statistics/made-up.js';
import { seeded } from '../../measure/seeded.js';

/** Share of runs of 40 pairs in which head is said to fail more flows than base, or fewer. */
function claims(
  metric: ComparedMetric,
  failing: { readonly base: number; readonly head: number },
  ofHead = 10,
): number {
  const random = seeded(5);
  const runs = 400;
  const roundOf = (chance: number, started = 10) =>
    round({}, { flows: { started, failed: random() < chance ? started : 0 } });
  let claimed = 0;
  for (let run = 0; run < runs; run += 1) {
    const pairs = Array.from({ length: 40 }, (): Pair => ({
      order: 'base_first',
      base: roundOf(failing.base),
      head: roundOf(failing.head, ofHead),
    }));
    const [result] = compareRun(pairs, [metric], { exhausted: true }).results;
    if (result?.outcome === 'regression' || result?.outcome === 'improvement') claimed += 1;
  }
  return claimed / runs;
}

test.each([0, 0.01])(
  'rounds that fail as a whole, on both sides alike, are no difference (limit %s)',
  (limit) => {
    for (const chance of [0.01, 0.05, 0.2]) {
      expect(claims({ ...SUCCESS, limit }, { base: chance, head: chance })).toBeLessThanOrEqual(0.01);
    }
  },
);

test('rounds that fail as a whole are no difference where head has three times as many flows in a round', () => {
  for (const chance of [0.05, 0.2]) {
    const claimed = claims({ ...SUCCESS, limit: 0 }, { base: chance, head: chance }, 30);
    expect(claimed).toBeLessThanOrEqual(0.01);
  }
});

test('rounds that fail as a whole half of the time, on head only, are one', () => {
  expect(claims({ ...SUCCESS, limit: 0 }, { base: 0.01, head: 0.5 })).toBeGreaterThan(0.95);
});
