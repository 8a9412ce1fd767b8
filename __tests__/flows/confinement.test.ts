import { expect, test } from '@jest/globals';
import { failedBy } from '../../src/flows/confinement.js';

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
