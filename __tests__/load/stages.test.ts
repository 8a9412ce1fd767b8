import { describe, expect, test } from '@jest/globals';
import { profileOf, wholeLevelAt } from '../../src/load/profile.js';
import type { Load } from '../../src/model/plan.js';
import { flowsRun, simulation } from '../fakes/simulation.js';

/** When flows of 100 ms were started, and when the run was over; ms since it began, in simulated time. */
async function run(load: Load): Promise<{ starts: readonly number[]; ended: number }> {
  const { clock, options } = simulation(load, () => 100);
  const flows = await clock.run(flowsRun(options));
  return { starts: flows.map(({ startedAt }) => startedAt), ended: clock.now() - options.origin };
}

const startsIn = (starts: readonly number[], from: number, to: number) =>
  starts.filter((at) => from <= at && at < to).length;

describe('stages of flows with none in them', () => {
  const ten = { flows: 10, duration: 1000 };
  const none = { flows: 0, duration: 1000 };

  test('at the end: those in flight end, none is started, and the stage lasts as long as it says', async () => {
    const { starts, ended } = await run({ model: 'closed', flows: 10, stages: [ten, none] });
    expect([startsIn(starts, 0, 1000), starts.length]).toEqual([100, 100]);
    expect(ended).toBeCloseTo(2000, 3);
  });

  test('between: the next stage begins on time', async () => {
    const { starts } = await run({ model: 'closed', flows: 10, stages: [ten, none, ten] });
    expect([startsIn(starts, 0, 1000), startsIn(starts, 1000, 2000), starts.length]).toEqual([100, 0, 200]);
    expect(starts[100]).toBeCloseTo(2000, 3);
  });

  test('first: nothing before its end, then all at once', async () => {
    const { starts } = await run({ model: 'closed', flows: 10, stages: [none, ten] });
    expect(starts.length).toBe(100);
    starts.slice(0, 10).forEach((at) => {
      expect(at).toBeCloseTo(1000, 3);
    });
  });

  test('a ramp down to 0 leaves each level as late as a ramp up from 0 reaches it', async () => {
    const long = { flows: 10, duration: 10_000 };
    const up = await run({ model: 'closed', flows: 10, stages: [{ ...long, ramp: 10_000 }] });
    const down = await run({
      model: 'closed',
      flows: 10,
      stages: [
        { flows: 10, duration: 1 },
        { ...long, flows: 0, ramp: 10_000 },
      ],
    });
    // Ten flows a second at each level: 1 to 9 for a second each on the way up, with ten flows at the very end, when the
    // top is reached; 10 to 1 on the way down, with one wave more at the top, from 0 to 1000 ms both included.
    expect(up.starts.length).toBe(460);
    expect(down.starts.length).toBe(560);
  });

  test('a top that is reached for a moment only is reached', () => {
    const top = profileOf([
      { level: 3, duration: 3000, ramp: 3000 },
      { level: 0, duration: 3000, ramp: 3000 },
    ]);
    const levels = [0, 999, 1000, 2999, 3000, 3999, 4000, 5999, 6000];
    expect(levels.map((at) => wholeLevelAt(top, at))).toEqual([0, 0, 1, 2, 3, 3, 2, 1, 0]);
  });
});

describe('stages of a rate with none in them', () => {
  const ten = { rate: 10, duration: 1000 };
  const none = { rate: 0, duration: 1000 };
  const open = { model: 'open', flows: 10 } as const;

  test('at the end: the stage lasts as long as it says', async () => {
    const { starts, ended } = await run({ ...open, stages: [ten, none] });
    expect(starts.length).toBe(10);
    expect(ended).toBeCloseTo(2000, 3);
  });

  test('between: the next stage begins on time', async () => {
    const { starts } = await run({ ...open, stages: [ten, none, ten] });
    expect([starts.length, startsIn(starts, 1000, 2000)]).toEqual([20, 0]);
    expect(starts[10]).toBeCloseTo(2000, 3);
  });

  test('first: nothing before its end', async () => {
    const { starts } = await run({ ...open, stages: [none, ten] });
    expect(starts.length).toBe(10);
    expect(starts[0]).toBeCloseTo(1000, 3);
  });

  test('a ramp down to 0: the n-th flow is due when the integral of the rate reaches n', async () => {
    const { starts, ended } = await run({ ...open, stages: [ten, { rate: 0, duration: 2000, ramp: 2000 }] });
    // 10·t − 2.5·t² flows t s after the boundary: 10 in 2 s; of them the n-th when t = 2 − √(4 − 0.4·n).
    expect(starts.length).toBe(20);
    starts.slice(10).forEach((at, n) => {
      expect(at).toBeCloseTo(1000 + (2 - Math.sqrt(4 - 0.4 * n)) * 1000, 3);
    });
    expect(ended).toBeCloseTo(3000, 3);
  });
});
