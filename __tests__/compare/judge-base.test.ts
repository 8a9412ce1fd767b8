import { describe, expect, test } from '@jest/globals';
import { brokenMetrics, judgeAgainstBase } from '../../src/compare/judge.js';
import { parseThresholds } from '../../src/config/thresholds.js';
import type { Compared, ComparisonResult } from '../../src/model/comparison.js';
import { isAgainstBase, type ThresholdLevel } from '../../src/model/threshold.js';
import { thresholdConcerns } from '../../src/verdict/decide.js';

const COMPARED: Compared = {
  base: { label: 'main' },
  head: { label: 'head' },
  pairs: [],
  time: 1000,
  budget: 120_000,
  onUnresolved: 'warn',
  alsoRose: [],
};

/** flow_time.p95 of a gate of 5%: 9.8% slower, surely at least 7.1%. */
const SLOWER: ComparisonResult = {
  metric: 'flow_time.p95',
  scale: 'relative',
  base: 200,
  head: 219,
  change: 0.098,
  low: 0.071,
  high: 0.126,
  confidence: 0.99,
  pairs: 24,
  dropped: 0,
  looks: 1,
  limit: 0.05,
  outcome: 'regression',
  mde: 0.06,
  needed: 30,
};

function judged(
  expression: string,
  result: Partial<ComparisonResult> | undefined,
  differs: { compared?: Partial<Compared>; level?: ThresholdLevel } = {},
) {
  const { thresholds } = parseThresholds([expression], differs.level ?? 'fail');
  const [threshold] = thresholds.filter(isAgainstBase);
  if (threshold === undefined) throw new Error(`${expression} has no limit on the base`);
  const results = result === undefined ? [] : [{ ...SLOWER, ...result }];
  return judgeAgainstBase(threshold, { results, compared: { ...COMPARED, ...differs.compared } });
}

