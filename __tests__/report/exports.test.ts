import { describe, expect, test } from '@jest/globals';
import { parseCsv } from '../../src/data/csv.js';
import { seededRandom } from '../../src/lib/random.js';
import type { Flow } from '../../src/model/flow.js';
import type { Results, ScenarioResults } from '../../src/model/results.js';
import { renderBencher, renderBenchmarks } from '../../src/report/benchmarks.js';
import { renderCsv } from '../../src/report/csv.js';
import { unkeptFlows } from '../../src/report/kept.js';
import { renderOtlp } from '../../src/report/otlp.js';
import { hostileText } from '../fakes/hostile-text.js';
import { aResults, aScenario } from '../fakes/results.js';
import { SAMPLES } from '../fakes/sample-results.js';

const RUN = 'a1b2c3d4e5f6';

function aFlow(change: Partial<Flow> = {}): Flow {
  return {
    slot: 1,
    iteration: 1,
    token: `fg-${RUN}-1`,
    outcome: 'ok',
    scheduledAt: 0,
    startedAt: 10,
    endedAt: 110.25,
    ...change,
  };
}

function resultsOf(flows: readonly Flow[], change: Partial<ScenarioResults> = {}): Results {
  const scenario = aScenario();
  return aResults({ scenarios: [{ ...scenario, flows: [...flows], ...change }] });
}

