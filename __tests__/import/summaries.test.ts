import { describe, expect, test } from '@jest/globals';
import { fixture, metricsOf, readFixture, readText, refusalOf, valuesOf } from './imported.js';

/** What k6 printed at the end of the run that wrote its two files: k6-report.txt. */
const K6_REPORT = {
  success_rate: 0.95,
  error_rate: 0.05,
  'flow_time.avg': 44.03,
  'flow_time.min': 37.76,
  'flow_time.med': 40.97,
  'flow_time.p90': 52.28,
  'flow_time.p95': 55.22,
  'flow_time.max': 58.15,
  'step(http_req_duration).med': 22.87,
  'step(http_req_duration).p95': 36.78,
  'step(http_req_duration).max': 43.53,
  'metric(http_reqs).sum': 20,
  'metric(http_req_failed).avg': 0.05,
  'metric(orders).sum': 10,
  'metric(order_size).max': 25,
  'metric(retried).avg': 0.6,
  dropped: 0,
};

describe('k6', () => {
  test.each(['k6-summary-export.json', 'k6-lines.json'])(
    '%s has the figures that k6 prints',
    async (name) => {
      const run = await readFixture(name);
      // k6 cuts digits off, it does not round.
      const values = valuesOf(run, Object.keys(K6_REPORT), 6);
      const far = Object.entries(K6_REPORT).filter(
        ([key, printed]) => Math.abs((values[key] ?? NaN) - printed) > 0.0101,
      );
      expect(far).toEqual([]);
      expect(run.from).toMatchObject({ flow: 'iteration', count: 10 });
      expect(run.tally.errorKinds({ killed: true })).toMatchObject([
        { sample: 'the check "status is 200" failed', count: 1 },
      ]);
    },
  );

  test('the file of --summary-export does not tell which of the metrics of a script are times', async () => {
    const summary = metricsOf(await readFixture('k6-summary-export.json'));
    expect(summary('metric(order_time).max').value).toBeCloseTo(43.53, 1);
    const lines = metricsOf(await readFixture('k6-lines.json'));
    expect(lines('step(order_time).max').value).toBeCloseTo(43.53, 1);
  });

  test('a percentile that a summary lacks has no data, and the note says which it has', async () => {
    const summary = metricsOf(await readFixture('k6-summary-export.json'));
    expect(summary('flow_time.p99')).toEqual({
      value: null,
      unit: 'ms',
      note: 'the k6 summary does not tell it; of flow_time it has avg, max, med, min, p90, p95',
    });
    expect(summary('peak_memory').value).toBeNull();
    expect(summary('timed_out').value).toBeNull();
    expect(summary('failed').value).toBeNull();
  });

  test('JSON lines hold every value, so that any percentile is exact', async () => {
    const lines = metricsOf(await readFixture('k6-lines.json'));
    const durations = fixture('k6-lines.json')
      .split('\n')
      .flatMap((line) =>
        line === '' ? [] : [JSON.parse(line) as { type: string; metric: string; data: { value: number } }],
      )
      .filter(({ type, metric }) => type === 'Point' && metric === 'iteration_duration')
      .map(({ data }) => data.value)
      .sort((one, other) => one - other);
    const [ninth = NaN, tenth = NaN] = durations.slice(8);
    expect(durations).toHaveLength(10);
    // Position 0.99 · 9 = 8.91 of ten values.
    expect(lines('flow_time.p99').value).toBeCloseTo(ninth + 0.91 * (tenth - ninth), 9);
  });

  test('throughput is between two bounds where something failed', async () => {
    const { value, atMost, note } = metricsOf(await readFixture('k6-summary-export.json'))('throughput');
    expect(atMost).toBeCloseTo(44.644437, 6);
    expect(value).toBeCloseTo(44.644437 * 0.9, 6);
    expect(note).toBe('k6 does not say which iterations were ok');
  });

  test.each(['k6-handle-summary.json', 'k6-machine-readable.json'])(
    '%s knows times by their type',
    async (name) => {
      const run = await readFixture(name);
      const of = metricsOf(run);
      expect(run.from).toMatchObject({ format: 'k6 summary', count: 10 });
      expect(of('step(order_time).p95').value).toBeGreaterThan(30);
      expect(of('flow_time.p95').value).toBeGreaterThan(30);
      expect(of('success_rate').note).toBe('19 of 20 checks');
      expect(of('total_time').value).toBeGreaterThan(100);
      expect(of('bytes_received').value).toBeGreaterThan(1000);
    },
  );

  test('without checks the requests that failed tell, and without either there is no data', async () => {
    const iterations = { count: 4, rate: 2 };
    const requests = { passes: 1, fails: 9, value: 0.1 };
    const root_group = { name: '', groups: {}, checks: {} };
    const withRequests = { metrics: { iterations, http_req_failed: requests }, root_group };
    const of = metricsOf(await readText(JSON.stringify(withRequests)));
    expect(of('success_rate')).toMatchObject({ value: 0.9, note: '9 of 10 requests' });
    const neither = metricsOf(await readText(JSON.stringify({ metrics: { iterations }, root_group })));
    expect(neither('success_rate').value).toBeNull();
    expect(neither('throughput').value).toBeNull();
  });

  test.each([
    [
      'no iteration',
      { metrics: { http_reqs: { count: 1, rate: 1 } }, root_group: {} },
      'lacks the counter iterations',
    ],
    [
      'a text',
      { metrics: { iterations: { count: '7', rate: 1 } } },
      'has iterations.count = "7", which is no number',
    ],
    [
      'less than nothing',
      { metrics: { iterations: { count: -7, rate: 1 } } },
      'which is no whole number from 0 up',
    ],
    [
      'a time below zero',
      { metrics: { iterations: { count: 1, rate: 1 }, iteration_duration: { avg: -1 } } },
      'has flow_time.avg = -1, which cannot be',
    ],
    [
      'a metric of a type of its own',
      { metrics: { iterations: { type: 'sum', values: {} } } },
      'has the metric iterations of the type "sum"',
    ],
    [
      'a rate of nothing',
      { metrics: { iterations: { count: 1, rate: 1 }, checks: { passes: 3, fails: null } } },
      'lacks checks.fails',
    ],
  ])('%s is refused', async (_, json, message) => {
    expect(await refusalOf(JSON.stringify(json))).toContain(message);
  });

  test.each([
    [
      'a line that is cut',
      (lines: string[]) => [...lines.slice(0, -2), lines.at(-2)?.slice(0, 50) ?? ''],
      'which is not JSON',
    ],
    ['a Point that no Metric declares', (lines: string[]) => lines.slice(1), 'which no line before declares'],
    [
      'a value that is no number',
      (lines: string[]) => [lines[0] ?? '', (lines[1] ?? '').replace('"value":1', '"value":"1"')],
      'has a value in line 2 = "1"',
    ],
    [
      'a line of something else',
      (lines: string[]) => [lines[0] ?? '', '{"type":"Sum"}'],
      'has line 2, which is no Metric',
    ],
  ])('JSON lines with %s are refused', async (_, change, message) => {
    const changed = change(fixture('k6-lines.json').split('\n'));
    expect(await refusalOf(changed.join('\n'))).toContain(message);
  });
});

