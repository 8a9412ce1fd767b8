import { describe, expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/measure/summarize.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import type { Flow } from '../../src/model/flow.js';
import { METRICS, PART_METRICS, type MetricRef } from '../../src/model/metrics.js';
import type { Record } from '../../src/model/record.js';
import { flowOf, recordOf } from '../fakes/record.js';

const part = (name: string, differs: Partial<Flow>): Flow => flowOf({ part: name, ...differs });

const MIX: readonly Flow[] = [
  part('browse', { iteration: 1, startedAt: 0, endedAt: 100 }),
  part('browse', { iteration: 2, startedAt: 0, endedAt: 300 }),
  part('buy', { iteration: 3, startedAt: 0, endedAt: 2000, ttfb: [40], bytesIn: 7, bytesOut: 5 }),
  part('buy', {
    iteration: 4,
    startedAt: 0,
    endedAt: 1000,
    outcome: 'failed',
    error: { message: 'no card' },
  }),
  part('browse', {
    iteration: 5,
    startedAt: 0,
    endedAt: 90,
    outcome: 'failed',
    error: { message: 'no card' },
  }),
  part('buy', { iteration: 6, startedAt: 9, endedAt: 9, outcome: 'dropped' }),
];

const ask = (record: Record, ref: MetricRef) => measure(summarize(record), ref);
const value = (label: string, metric: MetricRef['metric'], stat?: string) =>
  ask(recordOf({ flows: MIX }), { metric, label, ...(stat === undefined ? {} : { stat }) }).value;

describe('the metrics of a part', () => {
  test('are over its flows alone', () => {
    expect(value('browse', 'flow_time', 'max')).toBe(300);
    expect(value('buy', 'flow_time', 'avg')).toBe(2000);
    expect(value('buy', 'ttfb', 'med')).toBe(40);
    expect(ask(recordOf({ flows: MIX }), { metric: 'success_rate', label: 'buy' })).toMatchObject({
      value: 1 / 3,
      note: '1 of 3',
    });
    expect(
      (['failed', 'dropped', 'error_types', 'bytes_received'] as const).map((id) => value('buy', id)),
    ).toEqual([1, 1, 2, 7]);
  });

  test('throughputs are over the time of the whole mix, so that they add up', () => {
    expect([value('browse', 'throughput'), value('buy', 'throughput')]).toEqual([1, 0.5]);
    expect(ask(recordOf({ flows: MIX }), { metric: 'throughput' }).value).toBe(1.5);
  });

  test('errors of two parts are two kinds, each with the name of its part', () => {
    const [first, second] = summarizedErrors();
    expect([first?.sample, second?.sample]).toEqual(['buy: no card', 'browse: no card']);
  });

  test('have no data, and say why, where no flow of the part was drawn', () => {
    expect(ask(recordOf({ flows: MIX }), { metric: 'flow_time', label: 'gift', stat: 'p95' })).toEqual({
      value: null,
      unit: 'ms',
      note: 'no flow of gift was started',
    });
    expect(value('browse', 'ttfb', 'med')).toBeNull();
  });

  test('are those of its rung on a ladder', () => {
    const log = new FlowLog({ model: 'closed', seed: 1 });
    for (const flow of MIX) log.add({ ...flow, rung: flow.iteration < 3 ? 1 : 2 });
    const { rungTallies, tally } = log.recorded();
    expect(tally.parts?.get('browse')?.counts).toMatchObject({ ok: 2, failed: 1 });
    expect(rungTallies?.get(2)?.parts?.get('browse')?.counts).toMatchObject({ ok: 0, failed: 1 });
    expect(rungTallies?.get(1)?.parts?.get('buy')).toBeUndefined();
  });

  test('are of metrics that take no other name', () => {
    expect(PART_METRICS.filter((id) => 'labelled' in METRICS[id])).toEqual([]);
  });
});

function summarizedErrors() {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  for (const flow of MIX) log.add(flow);
  return log.recorded().tally.errorKinds({ killed: true }).slice(0, 2);
}
