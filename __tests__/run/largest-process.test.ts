import { expect, test } from '@jest/globals';
import type { ScenarioPlan } from '../../src/model/plan.js';
import type { MonitorRecord } from '../../src/model/record.js';
import { withLargestProcess } from '../../src/run/session.js';
import { ProcessWatch } from '../../src/watch/process-watch.js';
import { FakeProcessTable } from '../fakes/process-table.js';
import { monitorOf, scenarioPlanOf } from '../fakes/record.js';

const LOAD = { model: 'closed', flows: 2, iterations: 2 } as const;

/** What launchers tell of the largest process below each; 0 of one that can not be asked. */
function asked(plan: ScenarioPlan, ...largest: readonly (number | undefined)[]): Promise<MonitorRecord> {
  const watch = new ProcessWatch(new FakeProcessTable());
  largest.forEach((bytes, index) => {
    const root = { pid: index + 1, role: 'flow', launcher: true } as const;
    watch.addRoot(bytes === 0 ? root : { ...root, largestProcess: () => Promise.resolve(bytes) });
  });
  return withLargestProcess(monitorOf([]), { watch, plan });
}

test('what the kernel knows of the largest of all slots is added to what was seen', async () => {
  const told = await asked(scenarioPlanOf(), 3e6, undefined, 7e7, 0, 5e6);
  expect(told).toEqual({ ...monitorOf([]), largestProcess: 7e7 });
});

test('at most 64 launchers are asked', async () => {
  const told = await asked(scenarioPlanOf(), ...Array.from({ length: 64 }, () => 1e6), 7e7);
  expect(told).toEqual({ ...monitorOf([]), largestProcess: 1e6 });
});

test.each([
  ['after warm-up flows, which it would count too', scenarioPlanOf({ warmup: 3 })],
  ['on a ladder, of whose rungs it tells nothing', scenarioPlanOf({ ladder: [LOAD] })],
])('it is not asked %s', async (_, plan) => {
  expect(await asked(plan, 7e7)).toEqual(monitorOf([]));
});

test('where no launcher can tell, nothing is added', async () => {
  expect(await asked(scenarioPlanOf(), 0, undefined)).toEqual(monitorOf([]));
});
