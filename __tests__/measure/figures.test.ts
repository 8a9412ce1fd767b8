import { expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/measure/summarize.js';
import type { Flow } from '../../src/model/flow.js';
import { flowOf, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

const measured = (flows: readonly Flow[]) => summarize(recordOf({ flows }));

test('time to first byte is that of every response of ok flows; bytes are those of all flows', () => {
  const measures = measured([
    flowOf({ iteration: 1, ttfb: [10, 30], bytesIn: 100, bytesOut: 7 }),
    flowOf({ iteration: 2, ttfb: [20], bytesIn: 50, bytesOut: 3 }),
    flowOf({ iteration: 3, ttfb: [999], bytesIn: 1, bytesOut: 1, outcome: 'failed' }),
  ]);
  expect(measure(measures, { metric: 'ttfb', stat: 'med' })).toEqual({ value: 20, unit: 'ms' });
  expect(measure(measures, { metric: 'ttfb', stat: 'max' })).toEqual({ value: 30, unit: 'ms' });
  expect(measure(measures, { metric: 'bytes_received' })).toEqual({ value: 151, unit: 'bytes' });
  expect(measure(measures, { metric: 'bytes_sent' })).toEqual({ value: 11, unit: 'bytes' });
});

test('without HTTP flows there is no data, and with none that is ok no first byte', () => {
  const note = 'no flow made an HTTP request';
  const none = measured([flowOf()]);
  expect(measure(none, { metric: 'ttfb', stat: 'p95' })).toEqual({ value: null, unit: 'ms', note });
  expect(measure(none, { metric: 'bytes_sent' })).toEqual({ value: null, unit: 'bytes', note });
  const failed = measured([flowOf({ outcome: 'failed', ttfb: [], bytesIn: 0, bytesOut: 0 })]);
  expect(measure(failed, { metric: 'ttfb', stat: 'p95' }).note).toBe('no flow was ok');
});

test('where no process is watched, nothing of the machine is zero', () => {
  const nothing = { memory: 0, threads: 0, processes: 0 };
  const monitor = monitorOf([sampleOf({ at: 0, ...nothing }), sampleOf({ at: 100, ...nothing })]);
  const measures = summarize(recordOf({ monitor: { ...monitor, unwatched: true } }));
  for (const metric of ['peak_memory', 'peak_cpu', 'avg_cpu', 'cpu_time', 'peak_threads'] as const) {
    expect(measure(measures, { metric })).toMatchObject({
      value: null,
      note: expect.stringMatching(/^no process is watched/),
    });
  }
});
