import { expect, test } from '@jest/globals';
import type { ScenarioResults, ThresholdResult } from '../../src/model/results.js';
import { verdictOutputs } from '../../src/publish/outputs.js';
import { aResults, aScenario } from '../fakes/results.js';

const threshold = (level: 'fail' | 'warn', outcome: ThresholdResult['outcome']): ThresholdResult => ({
  expression: 'failed < 1',
  level,
  metric: 'failed',
  actual: null,
  limit: 1,
  unit: 'count',
  outcome,
});

function scenario(name: string, change: Partial<ScenarioResults> = {}): ScenarioResults {
  return { ...aScenario(), name, ...change };
}

test('failed counts gates that did not hold, those without data among them, and no alerts', () => {
  const thresholds = [
    threshold('fail', 'fail'),
    threshold('fail', 'inconclusive'),
    threshold('fail', 'pass'),
    threshold('warn', 'fail'),
  ];
  const results = aResults({ verdict: 'fail', scenarios: [scenario('a', { thresholds })] });
  expect(verdictOutputs(results)).toMatchObject({ verdict: 'fail', failed: '2' });
});

test('metrics are a JSON object by name, null without data', () => {
  const metrics = {
    total_time: { value: 2550, unit: 'ms' },
    memory_growth: { value: null, unit: 'bytes_per_minute' },
  } as const;
  const one = verdictOutputs(aResults({ scenarios: [scenario('a', { metrics })] }));
  expect(JSON.parse(one.metrics)).toEqual({ total_time: 2550, memory_growth: null });
});

test("with several scenarios a metric's name begins with its scenario's", () => {
  const metrics = { total_time: { value: 1, unit: 'ms' } } as const;
  const two = verdictOutputs(
    aResults({ scenarios: [scenario('a', { metrics }), scenario('b', { metrics })] }),
  );
  expect(JSON.parse(two.metrics)).toEqual({ 'a/total_time': 1, 'b/total_time': 1 });
});
