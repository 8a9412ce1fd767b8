import { describe, expect, test } from '@jest/globals';
import { gatedByHistory } from '../../src/history/gates.js';
import { historyOf, pointsOf } from '../../src/history/points.js';
import { historyPointSchema, type Past } from '../../src/model/history.js';
import type { ReportedUnit } from '../../src/model/flow.js';
import type { ScenarioPlan } from '../../src/model/plan.js';
import { aPoint, HISTORY_PLAN } from '../fakes/history.js';
import { aResults, aScenario } from '../fakes/results.js';

const environment = aResults().environment;
const scenario = { name: 'checkout', load: { model: 'closed', flows: 10, iterations: 10 }, thresholds: [] };

/** 24 runs whose flows reported about 400 of `unit`, and as much less in all as there is to say. */
function past(unit: ReportedUnit, before: ReportedUnit = unit): Past {
  const points = Array.from({ length: 24 }, (_, run) =>
    aPoint(
      run + 1,
      { 'metric(x).avg': 400 + (run % 5), 'metric(x).sum': 4000 + 10 * (run % 5) },
      { units: { 'metric(x).avg': run < 12 ? before : unit, 'metric(x).sum': unit } },
    ),
  );
  return { plan: { ...HISTORY_PLAN, gate: { margin: 0.1, level: 'fail' } }, points };
}

const gates = (of: Past) =>
  gatedByHistory(scenario as unknown as ScenarioPlan, { environment, past: of }).thresholds;

/** The scenario in which ten flows reported 500 each. */
const reporting = (unit: ReportedUnit) => {
  const whole = aScenario();
  const metrics = {
    ...whole.metrics,
    'metric(x).avg': { value: 500, unit },
    'metric(x).sum': { value: 5000, unit },
  };
  return { ...whole, metrics };
};

describe('what flows report, in the history', () => {
  test('is kept with its unit', () => {
    const [point] = pointsOf(aResults({ scenarios: [reporting('bytes')] }));
    expect(point?.metrics).toMatchObject({ 'metric(x).avg': 500, 'metric(x).sum': 5000 });
    expect(point?.units).toEqual({ 'metric(x).avg': 'bytes', 'metric(x).sum': 'bytes' });
    expect(historyPointSchema.parse(point)).toEqual(point);
    expect(pointsOf(aResults())[0]).not.toHaveProperty('units');
  });

  test('has a trend of its mean: on any machine, but of a time on machines like this one', () => {
    const trend = (unit: ReportedUnit, of = past(unit)) =>
      historyOf(reporting(unit), of, { environment }).trends.filter(({ metric }) =>
        metric.startsWith('metric('),
      );
    expect(trend('count')).toMatchObject([{ metric: 'metric(x).avg', anyMachine: true, now: 500 }]);
    expect(trend('ms')).toMatchObject([{ metric: 'metric(x).avg', anyMachine: false }]);
    // What was reported in another unit is something else, and twelve runs are no trend.
    expect(trend('count', past('count', 'bytes'))).toEqual([]);
  });

  test.each([
    ['count', 'metric(x).avg <= 447', 447],
    ['bytes', 'metric(x).avg <= 447B', 447],
    ['ratio', 'metric(x).avg <= 44700%', 447],
  ] as const)('is gated by its mean in %s', (unit, expression, limit) => {
    // 24 values, mean 401.92, s = 1.412; t(23, 99%) = 2.807: up to 405.96, and 10% more is 446.6, upwards 447.
    const [gate, ...more] = gates(past(unit));
    expect(more).toEqual([]);
    expect(gate).toMatchObject({ metric: 'metric', label: 'x', stat: 'avg', origin: 'history' });
    expect([gate?.expression, gate?.limit]).toEqual([expression, limit]);
  });

  test('is not gated if it is a time', () => {
    expect(gates(past('ms'))).toEqual([]);
  });
});

test('a name that is longer than the file takes does not cost the point', () => {
  const scenario = reporting('count');
  const long = `step(${'x'.repeat(200)}).med`;
  const metrics = { [long]: { value: 1, unit: 'ms' as const }, ...scenario.metrics };
  const [point] = pointsOf(aResults({ scenarios: [{ ...scenario, metrics }] }));
  expect(historyPointSchema.safeParse(point).success).toBe(true);
  expect(point?.metrics).not.toHaveProperty([long]);
});

describe('a metric of which more is better', () => {
  const metrics = { x: { better: 'higher' } } as const;

  test('has a gate below what the past predicts', () => {
    const plan = { ...scenario, metrics } as unknown as ScenarioPlan;
    const [gate] = gatedByHistory(plan, { environment, past: past('count') }).thresholds;
    expect(gate).toMatchObject({ op: '>=', worse: 'lower' });
    expect(gate?.limit).toBeLessThan(400);
  });

  test('is worse when it falls', () => {
    const points = past('count').points.map((point, run) =>
      run < 12 ? point : { ...point, metrics: { 'metric(x).avg': 200 + (run % 5) } },
    );
    const worse = (meanings?: typeof metrics) =>
      historyOf(
        reporting('count'),
        { ...past('count'), points },
        { environment, ...(meanings && { meanings }) },
      ).trends.find(({ metric }) => metric === 'metric(x).avg')?.change?.worse;
    expect([worse(), worse(metrics)]).toEqual([false, true]);
  });
});
