import { describe, expect, test } from '@jest/globals';
import { openLimits } from '../../../src/faults/limits/limits.js';
import type { Isolation, ScenarioPlan, Work } from '../../../src/model/plan.js';
import { countersOf, FakeLimits } from '../../fakes/limits.js';
import { scenarioPlanOf } from '../../fakes/record.js';
import { servicePlanOf } from '../../fakes/service-world.js';

const LIMITED = { seed: 1, rounds: 1, limits: [{ of: 'flow', memory: 256e6 }] } as const;

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
    expect(await openLimits(scenarioPlanOf({ faults: { seed: 1, rounds: 1 } }), world)).toBeUndefined();
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
