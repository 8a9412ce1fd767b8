import { describe, expect, test } from '@jest/globals';
import { measure, summarize } from '../../src/measure/summarize.js';
import type { Threshold, ThresholdOp } from '../../src/model/threshold.js';
import { judge } from '../../src/verdict/judge.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

/** Seen: 300 MB; at most `known` and `unknown` times the largest process, of 100 MB. */
const recordWith = (known: number, unknown: number) => {
  const samples = [
    sampleOf({ at: 1000, memory: 1e6 }),
    sampleOf({ at: 2000, memory: 300e6, mostMemory: { known, unknown } }),
  ];
  return recordOf({
    flows: flowsAtOnce(2, () => ({ startedAt: 1000, endedAt: 2000 })),
    monitor: { ...monitorOf(samples), largestProcess: 100e6 },
  });
};
const peak = (known: number, unknown: number) =>
  measure(summarize(recordWith(known, unknown)), { metric: 'peak_memory' });

const judged = (op: ThresholdOp, value: number, record = recordWith(300e6, 2)) => {
  const threshold: Threshold = {
    expression: `peak_memory ${op} ${value}`,
    level: 'fail',
    metric: 'peak_memory',
    op,
    limit: value,
  };
  return judge([threshold], summarize(record))[0];
};

describe('a peak that was not seen all the time', () => {
  test('is told as at least and at most, where the two differ by more than a tenth', () => {
    expect(peak(300e6, 2)).toMatchObject({ value: 300e6, atMost: 500e6 });
    expect(peak(400e6, 0)).toMatchObject({ value: 300e6, atMost: 400e6 });
    expect(peak(320e6, 0)).toEqual({ value: 300e6, unit: 'bytes' });
  });

  test('passes a gate only if the most passes it, and fails it only if the least fails it', () => {
    expect(judged('<=', 600e6)?.outcome).toBe('pass');
    expect(judged('<=', 500e6)?.outcome).toBe('pass');
    expect(judged('<=', 299e6)?.outcome).toBe('fail');
    expect(judged('<=', 400e6)).toMatchObject({
      outcome: 'inconclusive',
      actual: 300e6,
      reason: 'it was at least 300 MB and at most 500 MB: processes started and ended between two looks',
    });
  });

  test.each<[ThresholdOp, number, string]>([
    ['<', 500e6, 'inconclusive'],
    ['<', 501e6, 'pass'],
    ['<', 300e6, 'fail'],
    ['>', 299e6, 'pass'],
    ['>', 400e6, 'inconclusive'],
    ['>', 500e6, 'fail'],
    ['>=', 500e6, 'inconclusive'],
    ['==', 400e6, 'inconclusive'],
    ['==', 300e6, 'inconclusive'],
    ['==', 501e6, 'fail'],
    ['==', 299e6, 'fail'],
  ])('%s %d is %s', (op, value, outcome) => {
    expect(judged(op, value)?.outcome).toBe(outcome);
  });

  test('judges by what was seen where the two are within a tenth', () => {
    expect(judged('<=', 310e6, recordWith(320e6, 0))?.outcome).toBe('pass');
  });

  test('does not count what was before the first start', () => {
    const before = sampleOf({ at: 900, mostMemory: { known: 900e6, unknown: 9 } });
    const record = recordWith(300e6, 0);
    const samples = [before, ...record.monitor.samples.slice(1)];
    const told = measure(summarize({ ...record, monitor: { ...record.monitor, samples } }), {
      metric: 'peak_memory',
    });
    expect(told).toEqual({ value: 300e6, unit: 'bytes' });
  });
});
