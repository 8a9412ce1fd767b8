import { describe, expect, test } from '@jest/globals';
import { defaultGates } from '../../src/config/thresholds.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { resultsSchema } from '../../src/model/results.js';
import type { Threshold } from '../../src/model/threshold.js';
import { assembleResults, assembleScenario, type ResultsContext } from '../../src/verdict/assemble.js';
import { excerptOf, failedFlow, flowOf, flowsAtOnce, recordOf, scenarioPlanOf } from '../fakes/record.js';

const context = (scenarios: ResultsContext['scenarios']): ResultsContext => ({
  version: '0.1.0',
  createdAt: '2026-01-02T03:04:06.000Z',
  environment: recordOf().environment,
  git: { sha: 'f'.repeat(40) },
  reproduce: 'npx flowgate run --scenario checkout',
  scenarios,
});

const p999: Threshold = {
  expression: 'flow_time.p99.9 <= 50ms',
  level: 'fail',
  metric: 'flow_time',
  stat: 'p99.9',
  op: '<=',
  limit: 50,
  written: { number: '50', unit: 'ms' },
};

describe('results of a scenario', () => {
  test('hold what was measured, judged and decided', () => {
    const results = assembleScenario(scenarioPlanOf({ thresholds: [p999] }), recordOf());
    expect(results).toMatchObject({
      name: 'checkout',
      verdict: 'fail',
      reasons: ['flow_time.p99.9 100 ms, the gate is <= 50 ms'],
      kind: 'command',
      work: 'node place-order.js',
      load: { model: 'closed', flows: 10, iterations: 10, timeout: 30_000, warmup: 0 },
      checks: [{ id: 'concurrency', outcome: 'pass' }],
      errors: [],
    });
    expect(results.metrics['success_rate']).toEqual({ value: 1, unit: 'ratio', note: '10 of 10' });
  });

  test('are judged by the default gates as the grammar reads them', () => {
    const plan = scenarioPlanOf({ thresholds: defaultGates(), defaultGates: true });
    expect(assembleScenario(plan, recordOf())).toMatchObject({
      verdict: 'pass',
      defaultGates: true,
      reasons: ['4 gates and 1 check hold'],
    });
    const late = flowsAtOnce(10, () => ({ endedAt: 30_000.5 }));
    expect(assembleScenario(plan, recordOf({ flows: late }))).toMatchObject({
      verdict: 'fail',
      reasons: [expect.stringMatching(/^total_time 30\.0005 s, the gate is <= 30 s$/)],
    });
  });

  test('hold every metric that a threshold names beside the standard ones', () => {
    const named = assembleScenario(scenarioPlanOf({ thresholds: [p999] }), recordOf()).metrics;
    expect(named['flow_time.p99.9']).toEqual({ value: 100, unit: 'ms' });
    expect(assembleScenario(scenarioPlanOf(), recordOf()).metrics).not.toHaveProperty(['flow_time.p99.9']);
  });

  test('are inconclusive without any flow, and say so', () => {
    const results = assembleScenario(scenarioPlanOf({ thresholds: [p999] }), recordOf({ flows: [] }));
    expect(results).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['no flow was started', 'flow_time.p99.9 <= 50ms cannot be judged: no flow was ok'],
    });
  });

  test('a verify command that was planned and never reached is inconclusive, not unlisted', () => {
    const results = assembleScenario(scenarioPlanOf({ verify: 'node check.js' }), recordOf());
    expect(results.verdict).toBe('inconclusive');
    expect(results.checks.map(({ id, outcome }) => [id, outcome])).toContainEqual([
      'invariants',
      'inconclusive',
    ]);
    const off = scenarioPlanOf({ verify: 'node check.js', checks: { invariants: 'off' } });
    expect(assembleScenario(off, recordOf()).verdict).toBe('pass');
  });

  test('a run too large to keep all flows has its counts and its curve of flows in flight from all of them', () => {
    const log = new FlowLog({ model: 'closed', seed: 1 });
    for (let iteration = 1; iteration <= 30_000; iteration += 1) {
      const startedAt = Math.floor((iteration - 1) / 3) * 100;
      log.add(flowOf({ slot: 1 + (iteration % 3), iteration, startedAt, endedAt: startedAt + 90 }));
    }
    const results = assembleScenario(scenarioPlanOf(), recordOf(log.recorded()));
    expect(results.counts).toEqual({ ok: 30_000, failed: 0, timed_out: 0, killed: 0, dropped: 0 });
    expect(results.flows).toHaveLength(10_000);
    expect(new Set(results.inFlight)).toEqual(new Set([3]));
    expect(results.metrics['success_rate']?.note).toBe('30000 of 30000');
  });

  test('a run that keeps all flows needs no curve beside them', () => {
    const results = assembleScenario(scenarioPlanOf(), recordOf());
    expect(results.inFlight).toBeUndefined();
    expect(results.counts.ok).toBe(results.flows.length);
  });
});

describe('results.json', () => {
  test('validates against its schema and comes back the same through JSON', () => {
    const record = recordOf({
      flows: [
        ...flowsAtOnce(9, () => ({ steps: [{ name: 'draft', startedAt: 0, endedAt: 40 }] })),
        failedFlow(10, { stderr: 'boom' }),
      ],
      verify: { ok: false, message: 'exit status 1', stderr: excerptOf('no') },
      leftovers: [{ pid: 4, parent: 1, command: 'sleep 60', slot: 1, iteration: 1 }],
      interrupted: 'SIGINT',
      problems: ['teardown failed'],
    });
    const plan = scenarioPlanOf({ thresholds: [p999], checks: { isolation: 'fail' } });
    const results = assembleResults({
      ...context([assembleScenario(plan, record)]),
      run: {
        url: 'https://example.org/runs/1',
        id: 1,
        number: 2,
        attempt: 1,
        workflow: 'ci',
        job: 'gate',
      },
    });
    const back: unknown = JSON.parse(JSON.stringify(results));
    expect(resultsSchema.parse(back)).toEqual(results);
  });

  test('the verdict is the worst of the scenarios', () => {
    const good = assembleScenario(scenarioPlanOf(), recordOf());
    const bad = assembleScenario(scenarioPlanOf({ name: 'other', thresholds: [p999] }), recordOf());
    expect(assembleResults(context([good])).verdict).toBe('pass');
    expect(assembleResults(context([good, bad])).verdict).toBe('fail');
    expect(assembleResults(context([])).verdict).toBe('inconclusive');
  });

  test('the same record gives the same results again', () => {
    const assembled = () =>
      JSON.stringify(assembleScenario(scenarioPlanOf({ thresholds: [p999] }), recordOf()));
    expect(assembled()).toBe(assembled());
  });
});