describe('a threshold on the base', () => {
  test('fails on a regression, with the effect, the interval and the pairs', () => {
    const result = judged('flow_time.p95 <= base + 5%', {});
    expect(result).toEqual({
      expression: 'flow_time.p95 <= base + 5%',
      level: 'fail',
      metric: 'flow_time',
      stat: 'p95',
      op: '<=',
      limit: { base: 'relative', delta: 0.05 },
      written: { number: '5', unit: '%' },
      actual: 219,
      bound: 210,
      unit: 'ms',
      outcome: 'fail',
      reason: 'flow_time.p95 is 9.8% slower than main (99% interval +7.1% … +12.6%, 24 pairs)',
    });
    expect(thresholdConcerns([result])).toEqual([
      {
        verdict: 'fail',
        reason:
          'flow_time.p95 is 9.8% slower than main (99% interval +7.1% … +12.6%, 24 pairs); the gate is <= base + 5%',
      },
    ]);
  });

  test.each(['no_regression', 'improvement'] as const)('passes on %s', (outcome) => {
    expect(judged('flow_time.p95 <= base + 5%', { outcome }).outcome).toBe('pass');
  });

  test('what flows report has the unit that they gave it; an amount in another one is inconclusive', () => {
    const size = {
      metric: 'metric(size).avg',
      scale: 'absolute',
      unit: 'bytes',
      base: 100e6,
      head: 112e6,
      change: 12e6,
      low: 11e6,
      high: 13e6,
      limit: 3e6,
    } as const;
    expect(judged('metric(size).avg <= base + 3MB', size)).toMatchObject({
      outcome: 'fail',
      unit: 'bytes',
      bound: 103e6,
      reason: 'metric(size).avg is 12 MB higher than main (99% interval +11 MB … +13 MB, 24 pairs)',
    });
    expect(judged('metric(size).avg <= base + 3s', { ...size, outcome: 'no_regression' })).toMatchObject({
      outcome: 'inconclusive',
      unit: 'bytes',
      bound: null,
      reason: 'flows report a size, and 3s is a time',
    });
  });

  test('another limit of the same metric is judged by the same interval', () => {
    // Surely more than the margin and by estimate less than 10%, but not surely.
    expect(judged('flow_time.p95 <= base + 10%', {}).outcome).toBe('unresolved');
    expect(judged('flow_time.p95 <= base + 15%', {}).outcome).toBe('pass');
    expect(judged('flow_time.p95 <= base + 9%', {}).outcome).toBe('fail');
    expect(judged('flow_time.p95 <= base', {}).outcome).toBe('fail');
    expect(judged('flow_time.p95 <= base', { change: -0.1, low: -0.12, high: -0.03 }).outcome).toBe('pass');
  });

  test('base itself has its margin of 2% beside a limit by an amount too; a count has none', () => {
    const memory = {
      metric: 'peak_memory',
      scale: 'absolute',
      base: 500e6,
      head: 504e6,
      limit: 20e6,
      outcome: 'no_regression',
    } as const;
    // 2% of 500 MB are 10 MB.
    const little = { ...memory, change: 4e6, low: 1e6, high: 7e6 };
    expect(judged('peak_memory <= base', little).outcome).toBe('pass');
    expect(judged('peak_memory <= base', { ...memory, change: 12e6, low: 11e6, high: 13e6 }).outcome).toBe(
      'fail',
    );
    // A limit by an amount means it to the byte.
    expect(judged('peak_memory <= base + 2MB', little).outcome).toBe('fail');
    const threads = { ...memory, metric: 'peak_threads', base: 100, head: 101, limit: 5 };
    expect(judged('peak_threads <= base', { ...threads, change: 1, low: 1, high: 1 }).outcome).toBe('fail');
  });

  test('of a metric that is worse when lower', () => {
    const less = { metric: 'throughput', change: -0.08, low: -0.11, high: -0.05 };
    expect(judged('throughput >= base - 6%', less)).toMatchObject({
      outcome: 'fail',
      reason: 'throughput is 8% lower than main (99% interval \u221211% … \u22125%, 24 pairs)',
    });
    expect(judged('throughput >= base - 12%', less).outcome).toBe('pass');
    expect(judged('throughput >= base - 10%', less).outcome).toBe('unresolved');
  });

  test('what the budget did not tell is unresolved: what could have been seen, and what it takes', () => {
    const open = {
      change: 0.012,
      low: -0.031,
      high: 0.056,
      outcome: 'unresolved',
      mde: 0.063,
      needed: 40,
    } as const;
    expect(judged('flow_time.p95 <= base + 5%', open)).toMatchObject({
      outcome: 'unresolved',
      reason:
        'flow_time.p95 is 1.2% slower than main (99% interval \u22123.1% … +5.6%, 24 pairs), which does not tell; a change of 6.3% for the worse could have been seen; it takes about 40 pairs to see 5%',
    });
  });

  test('base itself holds unless it is shown to be broken', () => {
    const rate = {
      metric: 'success_rate',
      scale: 'rate',
      limit: 0,
      change: 0,
      low: -0.02,
      high: 0.02,
    } as const;
    expect(judged('success_rate >= base', { ...rate, outcome: 'unresolved' }).outcome).toBe('pass');
    const broken = judged('success_rate >= base', { ...rate, outcome: 'regression', change: -0.04 });
    expect(broken.outcome).toBe('fail');
    expect(broken.reason).toMatch(/^success_rate is 4 points lower than main/);
    const tooFew = { ...rate, outcome: 'unresolved', reason: '3 pairs are too few' } as const;
    expect(judged('success_rate >= base', tooFew).outcome).toBe('unresolved');
  });

  test('without a value on either side there is no data, which is never passed', () => {
    const none = {
      base: null,
      head: null,
      change: null,
      low: null,
      high: null,
      outcome: 'unresolved',
    } as const;
    expect(
      judged('flow_time.p95 <= base + 5%', { ...none, reason: '12 of 12 pairs have no flow_time.p95' }),
    ).toMatchObject({ outcome: 'inconclusive', reason: '12 of 12 pairs have no flow_time.p95' });
    expect(judged('flow_time.p95 <= base + 5%', { ...none, pairs: 0, reason: 'the budget' })).toMatchObject({
      outcome: 'unresolved',
      reason: 'the budget',
    });
    expect(judged('flow_time.p95 <= base + 5%', undefined).outcome).toBe('unresolved');
  });

  test('a head of which nothing was measured is not passed, whatever base has', () => {
    const none = { head: null, change: null, low: null, high: null, outcome: 'unresolved' } as const;
    const reason = '12 of 12 pairs have no flow_time.p95 to compare';
    expect(judged('flow_time.p95 <= base + 5%', { ...none, reason })).toMatchObject({
      outcome: 'inconclusive',
      reason,
    });
    expect(judged('flow_time.p95 <= base + 5%', { ...none, base: null, head: 219, reason }).outcome).toBe(
      'unresolved',
    );
    const nothingLeft = { ...none, metric: 'throughput', base: 5, head: 0, reason: 'nothing left' };
    expect(judged('throughput >= base - 5%', nothingLeft).outcome).toBe('inconclusive');
  });

  test('what another limit than the compared one takes is not told by the pairs of that one', () => {
    const open = { change: 0.012, low: -0.031, high: 0.056, outcome: 'no_regression', limit: 0.1 } as const;
    const { outcome, reason } = judged('flow_time.p95 <= base + 5%', open, { level: 'warn' });
    expect(outcome).toBe('unresolved');
    expect(reason).not.toMatch(/it takes about/);
    expect(reason).toMatch(/a change of 6% for the worse could have been seen/);
    // One of 6% is not reported by a limit of 15%.
    const larger = judged('flow_time.p95 <= base + 15%', { ...open, high: 0.2 }, { level: 'warn' });
    expect(larger.outcome).toBe('unresolved');
    expect(larger.reason).not.toMatch(/could have been seen/);
  });

  test('an absent base leaves it open', () => {
    expect(
      judged('flow_time.p95 <= base + 5%', {}, { compared: { absent: 'base does not build' } }),
    ).toMatchObject({
      outcome: 'unresolved',
      reason: 'not judged: base does not build',
    });
  });
});

