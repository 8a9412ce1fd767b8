import { describe, expect, test } from '@jest/globals';
import { failedBy, watchLimits } from '../../src/flows/confinement.js';
import { countersOf, FakePlace } from '../fakes/limits.js';

const MEMORY = [{ of: 'flow', memory: 256e6 }] as const;
const PROCESSES = [{ of: 'flow', processes: 64 }] as const;
const KILLED = { code: 137, signal: null };

describe('what the limits did to a flow', () => {
  test('is what its place counted between its start and its end', () => {
    const place = new FakePlace();
    place.counters = countersOf({ outOfMemoryKills: 3, memoryLimitHits: 5 });
    const first = watchLimits(place.confinement(MEMORY));
    place.counters = countersOf({ outOfMemoryKills: 4, memoryLimitHits: 9 });
    expect(first(KILLED)).toEqual({ killed: 'killed: out of memory, the limit is 256 MB' });
    expect(watchLimits(place.confinement(MEMORY))(KILLED)).toEqual({});
  });

  test('nothing, of a flow that came through', () => {
    const place = new FakePlace();
    const watch = watchLimits(place.confinement(MEMORY));
    place.counters = countersOf({ outOfMemoryKills: 1, memoryLimitHits: 1 });
    expect(watch({ code: 0, signal: null })).toEqual({});
  });

  test('names forks that were refused', () => {
    const place = new FakePlace();
    const watch = watchLimits(place.confinement(PROCESSES));
    place.counters = countersOf({ refusedForks: 2 });
    expect(watch({ code: 1, signal: null })).toEqual({
      refused: '2 forks or threads were refused, the limit is 64 processes',
    });
  });

  test.each([
    ['CPU and files kill nobody', [{ of: 'flow', cpu: 0.5, files: 256 }] as const],
    ['the memory of the service is not that of a flow', [{ of: 'service', memory: 256e6 }] as const],
  ])('counters are not read where %s', (_, limits) => {
    const place = new FakePlace();
    watchLimits(place.confinement(limits))(KILLED);
    expect(place.reads).toBe(0);
  });

  test('the limit of all flows together binds each of them', () => {
    const place = new FakePlace();
    const watch = watchLimits(place.confinement([{ of: 'flows', memory: 300e6 }]));
    place.counters = countersOf({ outOfMemoryKills: 1, sharedMemoryLimitHits: 1 });
    expect(watch(KILLED).killed).toBe('killed: out of memory, the limit of all flows together is 300 MB');
  });
});

test('a kill is an outcome of its own, a refused fork only a hint', () => {
  const error = { message: 'exit status 137 (SIGKILL)', exitStatus: 137 };
  expect(failedBy(error, { killed: 'killed: out of memory, the limit is 1 GB' })).toEqual({
    outcome: 'killed',
    error: { message: 'killed: out of memory, the limit is 1 GB', exitStatus: 137 },
  });
  expect(failedBy(error, { refused: '1 fork or thread was refused' })).toEqual({
    outcome: 'failed',
    error: { message: 'exit status 137 (SIGKILL); 1 fork or thread was refused', exitStatus: 137 },
  });
  expect(failedBy(error, {})).toEqual({ outcome: 'failed', error });
});
