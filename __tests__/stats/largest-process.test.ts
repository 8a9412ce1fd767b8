import { expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/stats/summarize.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

const peakMemory = (samples: Parameters<typeof sampleOf>[0][], largestProcess: number): number | null => {
  const record = recordOf({
    flows: flowsAtOnce(2, () => ({ startedAt: 1000, endedAt: 2000 })),
    monitor: { ...monitorOf(samples.map((sample) => sampleOf(sample))), largestProcess },
  });
  return measure(summarize(record), { id: 'peak_memory' }).value;
};

test('a process that ended at its peak between two samples counts as the kernel knows it', () => {
  const samples = [{ at: 1000 }, { at: 2100, memory: 10e6, peakMemory: 350e6 }];
  expect(peakMemory(samples, 400e6)).toBe(400e6);
  // All together were more than the largest.
  expect(peakMemory(samples, 300e6)).toBe(350e6);
});

test('the largest process alone is no measure of a tree that was not seen', () => {
  const unseen = { memory: 0, processes: 0 };
  expect(
    peakMemory(
      [
        { at: 1000, ...unseen },
        { at: 2000, ...unseen },
      ],
      400e6,
    ),
  ).toBeNull();
});
