import { describe, expect, test } from '@jest/globals';
import { readImport } from '../../src/import/read.js';
import { fakeFiles } from '../fakes/files.js';
import { fixture, metricsOf, readFixture, readText, refusalOf, valuesOf } from './imported.js';

describe('Locust', () => {
  test('statistics have the figures of the report that Locust prints', async () => {
    const run = await readFixture('locust_stats.csv');
    const names = [
      'flow_time.med',
      'flow_time.p66',
      'flow_time.p95',
      'flow_time.p99',
      'flow_time.p99.99',
      'flow_time.p50',
    ];
    expect(valuesOf(run, names)).toEqual({
      'flow_time.med': 14,
      'flow_time.p66': 20,
      'flow_time.p95': 57,
      'flow_time.p99': 76,
      'flow_time.p99.99': 86,
      'flow_time.p50': 14,
    });
    const of = metricsOf(run);
    expect(of('success_rate')).toMatchObject({ value: 109 / 120, note: '109 of 120 requests' });
    expect(of('failed').value).toBe(11);
    expect(of('throughput').value).toBeCloseTo(96.99 - 8.89, 1);
    expect(of('step(GET /flaky).p95').value).toBe(31);
    expect(of('step(GET slow page).avg').value).toBeCloseTo(42.42, 2);
    expect([
      of('flow_time.p97').value,
      of('total_time').value,
      of('peak_memory').value,
      of('dropped').value,
    ]).toEqual([null, null, null, null]);
  });

  test('the failures beside it tell what went wrong', async () => {
    const files = fakeFiles({
      '/repo/a_stats.csv': fixture('locust_stats.csv'),
      '/repo/a_failures.csv': fixture('locust_failures.csv'),
    });
    const { tally } = await readImport({ name: 'a_stats.csv', file: '/repo/a_stats.csv' }, files);
    expect(tally.errorKinds({ killed: true })).toMatchObject([
      { sample: "GET /flaky: HTTPError('503 Server Error: Service Unavailable for url: /flaky')", count: 11 },
    ]);
  });

  test('a history tells the counts of its last row, its most users, and no percentiles', async () => {
    const run = await readFixture('locust_stats_history.csv');
    const names = [
      'success_rate',
      'failed',
      'max_concurrency',
      'flow_time.med',
      'flow_time.max',
      'flow_time.p95',
      'throughput',
    ];
    expect(valuesOf(run, names)).toEqual({
      success_rate: 0.9083,
      failed: 11,
      max_concurrency: 4,
      'flow_time.med': 14,
      'flow_time.max': 86.48,
      'flow_time.p95': null,
      throughput: null,
    });
  });

  test('a run without a request has no data', async () => {
    const [head = ''] = fixture('locust_stats.csv').split('\n');
    const of = metricsOf(
      await readText(`${head}\n,Aggregated,0,0,0,0.0,0,0,0,0.0,0.0,0,0,0,0,0,0,0,0,0,0,0\n`),
    );
    expect([of('success_rate').value, of('flow_time.p95').value, of('throughput').value]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test.each([
    ['no row of all', (text: string) => text.replace('Aggregated', 'GET x'), 'lacks the row Aggregated'],
    ['a row that is cut', (text: string) => text.slice(0, -20), 'it may have been cut off'],
    [
      'more failures than requests',
      (text: string) => text.replace('Aggregated,120,11', 'Aggregated,10,11'),
      'counts 11 failures of 10',
    ],
    [
      'a time that is none',
      (text: string) => text.replace(',57,66,76,', ',much,66,76,'),
      'has 95% = "much" in line 4',
    ],
  ])('%s is refused', async (_, change, message) => {
    expect(await refusalOf(change(fixture('locust_stats.csv')))).toContain(message);
  });

  test('a list of failures is no result, and the message says what is', async () => {
    expect(await refusalOf(fixture('locust_failures.csv'))).toBe(
      "is Locust's list of failures, without times and rates; give the _stats.csv that is beside it",
    );
  });
});

describe('Artillery', () => {
  test('the figures of its summary', async () => {
    const run = await readFixture('artillery.json');
    const names = [
      'success_rate',
      'failed',
      'flow_time.min',
      'flow_time.avg',
      'flow_time.med',
      'flow_time.p95',
      'flow_time.p99',
      'step(http.response_time).max',
      'metric(http.codes.503).sum',
      'metric(http.requests).sum',
      'flow_time.p97',
    ];
    expect(valuesOf(run, names)).toEqual({
      success_rate: 0.85,
      failed: 3,
      'flow_time.min': 40.8,
      'flow_time.avg': 54.3,
      'flow_time.med': 50.9,
      'flow_time.p95': 67.4,
      'flow_time.p99': 67.4,
      'step(http.response_time).max': 55,
      'metric(http.codes.503).sum': 1,
      'metric(http.requests).sum': 37,
      'flow_time.p97': null,
    });
    expect(metricsOf(run)('step(/slow).p95').value).toBeGreaterThan(29);
    expect(run.tally.errorKinds({ killed: true })).toMatchObject([
      { sample: 'ECONNREFUSED', count: 3 },
      { sample: 'a response with status 503', count: 1 },
    ]);
  });

  const answered = (counters: object) =>
    readText(
      JSON.stringify({
        aggregate: { counters: { 'vusers.created': 10, 'vusers.completed': 10, ...counters }, summaries: {} },
      }),
    );

  test('users that completed with nothing but errors of the server are no success', async () => {
    const of = metricsOf(await answered({ 'http.codes.500': 30 }));
    expect(of('success_rate')).toMatchObject({ value: 0, note: '0 of 30 responses' });
    const expecting = metricsOf(await answered({ 'http.codes.404': 30, 'plugins.expect.ok': 30 }));
    expect(expecting('success_rate')).toMatchObject({ value: 1, note: '10 of 10 virtual users' });
  });

  test('a user that has not ended is not ok, and without a user there is no data', async () => {
    const of = metricsOf(await answered({ 'vusers.completed': 4 }));
    expect(of('success_rate').value).toBe(0.4);
    const nobody = metricsOf(await answered({ 'vusers.created': 0, 'vusers.completed': 0 }));
    expect([nobody('success_rate').value, nobody('throughput').value]).toEqual([null, null]);
  });
});

describe('JMeter', () => {
  test('the figures of its summariser', async () => {
    const run = await readFixture('jmeter.jtl');
    const of = metricsOf(run);
    const lines = fixture('jmeter.jtl').trim().split('\n').slice(1);
    const elapsed = lines.map((line) => Number(line.split(',')[1]));
    const mean = elapsed.reduce((sum, each) => sum + each, 0) / elapsed.length;
    // summary = 60 in 00:00:02 = 25.8/s Avg: 59 Min: 8 Max: 365 Err: 3 (5.00%), of all samples.
    expect([elapsed.length, Math.floor(mean), Math.min(...elapsed), Math.max(...elapsed)]).toEqual([
      60, 59, 8, 365,
    ]);
    expect(of('success_rate')).toMatchObject({ value: 0.95, note: '57 of 60' });
    expect(of('failed').value).toBe(3);
    expect(of('flow_time.max').value).toBe(365);
    expect(of('max_concurrency').value).toBe(3);
    expect(of('bytes_sent').value).toBe(30 * 118 + 30 * 117);
    expect(of('step(flaky, first page).max').value).toBe(365);
    expect(of('step(slow).min').value).toBeGreaterThanOrEqual(30);
    expect(of('ttfb.max').value).toBe(238);
    expect([of('dropped').value, of('timed_out').value, of('start_skew').value, of('retried').value]).toEqual(
      [null, null, null, null],
    );
    expect(run.tally.errorKinds({ killed: true })).toMatchObject([
      { count: 3, sample: 'Test failed: text expected to contain /"ok":true/' },
    ]);
  });

  test('what a column lacks has no data', async () => {
    const of = metricsOf(await readText('timeStamp,elapsed,success\n1000,5,true\n1002,7,false\n'));
    expect([of('success_rate').value, of('total_time').value, of('flow_time.p99').value]).toEqual([
      0.5, 9, 5,
    ]);
    expect([of('ttfb.p95').value, of('bytes_received').value, of('step(x).med').value]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('XML is refused with what to do', async () => {
    expect(await refusalOf(fixture('jmeter-xml.jtl'))).toBe(
      'is a JTL in XML; let JMeter write CSV, which is its default: -Jjmeter.save.saveservice.output_format=csv',
    );
  });

  test.each([
    ['no sample', 'timeStamp,elapsed,success\n', 'is a JTL without a sample'],
    ['no success', 'timeStamp,elapsed\n1,2\n', 'is a JTL without the column success'],
    [
      'a time that is cut',
      'timeStamp,elapsed,success\n1,2,true\n1,2\n',
      'has 2 fields in line 3 and 3 in its first',
    ],
    ['a time below zero', 'timeStamp,elapsed,success\n1,-2,true\n', 'has elapsed = "-2" in line 2'],
    ['neither true nor false', 'timeStamp,elapsed,success\n1,2,TRUE\n', 'which is neither true nor false'],
    ['a quotation mark that stays open', 'timeStamp,elapsed,success\n1,2,"true\n', 'that is never closed'],
  ])('%s is refused', async (_, text, message) => {
    expect(await refusalOf(text)).toContain(message);
  });

  test('a message over several lines is one field', async () => {
    const head = 'timeStamp,elapsed,label,success,failureMessage\n';
    const run = await readText(`${head}1,2,a,false,"first\nsecond ""third"""\n3,4,a,true,\n`);
    expect(run.from.count).toBe(2);
    expect(run.tally.errorKinds({ killed: true })).toMatchObject([{ sample: 'first second "third"' }]);
  });
});
