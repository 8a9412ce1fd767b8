import { describe, expect, test } from '@jest/globals';
import { comparedMetrics, conflictAgainstBase, defaultBaseGates } from '../../src/compare/thresholds.js';
import { parseThresholds } from '../../src/config/thresholds.js';
import type { Threshold, ThresholdLevel } from '../../src/model/threshold.js';
import { scenarioPlanOf } from '../fakes/record.js';
import { httpPlanOf } from '../fakes/simulated-sides.js';

function parsed(expressions: readonly string[], level: ThresholdLevel = 'fail'): readonly Threshold[] {
  const { thresholds, problems } = parseThresholds(expressions, level);
  expect(problems).toEqual([]);
  return thresholds;
}

describe('what a threshold on the base compares', () => {
  test.each([
    ['flow_time.p95 <= base + 5%', { worse: 'higher', scale: 'relative', limit: 0.05 }],
    ['flow_time.p95 < base + 10ms', { worse: 'higher', scale: 'absolute', limit: 10 }],
    ['peak_memory <= base + 10MB', { worse: 'higher', scale: 'absolute', limit: 10e6 }],
    ['throughput >= base - 5%', { worse: 'lower', scale: 'relative', limit: 0.05 }],
    ['throughput > base - 2/s', { worse: 'lower', scale: 'absolute', limit: 2 }],
    ['success_rate >= base - 1%', { worse: 'lower', scale: 'rate', limit: 0.01 }],
    ['error_rate <= base + 0.5%', { worse: 'higher', scale: 'rate', limit: 0.005 }],
    ['metric(tokens).sum <= base + 5%', { worse: 'higher', scale: 'relative', limit: 0.05 }],
    ['metric(size).avg <= base + 3MB', { worse: 'higher', scale: 'absolute', limit: 3e6 }],
    ['step(draft).med <= base + 7.5%', { worse: 'higher', scale: 'relative', limit: 0.075 }],
  ])('%s', (expression, expected) => {
    expect(comparedMetrics(parsed([expression]))).toEqual([
      { metric: expression.split(' ')[0], level: 'fail', ...expected },
    ]);
  });

  test('base itself is a limit of 0', () => {
    expect(
      comparedMetrics(parsed(['success_rate >= base', 'failed <= base', 'flow_time.med <= base'])),
    ).toEqual([
      { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0, level: 'fail' },
      { metric: 'failed', worse: 'higher', scale: 'absolute', limit: 0, level: 'fail' },
      { metric: 'flow_time.med', worse: 'higher', scale: 'relative', limit: 0, level: 'fail' },
    ]);
  });

  test('one metric is compared once, by the strictest of its gates; an alert counts where there is no gate', () => {
    const gates = parsed([
      'flow_time.med <= base + 10%',
      'flow_time.med <= base + 5%',
      'flow_time.med <= base',
    ]);
    const alerts = parsed(
      ['flow_time.med <= base + 2%', 'throughput >= base - 3%', 'peak_cpu < 70%'],
      'warn',
    );
    expect(comparedMetrics([...gates, ...alerts])).toEqual([
      { metric: 'flow_time.med', worse: 'higher', scale: 'relative', limit: 0.05, level: 'fail' },
      { metric: 'throughput', worse: 'lower', scale: 'relative', limit: 0.03, level: 'warn' },
    ]);
  });
});

describe('what can not be judged is refused', () => {
  test.each([
    [
      'flow_time.med == base',
      'no number of rounds shows that two things are equal; write flow_time.med <= base + 5%',
    ],
    [
      'throughput <= base + 5%',
      'throughput is worse when lower, so that base is the other bound of it; write throughput >= base - 5%',
    ],
    [
      'flow_time.p95 >= base - 5%',
      'flow_time.p95 is worse when higher, so that base is the other bound of it; write flow_time.p95 <= base + 5%',
    ],
    [
      'flow_time.p95 <= base - 5%',
      'asks head to be better than base by an amount; write flow_time.p95 <= base + 5%',
    ],
    ['throughput >= base - 100%', 'throughput can not fall by 100%; write throughput >= base - 5%'],
    [
      'efficiency(50) >= base - 5%',
      'efficiency(50) is of a ladder as a whole, and a comparison runs its top rung alone; give it a limit of its own',
    ],
    [
      'total_time <= base + 1s',
      'total_time adds up over a run, and a round of a comparison is only a part of one; write a share, such as total_time <= base + 5%',
    ],
    [
      'metric(tokens).sum <= base + 100',
      'metric(tokens).sum adds up over a run, and a round of a comparison is only a part of one; write a share, such as metric(tokens).sum <= base + 5%',
    ],
    [
      'failed <= base + 2',
      'failed adds up over a run, and a round of a comparison is only a part of one; write success_rate >= base - 1%',
    ],
    [
      'retried <= base + 2',
      'retried adds up over a run, and a round of a comparison is only a part of one; write retried <= base',
    ],
    [
      'start_skew <= base + 5%',
      'pairs of rounds with a wide start_skew are dropped, so that what is left can not tell of it; give it a limit of its own',
    ],
  ])('%s', (expression, message) => {
    const { problems } = parseThresholds([expression], 'fail');
    expect(problems).toEqual([{ index: 0, column: 1, message: `"${expression}": ${message}` }]);
  });

  test.each([
    'cpu_time <= base + 1s',
    'timed_out <= base + 1',
    'dropped < base + 1',
    'bytes_received <= base + 1MB',
    'bytes_sent <= base + 1MB',
  ])('an amount of what adds up over a run: %s', (expression) => {
    expect(parseThresholds([expression], 'warn').thresholds).toEqual([]);
  });

  test('a share of it, and base itself, are fine: they are the same for a round as for the run', () => {
    const fine = [
      'total_time <= base + 5%',
      'cpu_time <= base',
      'failed <= base',
      'flow_time.med <= base + 1s',
    ];
    expect(parsed(fine)).toHaveLength(4);
  });

  test('a share and an amount of one metric', () => {
    expect(conflictAgainstBase(parsed(['peak_memory <= base + 5%', 'peak_memory <= base + 10MB']))).toBe(
      '"peak_memory <= base + 10MB": "peak_memory <= base + 5%" compares peak_memory in another way; write both with a share or both with an amount',
    );
    const fine = ['peak_memory <= base', 'peak_memory <= base + 10MB', 'avg_memory <= base + 5%'];
    expect(conflictAgainstBase(parsed(fine))).toBeUndefined();
  });
});

describe('default gates on the base', () => {
  const names = (thresholds: readonly Threshold[]): string[] =>
    thresholds.map(({ expression }) => expression);

  test('are in force only if no threshold hangs on the base', () => {
    const plan = scenarioPlanOf({ thresholds: parsed(['flow_time.med < 1s']) });
    expect(names(defaultBaseGates(plan, 'fail'))).toEqual([
      'flow_time.med <= base + 5%',
      'throughput >= base - 5%',
      'cpu_per_flow <= base + 5%',
      'success_rate >= base',
    ]);
    const own = scenarioPlanOf({ thresholds: parsed(['flow_time.med <= base + 20%'], 'warn') });
    expect(defaultBaseGates(own, 'fail')).toEqual([]);
  });

  test('have the level that is asked for, and leave CPU out where no process is watched', () => {
    const gates = defaultBaseGates(httpPlanOf('head'), 'warn');
    expect(names(gates)).not.toContain('cpu_per_flow <= base + 5%');
    expect(new Set(gates.map(({ level }) => level))).toEqual(new Set(['warn']));
  });
});
