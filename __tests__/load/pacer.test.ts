import { describe, expect, test } from '@jest/globals';
import { closedPacer } from '../../src/load/pacer.js';

describe('the closed model by iterations', () => {
  const pacer = closedPacer({ model: 'closed', flows: 10, iterations: 25 });

  test.each([
    ['opens all flows at once', { elapsed: 0, started: 0, inFlight: 0 }, { kind: 'start', flows: 10 }],
    ['waits while all are in flight', { elapsed: 5, started: 10, inFlight: 10 }, { kind: 'wait' }],
    ['replaces those that ended', { elapsed: 9, started: 10, inFlight: 7 }, { kind: 'start', flows: 3 }],
    ['starts no more than are left', { elapsed: 9, started: 23, inFlight: 5 }, { kind: 'start', flows: 2 }],
    ['waits for the last ones', { elapsed: 99, started: 25, inFlight: 1 }, { kind: 'wait' }],
    ['is done when the last has ended', { elapsed: 99, started: 25, inFlight: 0 }, { kind: 'done' }],
  ])('%s', (_, pace, step) => {
    expect(pacer(pace)).toEqual(step);
  });
});

describe('the closed model by duration', () => {
  const pacer = closedPacer({ model: 'closed', flows: 4, duration: 1000 });

  test.each([
    ['opens all flows at once', { elapsed: 0, started: 0, inFlight: 0 }, { kind: 'start', flows: 4 }],
    ['replaces those that ended', { elapsed: 999, started: 70, inFlight: 1 }, { kind: 'start', flows: 3 }],
    ['starts none when the time is over', { elapsed: 1000, started: 70, inFlight: 2 }, { kind: 'wait' }],
    ['is done when the last has ended', { elapsed: 1500, started: 70, inFlight: 0 }, { kind: 'done' }],
    ['runs at least one wave', { elapsed: 2000, started: 0, inFlight: 0 }, { kind: 'start', flows: 4 }],
  ])('%s', (_, pace, step) => {
    expect(pacer(pace)).toEqual(step);
  });
});

describe('the closed model in stages', () => {
  const pacer = closedPacer({
    model: 'closed',
    flows: 10,
    stages: [
      { flows: 2, duration: 1000 },
      { flows: 10, duration: 1000, ramp: 400 },
      { flows: 3, duration: 1000 },
    ],
  });

  test.each([
    ['opens the flows of the first', { elapsed: 0, started: 0, inFlight: 0 }, { kind: 'start', flows: 2 }],
    // Eight more in 400 ms: one every 50 ms.
    [
      'looks again when the ramp needs one more',
      { elapsed: 500, started: 2, inFlight: 2 },
      { kind: 'wait', at: 1050 },
    ],
    ['is on its way up the ramp', { elapsed: 1200, started: 9, inFlight: 2 }, { kind: 'start', flows: 4 }],
    [
      'is at the top when the ramp is over',
      { elapsed: 1400, started: 9, inFlight: 9 },
      { kind: 'start', flows: 1 },
    ],
    [
      'lets those beyond a smaller stage end',
      { elapsed: 2000, started: 50, inFlight: 10 },
      { kind: 'wait', at: 3000 },
    ],
    [
      'replaces them only below its level',
      { elapsed: 2010, started: 50, inFlight: 2 },
      { kind: 'start', flows: 1 },
    ],
    ['waits for the last ones', { elapsed: 3000, started: 70, inFlight: 3 }, { kind: 'wait' }],
    ['is done when the last has ended', { elapsed: 3010, started: 70, inFlight: 0 }, { kind: 'done' }],
  ])('%s', (_, pace, step) => {
    const found = pacer(pace);
    expect(found).toEqual('at' in step ? { ...step, at: expect.closeTo(step.at, 3) } : step);
  });
});
