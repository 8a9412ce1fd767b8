import { describe, expect, test } from '@jest/globals';
import { summarize } from '../../src/measure/summarize.js';
import type { MetricRef } from '../../src/model/metrics.js';
import type { Threshold, ThresholdOp } from '../../src/model/threshold.js';
import { judge } from '../../src/verdict/judge.js';
import { failedFlow, flowsAtOnce, recordOf } from '../fakes/record.js';

interface Held {
  readonly metric: MetricRef;
  readonly op: ThresholdOp;
  readonly value: number;
}

const thresholdOf = ({ metric, op, value }: Held): Threshold => ({
  expression: `${metric.metric} ${op} ${value}`,
  level: 'fail',
  ...metric,
  op,
  limit: value,
});

const outcome = (held: Held, record = recordOf()) =>
  judge([thresholdOf(held)], summarize(record))[0]?.outcome;

describe('a threshold', () => {
  test.each([
    ['<', 99, 'fail'],
    ['<', 100, 'fail'],
    ['<', 101, 'pass'],
    ['<=', 99, 'fail'],
    ['<=', 100, 'pass'],
    ['>', 99, 'pass'],
    ['>', 100, 'fail'],
    ['>=', 100, 'pass'],
    ['>=', 101, 'fail'],
    ['==', 100, 'pass'],
    ['==', 101, 'fail'],
    // Times are compared exactly: no limit is stretched.
    ['<=', 99.999999999999, 'fail'],
    ['==', 100.00000000000001, 'fail'],
  ] as const)('of 100 ms %s %d is %s', (op, value, expected) => {
    expect(outcome({ metric: { metric: 'flow_time', stat: 'p95' }, op, value })).toBe(expected);
  });

  test('999 of 1000 meets 99.9%, which as a double is a little more than 0.999', () => {
    const record = recordOf({ flows: [...flowsAtOnce(999), failedFlow(1000)] });
    const metric: MetricRef = { metric: 'success_rate' };
    const value = 99.9 / 100;
    expect(0.999 >= value).toBe(false);
    expect(outcome({ metric, op: '>=', value }, record)).toBe('pass');
    expect(outcome({ metric, op: '==', value }, record)).toBe('pass');
    expect(outcome({ metric, op: '<', value }, record)).toBe('fail');
    expect(outcome({ metric, op: '>=', value: 0.9990001 }, record)).toBe('fail');
  });

  test('998 of 1000 is not 99.9%, and 0 is 0', () => {
    const record = recordOf({ flows: [...flowsAtOnce(998), failedFlow(999), failedFlow(1000)] });
    expect(outcome({ metric: { metric: 'success_rate' }, op: '>=', value: 0.999 }, record)).toBe('fail');
    expect(outcome({ metric: { metric: 'error_rate' }, op: '==', value: 0 })).toBe('pass');
  });

  test.each(['<', '<=', '>', '>=', '=='] as const)('without data is never passed: %s', (op) => {
    const none = recordOf({ flows: [] });
    const [result] = judge([thresholdOf({ metric: { metric: 'failed' }, op, value: 0 })], summarize(none));
    expect(result).toEqual({
      expression: `failed ${op} 0`,
      level: 'fail',
      metric: 'failed',
      op,
      limit: 0,
      actual: null,
      bound: 0,
      unit: 'count',
      outcome: 'inconclusive',
      reason: 'no flow was started',
    });
  });

  test('against a base that was not measured is inconclusive', () => {
    const threshold: Threshold = {
      ...thresholdOf({ metric: { metric: 'flow_time', stat: 'med' }, op: '<=', value: 0 }),
      limit: { base: 'relative', delta: 0.05 },
    };
    expect(judge([threshold], summarize(recordOf()))[0]).toMatchObject({
      metric: 'flow_time',
      stat: 'med',
      actual: 100,
      bound: null,
      outcome: 'inconclusive',
      reason: 'there is no base to compare with',
    });
  });

  test('results keep the order of the thresholds', () => {
    const refs: MetricRef[] = [{ metric: 'total_time' }, { metric: 'failed' }, { metric: 'throughput' }];
    const thresholds = refs.map((metric) => thresholdOf({ metric, op: '>=', value: 0 }));
    expect(judge(thresholds, summarize(recordOf())).map(({ metric }) => metric)).toEqual([
      'total_time',
      'failed',
      'throughput',
    ]);
  });
});
