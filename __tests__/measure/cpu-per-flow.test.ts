import { describe, expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/measure/summarize.js';
import type { Flow } from '../../src/model/flow.js';
import { flowOf, flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

/** CPU per flow, in ms, of flows that used 540 ms of CPU together. */
const cpuPerFlow = (flows: readonly Flow[]): number | null => {
  const monitor = monitorOf([sampleOf({ at: 0 }), sampleOf({ at: 100, cpuTime: 540 })]);
  return measure(summarize(recordOf({ flows, monitor })), { metric: 'cpu_per_flow' }).value;
};

describe('CPU per flow', () => {
  test('is of every flow that was started: 185 of 200 that fail used theirs as well', () => {
    const flows = flowsAtOnce(200, (index) => (index < 15 ? {} : { outcome: 'failed' }));
    expect(cpuPerFlow(flows)).toBeCloseTo(2.7);
  });

  test('counts those that were killed or timed out, and is there where none was ok', () => {
    const flows = flowsAtOnce(10, (index) => ({ outcome: index % 2 === 0 ? 'killed' : 'timed_out' }));
    expect(cpuPerFlow(flows)).toBe(54);
  });

  test('does not count dropped flows, which used none', () => {
    const dropped = Array.from({ length: 90 }, (_, index) =>
      flowOf({ slot: 0, iteration: index + 11, outcome: 'dropped' }),
    );
    expect(cpuPerFlow([...flowsAtOnce(10), ...dropped])).toBe(54);
  });

  test('has all attempts of a flow that was tried again', () => {
    expect(cpuPerFlow(flowsAtOnce(10, () => ({ attempts: 3 })))).toBe(54);
  });
});
