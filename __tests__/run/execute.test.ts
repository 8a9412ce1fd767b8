import { expect, test } from '@jest/globals';
import { execute } from '../../src/run/execute.js';
import type { ExecutePorts } from '../../src/run/stage.js';
import { scenarioPlanOf, recordOf } from '../fakes/record.js';
import { fakeFiles } from '../fakes/files.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

test('a stage that can not be set is a problem in the record: the scenarios before it are not lost', async () => {
  const ports: Partial<ExecutePorts> = {
    clock: new SimulatedClock(),
    files: { ...fakeFiles(), makeTemporary: () => Promise.reject(new Error('ENOSPC')) },
    freePorts: { find: () => Promise.resolve([]) },
    interrupt: new AbortController().signal,
    newRunId: () => '0123456789ab',
  };
  const { environment } = recordOf();
  const record = await execute(scenarioPlanOf(), ports as ExecutePorts, { environment, env: {} });
  expect(record).toMatchObject({ problems: ['ENOSPC'], flows: [], leftovers: [] });
});