describe('CSV', () => {
  /** By the names in the first line. */
  const rowsOf = (results: Results): readonly Readonly<Record<string, string | undefined>>[] => {
    const { records, problems } = parseCsv(renderCsv(results));
    expect(problems).toEqual([]);
    const [head, ...rows] = records.map(({ fields }) => fields);
    return rows.map((row) => Object.fromEntries((head ?? []).map((name, index) => [name, row[index]])));
  };

  test('has a row a flow, with its times, steps and metrics', () => {
    const step = (name: string, startedAt: number, endedAt: number) => ({ name, startedAt, endedAt });
    const [first, second] = rowsOf(
      resultsOf([
        aFlow({
          steps: [step('draft', 10, 40), step('draft', 50, 51.5)],
          metrics: [{ name: 'tokens', value: 412, unit: 'count' }],
        }),
        aFlow({
          iteration: 2,
          outcome: 'failed',
          error: { message: 'exit status 3: "no", he said', exitStatus: 3 },
        }),
      ]),
    );
    expect(first).toMatchObject({
      scenario: 'checkout',
      iteration: '1',
      outcome: 'ok',
      started: '2026-01-05T10:00:00.010Z',
      started_ms: '10',
      time_ms: '100.25',
      attempts: '1',
      'step(draft)_ms': '31.5',
      'metric(tokens)': '412',
      error: '',
    });
    expect(second).toMatchObject({
      outcome: 'failed',
      exit_status: '3',
      error: 'exit status 3: "no", he said',
      'step(draft)_ms': '',
    });
  });

  test('counts time in the open model from when a flow was due, and none for a dropped one', () => {
    const load = { model: 'open', flows: 2, rate: 5, timeout: 1000, warmup: 0 } as const;
    const dropped = aFlow({ outcome: 'dropped', slot: 0 });
    expect(rowsOf(resultsOf([aFlow(), dropped], { load })).map((row) => row['time_ms'])).toEqual([
      '110.25',
      '',
    ]);
  });

  test('says of which share of the flows it has rows', () => {
    const counts = { ok: 8, failed: 1, timed_out: 0, killed: 0, dropped: 0 };
    const results = resultsOf([aFlow(), aFlow(), aFlow({ outcome: 'failed' })], { counts });
    expect(rowsOf(results).map(({ kept }) => kept)).toEqual(['0.25', '0.25', '1']);
    expect(unkeptFlows(results)).toBe(
      'it holds 3 of the 9 flows of checkout: of more flows a sample is kept',
    );
    expect(unkeptFlows(aResults())).toBeUndefined();
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r\n=1', ' =1', '\uFF1D1', '"=1'])(
    'holds no formula: %j',
    (text) => {
      const [row] = rowsOf(resultsOf([aFlow({ outcome: 'failed', error: { message: text } })]));
      expect(row?.['error']).not.toMatch(/^[=+\-@\t\r\uFF1D]/);
      expect(row?.['error']).toContain(text.trim().replace(/^'/, '').slice(1));
    },
  );

  test('has as many fields in each row, and one line a row, whatever flows say', () => {
    const random = seededRandom(3);
    const flows = Array.from({ length: 200 }, (_unused, index) =>
      aFlow({
        iteration: index + 1,
        outcome: 'failed',
        token: hostileText(random),
        error: { message: hostileText(random) },
        steps: index === 0 ? [{ name: hostileText(random), startedAt: 1, endedAt: 2 }] : [],
      }),
    );
    const text = renderCsv(resultsOf(flows));
    expect(text.split('\n')).toHaveLength(202);
    const { records, problems } = parseCsv(text);
    expect(problems).toEqual([]);
    expect([...new Set(records.map(({ fields }) => fields.length))]).toHaveLength(1);
    expect(records).toHaveLength(201);
  });
});

describe('OTLP', () => {
  interface Span {
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId?: string;
    readonly name: string;
    readonly startTimeUnixNano: string;
    readonly endTimeUnixNano: string;
    readonly status: unknown;
    readonly attributes: readonly { key: string; value: unknown }[];
  }

  const spansOf = (results: Results): readonly Span[] => {
    const { resourceSpans } = JSON.parse(renderOtlp(results)) as {
      resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  };

  test("a flow's span is the one that its TRACEPARENT names, and its steps are its children", () => {
    const steps = [{ name: 'draft', startedAt: 20, endedAt: 60.000_001 }];
    const [flow, step] = spansOf(resultsOf([aFlow({ token: `fg-${RUN}-17`, steps })]));
    expect(flow).toMatchObject({
      traceId: `${RUN}00000000000000000011`,
      spanId: '0000000000000012',
      name: 'checkout',
      // 2026-01-05T10:00:00Z and 10 ms.
      startTimeUnixNano: '1767607200010000000',
      endTimeUnixNano: '1767607200110250000',
      status: { code: 1 },
    });
    expect(flow?.parentSpanId).toBeUndefined();
    expect(step).toMatchObject({
      traceId: flow?.traceId,
      parentSpanId: flow?.spanId,
      spanId: '0001000000000012',
      name: 'draft',
      startTimeUnixNano: '1767607200020000000',
      endTimeUnixNano: '1767607200060000001',
    });
  });

  test('a flow that is not ok is an error with its message', () => {
    const error = { message: 'exit status 3', exitStatus: 3 };
    const [span] = spansOf(resultsOf([aFlow({ outcome: 'failed', error })]));
    expect(span?.status).toEqual({ code: 2, message: 'exit status 3' });
    expect(span?.attributes).toEqual(
      expect.arrayContaining([
        { key: 'error.type', value: { stringValue: 'failed' } },
        { key: 'process.exit.code', value: { intValue: '3' } },
      ]),
    );
  });

  test('ids are valid, and no two spans of a trace share one, whatever a file says', () => {
    const random = seededRandom(4);
    const flows = Array.from({ length: 100 }, (_unused, index) =>
      aFlow({
        iteration: index + 1,
        token: index % 2 === 0 ? hostileText(random) : `fg-${RUN}-${index}`,
        steps: [0, 1, 2].map((at) => ({ name: hostileText(random), startedAt: at, endedAt: at + 1 })),
      }),
    );
    const spans = spansOf(resultsOf(flows, { startedAt: 'never' }));
    expect(spans).toHaveLength(400);
    expect(
      spans.filter(
        ({ traceId, spanId }) =>
          !/^(?!0{32})[0-9a-f]{32}$/.test(traceId) || !/^(?!0{16})[0-9a-f]{16}$/.test(spanId),
      ),
    ).toEqual([]);
    expect(new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`)).size).toBe(400);
  });

  test('beyond 100,000 steps a flow says how many it has no spans of', () => {
    const steps = Array.from({ length: 60_000 }, () => ({ name: 's', startedAt: 0, endedAt: 1 }));
    const spans = spansOf(resultsOf([aFlow({ steps }), aFlow({ iteration: 2, steps })]));
    expect(spans).toHaveLength(100_002);
    expect(spans[60_001]?.attributes).toContainEqual({
      key: 'flowgate.flow.steps_left_out',
      value: { intValue: '20000' },
    });
  });
});

describe('benchmarks', () => {
  const ENTRIES = ['smaller', 'bigger'] as const;
  const entriesOf = (results: Results, better: 'smaller' | 'bigger') =>
    JSON.parse(renderBenchmarks(results, better)) as { name: string; unit: string; value: number }[];

  test('each metric with data is in one of the two files, by its direction', () => {
    const results = aResults();
    const [scenario] = results.scenarios;
    const known = Object.entries(scenario?.metrics ?? {}).filter(([, { value }]) => value !== null);
    const [smaller, bigger] = ENTRIES.map((better) => entriesOf(results, better).map(({ name }) => name));
    expect([...(smaller ?? []), ...(bigger ?? [])].sort()).toEqual(
      known.map(([name]) => `checkout: ${name}`).sort(),
    );
    expect(bigger).toEqual(['checkout: success_rate', 'checkout: throughput', 'checkout: max_concurrency']);
  });

  test('what a flow calls a step does not leave its cell', () => {
    const metrics = { 'step(a`|b).p95': { value: 1, unit: 'ms' as const } };
    expect(entriesOf(resultsOf([], { metrics }), 'smaller').map(({ name }) => name)).toEqual([
      "checkout: step(a'/b).p95",
    ]);
  });

  test('Bencher has a benchmark a scenario, with bounds where they are known', () => {
    const metrics: ScenarioResults['metrics'] = {
      'flow_time.min': { value: 1, unit: 'ms' },
      'flow_time.med': { value: 2, unit: 'ms' },
      'flow_time.max': { value: 3, unit: 'ms' },
      peak_memory: { value: 5, atMost: 7, unit: 'bytes' },
      memory_growth: { value: null, unit: 'bytes_per_minute' },
    };
    expect(JSON.parse(renderBencher(resultsOf([], { metrics })))).toEqual({
      checkout: {
        'flow_time.min': { value: 1 },
        'flow_time.med': { value: 2 },
        'flow_time.max': { value: 3 },
        peak_memory: { value: 5, upper_value: 7 },
        latency: { value: 2e6, lower_value: 1e6, upper_value: 3e6 },
      },
    });
  });

  test('no name is longer than Bencher takes', () => {
    const metrics = { [`step(${'x'.repeat(200)}).p95`]: { value: 1, unit: 'ms' as const } };
    const written = JSON.parse(renderBencher(resultsOf([], { metrics }))) as Record<string, object>;
    expect(Object.keys(written['checkout'] ?? {}).map(({ length }) => length)).toEqual([64]);
  });
});

test.each(Object.keys(SAMPLES))('the sample %s can be written in each format', (name) => {
  const results = SAMPLES[name]?.() ?? aResults();
  const printed = [renderCsv(results), renderOtlp(results), renderBencher(results)];
  expect(printed.filter((text) => !text.endsWith('\n'))).toEqual([]);
});
