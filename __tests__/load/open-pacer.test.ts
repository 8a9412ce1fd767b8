import { describe, expect, test } from '@jest/globals';
import { openPacer } from '../../src/load/pacer.js';
import type { OpenLoad } from '../../src/model/plan.js';

/** When all flows of a load are due, as a scheduler is told that asks once, at the end. */
function dueTimes(load: OpenLoad): readonly number[] {
  const step = openPacer(load)({ elapsed: Infinity, started: 0, inFlight: 0 });
  return step.kind === 'start' ? (step.due ?? []) : [];
}

describe('the open model at a constant rate', () => {
  const pacer = openPacer({ model: 'open', flows: 3, rate: 50, duration: 1000 });

  test.each([
    [
      'starts the first at once',
      { elapsed: 0, started: 0, inFlight: 0 },
      { kind: 'start', flows: 1, due: [0] },
    ],
    ['waits until the next is due', { elapsed: 5, started: 1, inFlight: 1 }, { kind: 'wait', at: 20 }],
    ['starts it then', { elapsed: 20, started: 1, inFlight: 1 }, { kind: 'start', flows: 1, due: [20] }],
    [
      'does not care how many are in flight',
      { elapsed: 60, started: 3, inFlight: 3 },
      { kind: 'start', flows: 1, due: [60] },
    ],
    [
      'asked late, starts all that are due, each with the time when it was',
      { elapsed: 85, started: 2, inFlight: 0 },
      { kind: 'start', flows: 3, due: [40, 60, 80] },
    ],
    ['waits for the last ones', { elapsed: 990, started: 50, inFlight: 2 }, { kind: 'wait' }],
    ['is done when the last has ended', { elapsed: 990, started: 50, inFlight: 0 }, { kind: 'done' }],
  ])('%s', (_, pace, step) => {
    expect(pacer(pace)).toEqual(step);
  });

  test.each([
    [50, 60_000, 3000],
    [1000, 30_000, 30_000],
    // 0.7 · 10 is 7 and 0.7 · 10 000 ÷ 1000 is 6.999999999999999.
    [0.7, 10_000, 7],
    [100 / 60, 60_000, 100],
    // The ninth would be due at 8/3 s, which is in time; the tenth at 3 s, which is the end.
    [3, 2900, 9],
  ])('%d/s for %d ms are %d flows', (rate, duration, flows) => {
    const due = dueTimes({ model: 'open', flows: 1, rate, duration });
    expect(due).toHaveLength(flows);
    expect(due.at(-1)).toBeCloseTo(((flows - 1) * 1000) / rate, 6);
  });
});

describe('the open model in stages', () => {
  test('steps at the boundary: the last flow before it and the first after it are where the rates put them', () => {
    const due = dueTimes({
      model: 'open',
      flows: 1,
      stages: [
        { rate: 10, duration: 1000 },
        { rate: 100, duration: 500 },
      ],
    });
    expect(due).toHaveLength(60);
    expect(due.slice(9, 12)).toEqual([900, 1000, 1010]);
    expect(due.at(-1)).toBeCloseTo(1490, 9);
  });

  test('on a ramp the n-th flow is due when the integral of the rate reaches n', () => {
    // From 0 to 20/s within 2 s: the integral is 5·t² (t in s), so flow n is due at √(n/5) s; then 20/s for 1 s.
    const due = dueTimes({ model: 'open', flows: 1, stages: [{ rate: 20, duration: 3000, ramp: 2000 }] });
    expect(due).toHaveLength(40);
    due.slice(0, 20).forEach((at, n) => {
      expect(at).toBeCloseTo(Math.sqrt(n / 5) * 1000, 6);
    });
    due.slice(20).forEach((at, n) => {
      expect(at).toBeCloseTo(2000 + n * 50, 6);
    });
  });

  test('a ramp down begins at the rate of the stage before', () => {
    const stages = [
      { rate: 30, duration: 1000 },
      { rate: 10, duration: 2000, ramp: 2000 },
    ];
    const due = dueTimes({ model: 'open', flows: 1, stages });
    // 30·t − 5·t² flows t s after the boundary: 40 in 2 s; of them the n-th when t = 3 − √(9 − n/5).
    expect(due).toHaveLength(70);
    due.slice(30).forEach((at, n) => {
      expect(at).toBeCloseTo(1000 + (3 - Math.sqrt(9 - n / 5)) * 1000, 6);
    });
  });
});
