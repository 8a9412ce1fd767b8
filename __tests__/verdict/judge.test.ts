import { describe, expect, test } from '@jest/globals';
import { summarize } from '../../src/measure/summarize.js';
import { parseThreshold } from '../../src/config/threshold-grammar.js';
import type { ReportedUnit } from '../../src/model/flow.js';
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

describe('a threshold on what flows report', () => {
  /** Two flows, which report 2 and 4. */
  function judged(expression: string, unit: ReportedUnit, scale = 1) {
    const parsed = parseThreshold(expression, 'fail');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const flows = flowsAtOnce(2, (index) => ({
      metrics: [{ name: 'x', value: 2 * (index + 1) * scale, unit }],
    }));
    return judge([parsed.threshold], summarize(recordOf({ flows })))[0];
  }

  test.each([
    ['metric(x).sum < 7', ['count', 1], 'pass'],
    ['metric(x).sum < 6', ['count', 1], 'fail'],
    ['metric(x).p50 == 3', ['count', 1], 'pass'],
    ['metric(x).max <= 4MB', ['bytes', 1e6], 'pass'],
    ['metric(x).max < 4MB', ['bytes', 1e6], 'fail'],
    ['metric(x).avg <= 3s', ['ms', 1000], 'pass'],
    ['metric(x).avg > 3s', ['ms', 1000], 'fail'],
    ['metric(x).avg >= 30%', ['ratio', 0.1], 'pass'],
    ['metric(x).avg >= 0.3', ['ratio', 0.1], 'pass'],
    ['metric(x).avg < 2.5', ['ratio', 1], 'fail'],
    // Nothing is nothing in every unit.
    ['metric(x).min > 0', ['bytes', 1], 'pass'],
  ] as const)('%s of %j is %s', (expression, [unit, scale], outcome) => {
    expect(judged(expression, unit, scale)).toMatchObject({ outcome, unit });
  });

  test.each([
    ['metric(x).max < 3MB', 'ms', 'flows report a time, and 3MB is a size'],
    ['metric(x).max < 3s', 'bytes', 'flows report a size, and 3s is a time'],
    ['metric(x).sum < 3000', 'bytes', 'flows report a size, and 3000 is a bare number'],
    ['metric(x).avg < 90%', 'count', 'flows report a count, and 90% is a percentage'],
    ['metric(x).avg > 1ms', 'ratio', 'flows report a share, and 1ms is a time'],
  ] as const)(
    '%s of what is reported in %s is inconclusive, whichever way it would have come out',
    (text, unit, reason) => {
      expect(judged(text, unit)).toMatchObject({ outcome: 'inconclusive', unit, bound: null, reason });
    },
  );

  test('of which nothing was reported is inconclusive, in the unit of its limit', () => {
    expect(judged('metric(y).max < 3MB', 'bytes')).toMatchObject({
      outcome: 'inconclusive',
      actual: null,
      bound: 3e6,
      unit: 'bytes',
      reason: 'no flow reported a metric "y"',
    });
  });
});
