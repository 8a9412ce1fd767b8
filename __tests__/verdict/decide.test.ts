import { describe, expect, test } from '@jest/globals';
import type { CheckResult, ThresholdResult } from '../../src/model/results.js';
import { decide, type Judgement, overall } from '../../src/verdict/decide.js';
import { parsedThreshold } from '../fakes/results.js';
import { flowOf, flowsAtOnce, recordOf } from '../fakes/record.js';

const gate = (differs: Partial<ThresholdResult> = {}): ThresholdResult => ({
  ...parsedThreshold('flow_time.p95 < 2.5s'),
  actual: 2000,
  bound: 2500,
  unit: 'ms',
  outcome: 'pass',
  ...differs,
});
const failedGate = gate({ actual: 2710, outcome: 'fail' });
const lacking = gate({ actual: null, outcome: 'inconclusive', reason: 'no flow was ok' });
const failedAlert: ThresholdResult = {
  ...parsedThreshold('peak_memory < 400MB', 'warn'),
  actual: 431e6,
  bound: 400e6,
  unit: 'bytes',
  outcome: 'fail',
};
const check = (differs: Partial<CheckResult> = {}): CheckResult => ({
  id: 'invariants',
  level: 'fail',
  outcome: 'fail',
  title: 'The invariant is broken',
  evidence: ['stock is 88, not 90', 'more'],
  ...differs,
});

const decided = (differs: Partial<Judgement> = {}) =>
  decide({ thresholds: [gate()], checks: [], record: recordOf(), ...differs });

