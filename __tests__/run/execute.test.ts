import { expect, test } from '@jest/globals';
import { execute } from '../../src/run/execute.js';
import type { ExecutePorts } from '../../src/run/stage.js';
import { brokenGates } from '../../src/verdict/decide.js';
import { assembleScenario } from '../../src/verdict/assemble.js';
import { ladderPlanOf } from '../fakes/ladder.js';
import { scenarioPlanOf, recordOf } from '../fakes/record.js';
import { fakeFiles } from '../fakes/files.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

/** Ports of a machine whose disk is full. */
function withoutRoom(): Partial<ExecutePorts> {
  return {
    clock: new SimulatedClock(),
    files: { ...fakeFiles(), makeTemporary: () => Promise.reject(new Error('ENOSPC')) },
    freePorts: { find: () => Promise.resolve([]) },
    interrupt: new AbortController().signal,
    newRunId: () => '0123456789ab',
  };
}

test('a stage that can not be set is a problem in the record: the scenarios before it are not lost', async () => {
  const ports = withoutRoom();
  const { environment } = recordOf();
  const record = await execute(scenarioPlanOf(), ports as ExecutePorts, {
    environment,
    env: {},
    brokenGates,
  });
  expect(record).toMatchObject({ problems: ['ENOSPC'], flows: [], leftovers: [] });
});

test('a ladder of which no rung was reached is a ladder without rungs, not none', async () => {
  const ports = withoutRoom();
  const { environment } = recordOf();
  const record = await execute(ladderPlanOf(), ports as ExecutePorts, { environment, env: {}, brokenGates });
  expect(record).toMatchObject({ problems: ['ENOSPC'], rungs: [] });
  expect(assembleScenario(ladderPlanOf(), record).metrics['knee']?.note).toMatch(/three rungs/);
});
