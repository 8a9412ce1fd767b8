import { describe, expect, test } from '@jest/globals';
import {
  budgetFor,
  lengthened,
  roundLoad,
  trialLoad,
  warmTrialLoad,
} from '../../../src/compare/rounds/load.js';
import type { Load } from '../../../src/model/plan.js';

const BUDGET = { budget: 120_000, rounds: 24, starting: 0 };
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

describe('a round that starts what it needs', () => {
  const trial = { flows: 10, time: 10, flowTime: 10 };
  const flowsAt = (starting: number, budget?: number) => {
    const load = roundLoad(closed(10, 1e6), trial, { budget, rounds: 20, starting });
    return 'iterations' in load ? load.iterations : undefined;
  };

  test('takes about as long as starting does', () => {
    expect(flowsAt(1000)).toBe(1000);
    expect(flowsAt(1000, 120_000)).toBe(1000);
  });

  test('also where the scenario itself is shorter', () => {
    const load = roundLoad(closed(10, 30), trial, { budget: undefined, rounds: 20, starting: 1000 });
    expect(load).toEqual(closed(10, 1000));
  });

  test('and less where the first look would not fit, down to a wave', () => {
    // 0.8 · 120 s ÷ 20 rounds = 4.8 s for each.
    expect(flowsAt(3000, 120_000)).toBe(1800);
    expect(flowsAt(9000, 120_000)).toBe(10);
    // Nobody asked for a budget: 0.8 · 360 s ÷ 20 = 14.4 s.
    expect(flowsAt(3000)).toBe(3000);
    expect(flowsAt(9000)).toBe(5400);
  });

  test('has long flows cut to the usual budget first', () => {
    const long = { flows: 10, time: 5000, flowTime: 5000 };
    const load = roundLoad(closed(10, 1e6), long, { budget: undefined, rounds: 20, starting: 100 });
    expect(load).toEqual(closed(10, 10));
  });
});

test('a budget that nobody asked for is what the first look needs, from two minutes to six', () => {
  expect(budgetFor(undefined, 10_000)).toBe(120_000);
  expect(budgetFor(undefined, 150_000)).toBe(190_000);
  expect(budgetFor(undefined, 400_000)).toBe(360_000);
  expect(budgetFor(30_000, 400_000)).toBe(30_000);
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
  test('is one wave of all flows', () => {
    expect(trialLoad(closed(10, 200))).toEqual(closed(10, 10));
  });

  test('of an open load is run twice, unless it is long', () => {
    const load: Load = { model: 'open', flows: 10, rate: 50, duration: 60_000 };
    const once = trialLoad(load);
    expect(once).toEqual({ ...load, duration: 200 });
    expect(warmTrialLoad(load, { flows: 10, time: 200, flowTime: 10 }, 1)).toEqual(once);
    expect(warmTrialLoad(load, { flows: 10, time: 200, flowTime: 10 }, 2)).toBeUndefined();
    expect(warmTrialLoad(load, { flows: 10, time: 1200, flowTime: 1000 }, 1)).toBeUndefined();
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
