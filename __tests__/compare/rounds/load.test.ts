import { describe, expect, test } from '@jest/globals';
import { lengthened, roundLoad, trialLoad, warmTrialLoad } from '../../../src/compare/rounds/load.js';
import type { Load } from '../../../src/model/plan.js';

const BUDGET = { budget: 120_000, rounds: 24 };
const closed = (flows: number, iterations: number): Load => ({ model: 'closed', flows, iterations });

describe('a round of the closed model', () => {
  const flowing = (flows: number, time: number, flowTime = time) => ({ flows, time, flowTime });
  test.each([
    { is: 'eight median flow times, in whole waves', of: closed(10, 1000), trial: flowing(10, 100), has: 80 },
    { is: 'at least 1/300 of the budget', of: closed(10, 1000), trial: flowing(10, 10, 9), has: 400 },
    { is: 'a whole wave, however little fits', of: closed(10, 1000), trial: flowing(10, 9000), has: 10 },
    { is: 'what the first look leaves room for', of: closed(4, 1000), trial: flowing(4, 1000), has: 16 },
    { is: 'no larger than the scenario', of: closed(10, 30), trial: flowing(10, 100), has: 30 },
    { is: 'but never shorter than 200 ms', of: closed(10, 10), trial: flowing(10, 20), has: 100 },
    { is: 'nor smaller than a wave', of: closed(10, 10), trial: flowing(10, 5000, 400), has: 10 },
  ])('is $is', ({ of: load, trial, has }) => {
    expect(roundLoad(load, trial, BUDGET)).toEqual(closed(load.flows, has));
  });

  test('of a scenario by duration is counted, so that both sides do the same', () => {
    const load: Load = { model: 'closed', flows: 5, duration: 1000 };
    expect(roundLoad(load, { flows: 5, time: 100, flowTime: 100 }, BUDGET)).toEqual(closed(5, 40));
    // 8 · 400 ms would be more than the scenario's second.
    expect(roundLoad(load, { flows: 5, time: 400, flowTime: 400 }, BUDGET)).toEqual(closed(5, 13));
  });
});

test('a round of the open model keeps its rate', () => {
  const load: Load = { model: 'open', flows: 100, rate: 50, duration: 60_000 };
  expect(roundLoad(load, { flows: 10, time: 200, flowTime: 100 }, BUDGET)).toEqual({
    ...load,
    duration: 800,
  });
  const rare: Load = { ...load, rate: 2 };
  expect(roundLoad(rare, { flows: 10, time: 200, flowTime: 10 }, BUDGET)).toEqual({
    ...rare,
    duration: 5000,
  });
});

test('a round of stages is all of them', () => {
  const load: Load = { model: 'closed', flows: 9, stages: [{ flows: 9, duration: 3000 }] };
  expect(roundLoad(load, { flows: 100, time: 3000, flowTime: 10 }, BUDGET)).toBe(load);
});

describe('the trial', () => {
  test('is one wave of all flows, or the warm-up if that is more', () => {
    expect(trialLoad(closed(10, 200), 0)).toEqual(closed(10, 10));
    expect(trialLoad(closed(10, 200), 25)).toEqual(closed(10, 25));
  });

  test('is run again, as long as the shortest round, until it is warm', () => {
    const first = { flows: 10, time: 50, flowTime: 40 };
    expect(warmTrialLoad(closed(10, 200), first, 1)).toEqual(closed(10, 40));
    expect(warmTrialLoad(closed(10, 200), { ...first, time: 300 }, 1)).toEqual(closed(10, 10));
    expect(warmTrialLoad(closed(10, 200), { ...first, time: 1500 }, 1)).toBeUndefined();
    expect(warmTrialLoad(closed(10, 200), { flows: 40, time: 100, flowTime: 20 }, 2)).toEqual(closed(10, 80));
    expect(warmTrialLoad(closed(10, 200), { flows: 80, time: 200, flowTime: 20 }, 3)).toBeUndefined();
  });
});

test('rounds that have become short are made longer for both sides, to 200 ms in whole waves', () => {
  expect(lengthened(closed(10, 100), 150)).toEqual(closed(10, 140));
  expect(lengthened(closed(10, 100), 200)).toEqual(closed(10, 100));
  const open: Load = { model: 'open', flows: 10, rate: 50, duration: 100 };
  expect(lengthened(open, 100)).toBe(open);
});