test('broken is what misses any of its thresholds, whichever it was compared by', () => {
  const { thresholds } = parseThresholds(['flow_time.p95 <= base + 5%', 'flow_time.p95 <= base'], 'fail');
  const result = { ...SLOWER, change: 0.03, low: 0.022, high: 0.04, outcome: 'no_regression' } as const;
  expect([...brokenMetrics(thresholds, [result])]).toEqual(['flow_time.p95']);
  expect([...brokenMetrics(thresholds, [{ ...result, low: 0.01 }])]).toEqual([]);
  expect([...brokenMetrics(thresholds, [SLOWER])]).toEqual(['flow_time.p95']);
});

describe('what becomes of an unresolved threshold', () => {
  test.each([
    ['fail', 'fail', 'inconclusive'],
    ['fail', 'warn', 'warn'],
    ['warn', 'fail', 'warn'],
  ] as const)('answer %s, level %s: %s', (answer, level, verdict) => {
    const open = judged('flow_time.p95 <= base + 5%', { outcome: 'unresolved', reason: 'noise' }, { level });
    expect(thresholdConcerns([open], answer)).toEqual([
      { verdict, reason: 'flow_time.p95 <= base + 5% is unresolved: noise' },
    ]);
  });

  test('answer pass: nothing', () => {
    const open = judged('flow_time.p95 <= base + 5%', { outcome: 'unresolved', reason: 'noise' });
    expect(thresholdConcerns([open], 'pass')).toEqual([]);
  });
});
