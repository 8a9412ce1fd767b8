import { describe, expect, test } from '@jest/globals';
import { BoundedOutput } from '../../src/run/bounded-output.js';
import { groupErrors } from '../../src/stats/errors.js';
import { excerptOf, failedFlow, flowOf } from '../fakes/record.js';

describe('what flows keep of their output', () => {
  test('an ok flow keeps none', () => {
    const flow = flowOf({ stdout: excerptOf('much'), stderr: excerptOf('more') });
    expect(new BoundedOutput().bounded(flow)).toEqual(flowOf());
  });

  test('of those that are not ok the first 1,000 keep it, and the rest the line that tells their kind of error', () => {
    const output = new BoundedOutput();
    const flows = Array.from({ length: 1500 }, (_, index) => ({
      ...failedFlow(index + 1, { status: 3, stderr: `${'x'.repeat(3000)}\nstock is negative\n` }),
      error: { message: 'exit status 3', exitStatus: 3, stack: 'at …' },
    }));
    const kept = flows.map((flow) => output.bounded(flow));
    expect(kept.slice(0, 1000)).toEqual(flows.slice(0, 1000));
    expect(kept[1000]).toMatchObject({
      stderr: { head: 'stock is negative', tail: '', bytes: 17 },
      error: { message: 'exit status 3', exitStatus: 3 },
    });
    expect(kept[1000]).not.toHaveProperty('stdout');
    expect(groupErrors(kept)).toEqual(groupErrors(flows));
  });
});