describe('the verdict on a scenario', () => {
  test("names a change of the runner's image beside a gate by history, which fails all the same", () => {
    const image = 'ubuntu24 20260101.1 → ubuntu24 20260108.1';
    const broken = { ...failedAlert, level: 'fail', origin: 'history', image } as const;
    expect(decided({ thresholds: [broken] })).toEqual({
      verdict: 'fail',
      reasons: [
        `peak_memory 431 MB, the gate by history is < 400 MB; the runner's image has changed since the last run (${image})`,
      ],
    });
  });

  test('passes when everything holds, and says what', () => {
    expect(decided({ checks: [check({ outcome: 'pass' })] })).toEqual({
      verdict: 'pass',
      reasons: ['1 gate and 1 check hold'],
    });
    expect(decided().reasons).toEqual(['1 gate holds']);
  });

  test('fails by a gate, with the measured value and the limit as the user wrote it', () => {
    expect(decided({ thresholds: [gate(), failedGate] })).toEqual({
      verdict: 'fail',
      reasons: ['flow_time.p95 2.71 s, the gate is < 2.5 s'],
    });
  });

  test('a value that rounds to its limit is shown with the digits that tell them apart', () => {
    const close = gate({ actual: 2500.4, outcome: 'fail' });
    expect(decided({ thresholds: [close] }).reasons).toEqual(['flow_time.p95 2.5004 s, the gate is < 2.5 s']);
  });

  test.each([
    ['success_rate >= 99.5%', '>= 99.5%'],
    ['step(a<b).p95 <= 1m', '<= 1 m'],
    ['throughput > 10/s', '> 10/s'],
    ['flow_time.p95 <= base + 5%', '<= base + 5%'],
    ['flow_time.p95 <= base + 10ms', '<= base + 10 ms'],
    ['peak_files == 3', '== 3'],
  ])('the limit of %s reads %s', (expression, text) => {
    const { op, limit, written } = parsedThreshold(expression);
    const [reason] = decided({ thresholds: [gate({ op, limit, written, outcome: 'fail' })] }).reasons;
    expect(reason).toBe(`flow_time.p95 2 s, the gate is ${text}`);
  });

  test('warns by an alert', () => {
    expect(decided({ thresholds: [gate(), failedAlert] })).toEqual({
      verdict: 'warn',
      reasons: ['peak_memory 431 MB, the alert is < 400 MB'],
    });
  });

  test('is inconclusive when a gate lacks data, and warns when an alert does', () => {
    const { verdict, reasons } = decided({ thresholds: [gate(), lacking] });
    expect(verdict).toBe('inconclusive');
    expect(reasons).toEqual(['flow_time.p95 < 2.5s cannot be judged: no flow was ok']);
    expect(decided({ thresholds: [{ ...lacking, level: 'warn' }] }).verdict).toBe('warn');
  });

  test('gates that lack data for one reason are one sentence', () => {
    const other = { ...lacking, expression: 'cpu_per_flow < 5ms' };
    expect(decided({ thresholds: [lacking, other] }).reasons).toEqual([
      'flow_time.p95 < 2.5s, cpu_per_flow < 5ms cannot be judged: no flow was ok',
    ]);
  });

  test.each([
    ['fail', 'fail', 'fail'],
    ['inconclusive', 'fail', 'inconclusive'],
    ['fail', 'warn', 'warn'],
    ['inconclusive', 'warn', 'warn'],
    ['pass', 'fail', 'pass'],
    ['fail', 'off', 'pass'],
  ] as const)('a check that is %s at level %s makes it %s', (outcome, level, verdict) => {
    expect(decided({ checks: [check({ outcome, level })] }).verdict).toBe(verdict);
  });

  test('a failed check gives its first evidence', () => {
    expect(decided({ checks: [check()] }).reasons).toEqual(['The invariant is broken: stock is 88, not 90']);
  });

  test('fails when setup, service or teardown went wrong, though all gates hold', () => {
    const record = recordOf({ problems: ['teardown failed:\nexit status 1'] });
    expect(decided({ record })).toEqual({ verdict: 'fail', reasons: ['teardown failed: exit status 1'] });
  });

  test('is inconclusive when no flow was started', () => {
    const dropped = recordOf({ flows: [flowOf({ outcome: 'dropped' })] });
    for (const record of [recordOf({ flows: [] }), dropped]) {
      expect(decided({ record })).toEqual({ verdict: 'inconclusive', reasons: ['no flow was started'] });
    }
  });

  test('an interrupted run is inconclusive and names the signal', () => {
    const cut = flowOf({ outcome: 'killed' });
    const record = recordOf({ flows: [...flowsAtOnce(3), cut], interrupted: 'SIGINT' });
    expect(decided({ record })).toEqual({
      verdict: 'inconclusive',
      reasons: ['interrupted by SIGINT after 3 of 10 flows'],
    });
  });

  test('an interrupted run whose gate already fails has failed', () => {
    const record = recordOf({
      interrupted: 'SIGTERM',
      load: { model: 'closed', flows: 10, duration: 60_000 },
    });
    expect(decided({ record, thresholds: [failedGate] })).toEqual({
      verdict: 'fail',
      reasons: ['flow_time.p95 2.71 s, the gate is < 2.5 s', 'interrupted by SIGTERM after 10 flows'],
    });
  });

  test('the most important reason comes first: problems, checks, gates, then what lacks data, then alerts', () => {
    const { verdict, reasons } = decided({
      thresholds: [failedAlert, lacking, failedGate],
      checks: [check({ level: 'warn', title: 'Small' }), check()],
      record: recordOf({ problems: ['the service ended'] }),
    });
    expect(verdict).toBe('fail');
    expect(reasons).toEqual([
      'the service ended',
      'The invariant is broken: stock is 88, not 90',
      'flow_time.p95 2.71 s, the gate is < 2.5 s',
      'flow_time.p95 < 2.5s cannot be judged: no flow was ok',
      'Small: stock is 88, not 90',
      'peak_memory 431 MB, the alert is < 400 MB',
    ]);
  });
});

describe('the verdict on all', () => {
  const of = (...verdicts: ('pass' | 'warn' | 'fail' | 'inconclusive')[]) =>
    overall(verdicts.map((verdict) => ({ verdict })));

  test('is the worst: fail, inconclusive, warn, pass', () => {
    expect(of('pass', 'pass')).toBe('pass');
    expect(of('pass', 'warn')).toBe('warn');
    expect(of('warn', 'inconclusive', 'pass')).toBe('inconclusive');
    expect(of('inconclusive', 'fail', 'warn')).toBe('fail');
  });

  test('on nothing is no pass', () => {
    expect(of()).toBe('inconclusive');
  });
});
