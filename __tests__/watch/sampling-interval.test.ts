import { describe, expect, test } from '@jest/globals';
import { FAST, isGrowing, nextInterval, type Pace, SLOW } from '../../src/watch/sampler.js';

const pace = (given: Partial<Pace>): Pace => ({ costs: [], spent: 0, elapsed: 0, growing: false, ...given });

describe('the interval between two reads', () => {
  test.each([
    ['nothing is known yet', [], FAST, 10],
    ['reads are cheap', [0.05, 0.05, 0.05], FAST, 10],
    ['it is a hundred times the cost', [0.4, 0.5, 0.6], FAST, 50],
    ['one read was interrupted', [0.5, 0.5, 40, 0.5, 0.5], FAST, 50],
    ['reads are very dear', [9, 9, 9], FAST, 250],
    ['pidusage', [40, 40, 40], SLOW, 1000],
    ['only the last nine count', [...Array<number>(20).fill(2), ...Array<number>(9).fill(0.3)], FAST, 30],
  ])('%s', (...[, costs, bounds, interval]) => {
    expect(nextInterval(pace({ costs }), bounds)).toBeCloseTo(interval);
  });

  test('is the shortest while memory grows, as long as the share of one percent has something left', () => {
    const costs = [0.5, 0.5, 0.5];
    const growing = { costs, growing: true, elapsed: 1000 };
    expect(nextInterval(pace({ ...growing, spent: 19 }), FAST)).toBe(10);
    expect(nextInterval(pace({ ...growing, spent: 21 }), FAST)).toBeCloseTo(50);
  });
});

test.each([
  [0, 5e6, true],
  [0, 3e6, false],
  [1e9, 1.01e9, false],
  [1e9, 1.03e9, true],
  [5e8, 1e8, false],
])('from %d to %d bytes is growing: %s', (before, now, growing) => {
  expect(isGrowing(before, now)).toBe(growing);
});
