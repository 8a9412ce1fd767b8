import { describe, expect, test } from '@jest/globals';
import { resultsSchema } from '../../src/model/results.js';
import type { Threshold } from '../../src/model/threshold.js';
import { assembleResults, assembleScenario, type ResultsContext } from '../../src/verdict/assemble.js';
import { defaultGates } from '../../src/verdict/defaults.js';
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
  metric: { id: 'flow_time', stat: 'p99.9' },
  op: '<=',
  limit: { kind: 'absolute', value: 50 },
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

  test('what ok flows printed is not kept, what others printed is', () => {
    const printed = { stdout: excerptOf('out'), stderr: excerptOf('err') };
    const flows = [flowOf({ ...printed, iteration: 1 }), { ...failedFlow(2), ...printed }];
    const [ok, failed] = assembleScenario(scenarioPlanOf(), recordOf({ flows })).flows;
    expect(ok).not.toHaveProperty('stdout');
    expect(ok).not.toHaveProperty('stderr');
    expect(failed).toMatchObject(printed);
  });

  test('at most 1,000 flows keep what they printed and their stack', () => {
    const flows = Array.from({ length: 1100 }, (_, index) =>
      flowOf({
        iteration: index + 1,
        outcome: 'failed',
        error: { message: 'boom', stack: 'Error: boom' },
        stderr: excerptOf('x'),
      }),
    );
    const results = assembleScenario(scenarioPlanOf(), recordOf({ flows }));
    expect(results.flows.filter((flow) => flow.stderr !== undefined)).toHaveLength(1000);
    expect(results.flows.filter((flow) => flow.error?.stack !== undefined)).toHaveLength(1000);
    expect(results.flows.at(-1)?.error).toEqual({ message: 'boom' });
    expect(results.errors).toMatchObject([{ count: 1100 }]);
    // The record itself is left as it was.
    expect(flows.at(-1)).toHaveProperty('stderr');
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
