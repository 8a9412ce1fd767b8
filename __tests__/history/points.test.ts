import { describe, expect, test } from '@jest/globals';
import { fingerprintOf, historyOf, loadKey, pointsOf } from '../../src/history/points.js';
import { historyPointSchema, type Past, type Trend } from '../../src/model/history.js';
import type { ScenarioResults } from '../../src/model/results.js';
import { aPoint, HISTORY_PLAN, pastOf, STEP } from '../fakes/history.js';
import { aResults, aScenario } from '../fakes/results.js';

const environment = aResults().environment;
const history = (past: Past, scenario: ScenarioResults = aScenario()) =>
  historyOf(scenario, past, { environment });
const trend = (past: Past, metric: string, scenario?: ScenarioResults): Trend | undefined =>
  history(past, scenario).trends.find((candidate) => candidate.metric === metric);

describe('a fingerprint', () => {
  test('names the CPU, the cores, the memory in GiB and the image without its version', () => {
    expect(fingerprintOf({ ...environment, memory: 16_766_000_000 })).toBe(
      '4 × AMD EPYC 7763 64-Core Processor, 16 GiB, ubuntu24',
    );
    const { image, ...bare } = environment;
    expect(image).toBe('ubuntu24 20260101.1');
    expect(fingerprintOf({ ...bare, memory: 16.5 * 2 ** 30 })).toContain('17 GiB, linux x64');
  });

  test('is that of the limit where there is one: half a core is another machine than two', () => {
    const limited = { ...environment, cores: 0.5, memory: 512 * 2 ** 20 };
    expect(fingerprintOf(limited)).toBe('0.5 × AMD EPYC 7763 64-Core Processor, 512 MiB, ubuntu24');
    expect(fingerprintOf({ ...limited, cores: 4 / 3 })).toMatch(/^1\.33 × /);
  });
});

describe('what is kept of a run', () => {
  test('is a point for each scenario, as the file has it', () => {
    const results = aResults();
    const [point] = pointsOf(results);
    expect(historyPointSchema.parse(point)).toEqual(point);
    expect(point).toMatchObject({
      scenario: 'checkout',
      fingerprint: fingerprintOf(environment),
      load: loadKey({ model: 'closed', flows: 10, iterations: 10 }),
      sha: 'a'.repeat(40),
      run: '1.2',
      image: 'ubuntu24 20260101.1',
      metrics: { success_rate: 1, peak_memory: expect.closeTo(431e6, -6) },
    });
  });

  test('holds no value that was not measured', () => {
    const scenario = aScenario();
    const metrics = { ...scenario.metrics, knee: { value: null, unit: 'count' as const } };
    const [point] = pointsOf(aResults({ scenarios: [{ ...scenario, metrics }] }));
    expect(Object.keys(point?.metrics ?? {})).not.toContain('knee');
  });

  test.each<[string, Partial<ScenarioResults>]>([
    ['was interrupted', { interrupted: 'SIGTERM' }],
    ['was aborted', { aborted: { at: 1, reason: 'error_rate' } }],
    ['had a problem', { problems: ['setup failed'] }],
    ['started no flow', { counts: { ok: 0, failed: 0, timed_out: 0, killed: 0, dropped: 3 } }],
  ])('is nothing of a scenario that %s', (_what, change) => {
    expect(pointsOf(aResults({ scenarios: [aScenario({}, change)] }))).toEqual([]);
  });
});

describe('what earlier runs say', () => {
  test('is where the last level began, and what it was before', () => {
    const found = trend(pastOf(STEP), 'peak_memory');
    expect(found).toMatchObject({
      anyMachine: true,
      last: { from: 30, mean: expect.closeTo(133.9e6, -5) },
      change: { runsAgo: 12, sha: (31).toString(16).padStart(40, '0'), worse: true },
      now: aScenario().metrics['peak_memory']?.value,
    });
    expect(found?.change?.before).toBeCloseTo(120e6, -5);
    expect(found?.last.low).toBeLessThan(133e6);
    expect(found?.last.high).toBeGreaterThan(135e6);
  });

  test('is that less is better where it is', () => {
    expect(trend(pastOf(STEP.toReversed()), 'peak_memory')?.change).toMatchObject({
      worse: false,
      runsAgo: 30,
    });
  });

  test('is no change where there is none, or one of less than 2%', () => {
    expect(trend(pastOf(STEP.slice(0, 30)), 'peak_memory')).toMatchObject({ change: undefined });
    const small = STEP.map((value) => (value > 130 ? value - 12.8 : value));
    expect(trend(pastOf(small), 'peak_memory')).toMatchObject({ change: undefined });
  });

  test('counts a share that had better be whole by what is missing', () => {
    const rates = [...new Array<number>(20).fill(0.999), ...new Array<number>(10).fill(0.99)];
    const points = rates.map((rate, run) => aPoint(run, { success_rate: rate }));
    expect(trend({ plan: HISTORY_PLAN, points }, 'success_rate')?.change).toMatchObject({
      worse: true,
      runsAgo: 10,
    });
  });

  test('is nothing before there are twenty values', () => {
    expect(history(pastOf(STEP.slice(0, 19)))).toMatchObject({ runs: 19, trends: [] });
    expect(trend(pastOf(STEP.slice(0, 20)), 'peak_memory')).toBeDefined();
  });

  test('leaves out runs of other scenarios and under other loads', () => {
    const { points } = pastOf(STEP);
    const others = [
      ...points.map((point) => ({ ...point, scenario: 'other' })),
      ...points.map((point) => ({ ...point, load: loadKey({ model: 'closed', flows: 50, iterations: 50 }) })),
    ];
    expect(history({ plan: HISTORY_PLAN, points: others })).toMatchObject({ runs: 0, trends: [] });
  });

  test('is of machines like this one for what depends on their speed, and of all for what does not', () => {
    const { points } = pastOf(STEP);
    const elsewhere = points.map((point, run) =>
      run % 2 === 0 ? point : { ...point, fingerprint: 'another' },
    );
    const past = { plan: HISTORY_PLAN, points: elsewhere };
    expect(history(past)).toMatchObject({ runs: 42, sameMachine: 21 });
    expect(trend(past, 'peak_memory')?.values).toHaveLength(42);
    expect(trend(past, 'flow_time.p95')?.values).toHaveLength(21);
    const single = {
      plan: HISTORY_PLAN,
      points: points.map((point) => ({ ...point, fingerprint: 'another' })),
    };
    expect(trend(single, 'flow_time.p95')).toBeUndefined();
  });

  test('goes back a hundred runs and no further', () => {
    const many = [...new Array<number>(80).fill(500), ...STEP, ...STEP];
    expect(trend(pastOf(many), 'peak_memory')?.values).toHaveLength(100);
  });
});
