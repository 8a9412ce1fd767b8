import { expect, test } from '@jest/globals';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { withLargestProcess } from '../../src/run/largest-process.js';
import { monitorOf, scenarioPlanOf } from '../fakes/record.js';
import { simulation } from '../fakes/simulation.js';

const LOAD = { model: 'closed', flows: 2, iterations: 2 } as const;

function asked(plan: ScenarioPlan, largest: number | undefined = 7e7) {
  const { runner } = simulation(LOAD, () => 10);
  const knowing = Object.assign(runner, { largestProcess: () => Promise.resolve(largest) });
  return withLargestProcess(monitorOf([]), { runner: knowing, plan });
}

test('what the kernel knows is added to what was seen', async () => {
  expect(await asked(scenarioPlanOf())).toEqual({ ...monitorOf([]), largestProcess: 7e7 });
});

test.each([
  ['after warm-up flows, which it would count too', scenarioPlanOf({ warmup: 3 })],
  ['on a ladder, of whose rungs it tells nothing', scenarioPlanOf({ ladder: [LOAD] })],
])('it is not asked %s', async (_, plan) => {
  expect(await asked(plan)).toEqual(monitorOf([]));
});

test('of a runner that can not tell, nothing is added', async () => {
  const { runner } = simulation(LOAD, () => 10);
  expect(await withLargestProcess(monitorOf([]), { runner, plan: scenarioPlanOf() })).toEqual(monitorOf([]));
});