describe('hyperfine', () => {
  test('each of several commands is a step, with the mean that hyperfine prints', async () => {
    const run = await readFixture('hyperfine-two.json');
    const { results } = JSON.parse(fixture('hyperfine-two.json')) as {
      results: { mean: number; median: number }[];
    };
    const of = metricsOf(run);
    expect(of('step(fast).avg').value).toBeCloseTo((results[0]?.mean ?? NaN) * 1000, 6);
    expect(of('step(slow).med').value).toBeCloseTo((results[1]?.median ?? NaN) * 1000, 6);
    expect(valuesOf(run, ['step(fast).avg', 'step(slow).avg', 'step(slow).max', 'success_rate'], 3)).toEqual({
      'step(fast).avg': 19.9,
      'step(slow).avg': 36,
      'step(slow).max': 59.6,
      success_rate: 1,
    });
    expect(of('flow_time.avg').value).toBeNull();
    expect(of('total_time').value).toBeNull();
    expect(of('peak_memory').value).toBeNull();
  });

  test('a run that failed is no ok flow, and its time is left out', async () => {
    const run = await readFixture('hyperfine-failing.json');
    expect(valuesOf(run, ['success_rate', 'failed', 'flow_time.max', 'flow_time.min'], 3)).toEqual({
      success_rate: 0.75,
      failed: 2,
      'flow_time.max': 9.35,
      'flow_time.min': 0,
    });
    expect(run.tally.errorKinds({ killed: true })).toMatchObject([{ sample: 'exit status 1', count: 2 }]);
  });

  test('memory of newer versions, signals, and statuses that are not there', async () => {
    const command = { command: 'x', mean: 1, times: [1, 2], user: 0.5, system: 0.25 };
    const full = { ...command, exit_codes: [0, null], memory_usage_byte: [1000, 3000] };
    const run = await readText(JSON.stringify({ results: [full] }));
    expect(valuesOf(run, ['peak_memory', 'cpu_per_flow', 'cpu_time', 'success_rate'])).toEqual({
      peak_memory: 3000,
      cpu_per_flow: 750,
      cpu_time: 1500,
      success_rate: 0.5,
    });
    const without = metricsOf(await readText(JSON.stringify({ results: [command] })));
    expect(without('success_rate').value).toBeNull();
    expect(without('flow_time.max').value).toBe(2000);
  });

  test.each([
    ['no times', { command: 'x', mean: 1 }, 'lacks results[0].times'],
    ['a time below zero', { command: 'x', mean: 1, times: [-1], exit_codes: [0] }, 'a time below zero'],
    [
      'a status too few',
      { command: 'x', mean: 1, times: [1, 2], exit_codes: [0] },
      'as many results[0].exit_codes',
    ],
    [
      'a time that is none',
      { command: 'x', mean: 1, times: [null], exit_codes: [0] },
      'lacks results[0].times[0]',
    ],
    [
      'a status that is none',
      { command: 'x', mean: 1, times: [1], exit_codes: ['0'] },
      'which is no exit status',
    ],
  ])('%s is refused', async (_, result, message) => {
    expect(await refusalOf(JSON.stringify({ results: [result] }))).toContain(message);
  });
});

