import { describe, expect, test } from '@jest/globals';
import { openLimits } from '../../../src/faults/limits/limits.js';
import type { Isolation, ScenarioPlan, Work } from '../../../src/model/plan.js';
import { countersOf, FakeLimits, FakePlace } from '../../fakes/limits.js';
import { scenarioPlanOf } from '../../fakes/record.js';
import { servicePlanOf } from '../../fakes/service-world.js';

const LIMITED = { seed: 1, waves: [], limits: [{ of: 'flow', memory: 256e6 }] } as const;

const moduleOf = (isolate: Isolation): Work => ({ kind: 'module', module: 'm.mjs', isolate, options: {} });
const HTTP: Work = { kind: 'http', requests: [], followRedirects: false, maxBody: 1 };

async function opened(differs: Partial<ScenarioPlan>) {
  const world = new FakeLimits();
  const limits = await openLimits(scenarioPlanOf({ faults: LIMITED, ...differs }), world);
  if (limits === undefined) throw new Error('limits were asked for');
  return { world, limits };
}

describe('the limits of a scenario', () => {
  test('are not opened where none are asked for', async () => {
    const world = new FakeLimits();
    expect(await openLimits(scenarioPlanOf(), world)).toBeUndefined();
    expect(await openLimits(scenarioPlanOf({ faults: { seed: 1, waves: [] } }), world)).toBeUndefined();
    expect(world.requests).toEqual([]);
  });

  test.each([
    ['a place for each slot of command flows', {}, 10],
    ['one for all flows of one host', { work: moduleOf('none') }, 1],
    ['one for all threads', { work: moduleOf('thread') }, 1],
    ['one for each host process, and one for that of the hooks', { work: moduleOf('process') }, 11],
    ['none for flows that are no processes', { work: HTTP }, 0],
  ])('have %s', async (_, differs, slots) => {
    const { world } = await opened(differs);
    expect(world.requests).toEqual([{ limits: LIMITED.limits, slots, services: [] }]);
  });

  test('have a place for each service, the only one has a name too', async () => {
    const { name, ...only } = servicePlanOf('x');
    expect(name).toBe('x');
    expect((await opened({ services: [only] })).world.requests[0]?.services).toEqual(['service']);
    const { world, limits } = await opened({ services: [servicePlanOf('db'), servicePlanOf('web')] });
    expect(world.requests[0]?.services).toEqual(['db', 'web']);
    limits.ofService({ name: 'web' });
    limits.ofHost('hooks', 10);
    limits.ofHost(3, 10);
    expect(world.entered).toEqual(['service web', 'flow 11', 'flow 3']);
  });

  test('record the CPU of the flows alone, and peaks and kills in all', async () => {
    const { world, limits } = await opened({});
    world.counters = countersOf({ cpuTime: 500, throttledTime: 20, peakMemory: 90e6, outOfMemoryKills: 1 });
    limits.begin();
    world.counters = countersOf({ cpuTime: 800, throttledTime: 50, peakMemory: 120e6, outOfMemoryKills: 2 });
    limits.end();
    world.counters = countersOf({ cpuTime: 9000 });
    world.left = ['the control group /x could not be removed: EBUSY'];
    await limits.close();
    expect(limits.record).toMatchObject({
      strategy: 'cgroup v1',
      counters: { cpuTime: 300, throttledTime: 30, peakMemory: 120e6, outOfMemoryKills: 2 },
      leftBehind: ['the control group /x could not be removed: EBUSY'],
    });
  });

  test('have counted even if the run was cut short', async () => {
    const { world, limits } = await opened({});
    world.counters = countersOf({ outOfMemoryKills: 1 });
    await limits.close();
    expect(limits.record.counters?.outOfMemoryKills).toBe(1);
  });
});

const MEMORY = [{ of: 'flow', memory: 256e6 }] as const;
const PROCESSES = [{ of: 'flow', processes: 64 }] as const;
const KILLED = { code: 137, signal: null };

describe('what the limits did to a flow', () => {
  test('is what its place counted between its start and its end', () => {
    const place = new FakePlace();
    place.counters = countersOf({ outOfMemoryKills: 3, memoryLimitHits: 5 });
    const first = place.confinement(MEMORY).watch();
    place.counters = countersOf({ outOfMemoryKills: 4, memoryLimitHits: 9 });
    expect(first(KILLED)).toEqual({ killed: 'killed: out of memory, the limit is 256 MB' });
    expect(place.confinement(MEMORY).watch()(KILLED)).toEqual({});
  });

  test('nothing, of a flow that came through', () => {
    const place = new FakePlace();
    const watch = place.confinement(MEMORY).watch();
    place.counters = countersOf({ outOfMemoryKills: 1, memoryLimitHits: 1 });
    expect(watch({ code: 0, signal: null })).toEqual({});
  });

  test('names forks that were refused', () => {
    const place = new FakePlace();
    const watch = place.confinement(PROCESSES).watch();
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
    place.confinement(limits).watch()(KILLED);
    expect(place.reads).toBe(0);
  });

  test('the limit of all flows together binds each of them', () => {
    const place = new FakePlace();
    const watch = place.confinement([{ of: 'flows', memory: 300e6 }]).watch();
    place.counters = countersOf({ outOfMemoryKills: 1, sharedMemoryLimitHits: 1 });
    expect(watch(KILLED).killed).toBe('killed: out of memory, the limit of all flows together is 300 MB');
  });
});
