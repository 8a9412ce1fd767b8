import { expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/measure/summarize.js';
import type { Record, Sample } from '../../src/model/record.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

const service = { memory: 80e6, serviceMemory: 80e6 };
const first = { at: 1000, ...service };
const last = { at: 2000, ...service, cpuTime: 30 };

function sampled(...samples: readonly Partial<Sample>[]): Record {
  return recordOf({
    flows: flowsAtOnce(2, () => ({ startedAt: 1000, endedAt: 2000 })),
    monitor: monitorOf(samples.map((sample) => sampleOf(sample))),
  });
}

const ask = (record: Record, metric: 'peak_memory' | 'avg_memory' | 'peak_threads' | 'cpu_time') =>
  measure(summarize(record), { metric });

test('flows that were never seen beside a service: what is read is the service alone, and said to be', () => {
  const record = sampled(first, last);
  for (const id of ['peak_memory', 'avg_memory', 'peak_threads'] as const) {
    expect(ask(record, id)).toMatchObject({
      value: expect.any(Number),
      note: expect.stringMatching(/^of the service alone: every flow ended before it could be sampled/),
    });
  }
  expect(ask(record, 'cpu_time')).not.toHaveProperty('note');
});

test('nothing is said where a flow was seen, nor of HTTP flows, which have no process', () => {
  const seen = sampled(first, { ...service, at: 1500, memory: 81e6 }, last);
  const record = sampled(first, last);
  const requests = { ...record, flows: record.flows.map((flow) => ({ ...flow, bytesOut: 0 })) };
  for (const other of [seen, requests]) expect(ask(other, 'peak_memory')).not.toHaveProperty('note');
});

test('a flow that the kernel knows to have been larger is what the peak tells of', () => {
  const record = sampled(first, last);
  const knowing = (largestProcess: number): Record => ({
    ...record,
    monitor: { ...record.monitor, largestProcess },
  });
  expect(ask(knowing(4e8), 'peak_memory')).toEqual({ value: 4e8, unit: 'bytes' });
  expect(ask(knowing(1e6), 'peak_memory')).toEqual(ask(record, 'peak_memory'));
  expect(ask(knowing(4e8), 'avg_memory')).toEqual(ask(record, 'avg_memory'));
});
