import { describe, expect, test } from '@jest/globals';
import { closedPacer } from '../../src/run/pacer.js';

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
