import { describe, expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/measure/summarize.js';
import type { Record, Sample } from '../../src/model/record.js';
import { judge } from '../../src/verdict/judge.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

const peakMemory = (samples: Parameters<typeof sampleOf>[0][], largestProcess: number): number | null => {
  const record = recordOf({
    flows: flowsAtOnce(2, () => ({ startedAt: 1000, endedAt: 2000 })),
    monitor: { ...monitorOf(samples.map((sample) => sampleOf(sample))), largestProcess },
  });
  return measure(summarize(record), { metric: 'peak_memory' }).value;
};

test('a process that ended at its peak between two samples counts as the kernel knows it', () => {
  const samples = [{ at: 1000 }, { at: 2100, memory: 10e6, peakMemory: 350e6 }];
  expect(peakMemory(samples, 400e6)).toBe(400e6);
  // All together were more than the largest.
  expect(peakMemory(samples, 300e6)).toBe(350e6);
});

describe('where no sample saw a process, and the kernel has told of the largest', () => {
  const unseen = { memory: 0, processes: 0, threads: 0 };
  const recordWith = (mostMemory: Sample['mostMemory'], largestProcess?: number) => {
    const samples = [sampleOf({ at: 1000, ...unseen }), sampleOf({ at: 2000, ...unseen, mostMemory })];
    const monitor = { ...monitorOf(samples), largestProcess };
    return recordOf({
      flows: flowsAtOnce(2, () => ({ startedAt: 1000, endedAt: 2000 })),
      monitor,
    });
  };
  const gate = (limit: number, record: Record) =>
    judge(
      [
        {
          expression: 'peak_memory <= x',
          level: 'fail',
          metric: 'peak_memory',
          op: '<=',
          limit,
        },
      ],
      summarize(record),
    )[0]?.outcome;
  const bounded = recordWith({ known: 0, unknown: 3 }, 4e6);

  test('peak memory is at least that, and at most so many of that size as there can have been', () => {
    expect(measure(summarize(bounded), { metric: 'peak_memory' })).toMatchObject({
      value: 4e6,
      atMost: 12e6,
      note: expect.stringContaining('every process ended before it could be sampled'),
    });
  });

  test.each([
    [500e6, 'pass'],
    [12e6, 'pass'],
    [11e6, 'inconclusive'],
    [4e6, 'inconclusive'],
    [3.9e6, 'fail'],
  ])('a gate at %d bytes is judged by both: %s', (limit, outcome) => {
    expect(gate(limit, bounded)).toBe(outcome);
  });

  test('one process that may have been there alone is known exactly', () => {
    const alone = recordWith({ known: 0, unknown: 1 }, 4e6);
    expect(measure(summarize(alone), { metric: 'peak_memory' })).toEqual({ value: 4e6, unit: 'bytes' });
  });

  test('what the kernel did not tell of has no data, as before', () => {
    for (const metric of ['avg_memory', 'peak_threads', 'peak_processes'] as const)
      expect(measure(summarize(bounded), { metric }).value).toBeNull();
    expect(gate(500e6, recordWith({ known: 0, unknown: 3 }))).toBe('inconclusive');
    expect(gate(500e6, recordWith(undefined, 4e6))).toBe('inconclusive');
  });
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