describe('oha and autocannon', () => {
  test('a response with status 503 is not ok, although oha calls it a success', async () => {
    const run = await readFixture('oha.json');
    expect(
      valuesOf(run, [
        'success_rate',
        'failed',
        'total_time',
        'flow_time.avg',
        'flow_time.p95',
        'flow_time.p99.9',
      ]),
    ).toEqual({
      success_rate: 0.9,
      failed: 20,
      total_time: 222.4,
      'flow_time.avg': 4.424,
      'flow_time.p95': 7.883,
      'flow_time.p99.9': 8.668,
    });
    expect(metricsOf(run)('throughput').value).toBeCloseTo(180 / 0.222422865, 6);
    expect(run.tally.errorKinds({ killed: true })).toMatchObject([{ sample: 'status 503', count: 20 }]);
  });

  test('requests that oha cut short are not counted', async () => {
    const run = await readFixture('oha-duration.json');
    expect(metricsOf(run)('success_rate').value).toBe(1);
    expect(run.from.notes.join('\n')).toContain('4 requests were under way when oha stopped');
  });

  test.each(['oha-refused.json', 'autocannon-refused.json'])('%s: nothing was answered', async (name) => {
    const of = metricsOf(await readFixture(name));
    expect(of('success_rate').value).toBe(0);
    expect(of('flow_time.p95').value).toBeNull();
    expect(of('throughput').value).toBe(0);
  });

  test('autocannon', async () => {
    const run = await readFixture('autocannon.json');
    const names = [
      'success_rate',
      'failed',
      'timed_out',
      'flow_time.avg',
      'flow_time.p50',
      'flow_time.p97.5',
      'flow_time.p99',
    ];
    expect(valuesOf(run, names)).toEqual({
      success_rate: 0.9,
      failed: 20,
      timed_out: 0,
      'flow_time.avg': 4.97,
      'flow_time.p50': 3,
      'flow_time.p97.5': 14,
      'flow_time.p99': 24,
    });
    expect(metricsOf(run)('flow_time.p95').value).toBeNull();
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['empty', '', 'is empty; known are: k6'],
    ['blank', ' \n\n', 'is empty'],
    ['text', 'hello', 'is of no known format, as it begins with "hello"; known are: k6'],
    [
      'JSON of another tool',
      '{"a": 1, "b": 2}',
      'is of no known format, as JSON with the keys "a", "b"; known are',
    ],
    ['half of it', fixture('oha.json').slice(0, 500), 'begins like JSON and is none'],
    ['gzip', '\u001F\u008B\b', 'is compressed; unpack it first'],
    ['UTF-16', '{\0"\0', 'is no text in UTF-8'],
  ])('%s', async (_, text, message) => {
    expect(await refusalOf(text)).toContain(message);
  });

  test('what its message names of the file is plain text', async () => {
    const name = '\u001B[31m\n::error::x\u202E';
    const metrics = { iterations: { count: 1, rate: 1 }, [name]: { avg: 'x' } };
    expect(await refusalOf(JSON.stringify({ metrics }))).toBe(
      'has : :error::x.avg = "x", which is no number',
    );
  });

  test('a byte order mark changes nothing', async () => {
    expect((await readText(`\uFEFF${fixture('oha.json')}`)).from.format).toBe('oha JSON');
    expect((await readText(`\uFEFF${fixture('k6-lines.json')}`)).from.format).toBe('k6 JSON lines');
  });
});
