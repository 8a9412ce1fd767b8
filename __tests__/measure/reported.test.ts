import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../src/lib/random.js';
import { statOf } from '../../src/lib/statistics/distribution.js';
import { FlowLog } from '../../src/measure/flow-log.js';
import { ReportedValues } from '../../src/measure/reported.js';
import { measure, standardRefs, summarize } from '../../src/measure/summarize.js';
import { savedTally } from '../../src/measure/tally.js';
import type { Flow, Reported, ReportedUnit } from '../../src/model/flow.js';
import { metricName, type MetricRef } from '../../src/model/metrics.js';
import { flowOf, recordOf } from '../fakes/record.js';

function recorded(flows: readonly Partial<Flow>[]) {
  const log = new FlowLog({ model: 'closed', seed: 1 });
  flows.forEach((flow, index) => {
    log.add(flowOf({ iteration: index + 1, ...flow }));
  });
  return recordOf(log.recorded());
}

const reported = (name: string, value: number, unit: ReportedUnit = 'count'): Reported => ({
  name,
  value,
  unit,
});
const tokens = (value: number) => ({ metrics: [reported('tokens', value)] });
const ofMetric = (label: string, stat: string): MetricRef => ({ metric: 'metric', label, stat });
const valueOf = (record: ReturnType<typeof recorded>, label: string, stat: string) =>
  measure(summarize(record), ofMetric(label, stat)).value;

describe('what flows report', () => {
  const ten = recorded(Array.from({ length: 10 }, (_, index) => tokens(100 * (index + 1))));

  test('is one value a flow, with the stats of a distribution and the sum', () => {
    const stats = ['avg', 'min', 'med', 'p90', 'max', 'sum'];
    // p90 lies at 0.9 · 9 = 8.1, between 900 and 1000.
    expect(stats.map((stat) => valueOf(ten, 'tokens', stat))).toEqual([550, 100, 550, 910, 1000, 5500]);
    expect(measure(summarize(ten), ofMetric('tokens', 'sum'))).toEqual({ value: 5500, unit: 'count' });
  });

  test('counts for every started flow however it ended, and for those that reported it alone', () => {
    const record = recorded([
      tokens(10),
      { ...tokens(20), outcome: 'failed', error: { message: 'no' } },
      { ...tokens(40), outcome: 'timed_out' },
      { ...tokens(80), outcome: 'killed', hit: { kind: 'kill', at: 1 } },
      {},
    ]);
    expect(valueOf(record, 'tokens', 'sum')).toBe(150);
    expect(valueOf(record, 'tokens', 'avg')).toBe(37.5);
  });

  test('keeps its unit, and may be negative', () => {
    const record = recorded([
      { metrics: [reported('drift', -20, 'ms')] },
      { metrics: [reported('drift', 5, 'ms')] },
    ]);
    expect(measure(summarize(record), ofMetric('drift', 'min'))).toEqual({ value: -20, unit: 'ms' });
    expect(valueOf(record, 'drift', 'sum')).toBe(-15);
  });

  test('that nobody reported is no data, and says so', () => {
    const result = measure(summarize(ten), ofMetric('token', 'sum'));
    expect(result).toEqual({ value: null, unit: 'count', note: 'no flow reported a metric "token"' });
    expect(measure(summarize(recordOf({ flows: [] })), ofMetric('x', 'avg')).note).toBe(
      'no flow was started',
    );
  });

  test('is told apart by rung and by wave', () => {
    const log = new FlowLog({ model: 'closed', seed: 1 });
    log.add(flowOf({ ...tokens(1), rung: 1 }));
    log.add(flowOf({ ...tokens(2), rung: 5 }));
    log.add(flowOf({ ...tokens(4), rung: 5, wave: 2 }));
    const { tally, rungTallies, waveTallies } = log.recorded();
    expect(tally.reported().get('tokens')?.sum).toBe(7);
    expect(rungTallies?.get(5)?.reported().get('tokens')?.sum).toBe(6);
    expect(waveTallies?.get(2)?.reported().get('tokens')?.sum).toBe(4);
  });

  test('is shown by mean, p95, maximum and sum', () => {
    const names = standardRefs(summarize(ten)).map(metricName);
    expect(names.filter((name) => name.startsWith('metric'))).toEqual([
      'metric(tokens).avg',
      'metric(tokens).p95',
      'metric(tokens).max',
      'metric(tokens).sum',
    ]);
  });

  test('is read again from the flows of saved results', () => {
    const load = { ...ten.load, timeout: 1, warmup: 0 };
    const counts = { ok: 10, failed: 0, timed_out: 0, killed: 0, dropped: 0 };
    const saved = savedTally({ load, counts, metrics: {}, flows: [...ten.flows] });
    expect(saved.reported().get('tokens')?.sum).toBe(5500);
  });
});

describe('one kind of unit a name', () => {
  test('the flow that comes second fails, with both in its message, and its report does not count', () => {
    const record = recorded([
      { metrics: [reported('size', 3e6, 'bytes')] },
      { metrics: [reported('size', 412, 'ms'), reported('tokens', 7)] },
      { metrics: [reported('size', 1e6, 'bytes')] },
    ]);
    expect(record.flows.map(({ outcome }) => outcome)).toEqual(['ok', 'failed', 'ok']);
    expect(record.flows[1]?.error?.message).toBe(
      'metric(size) was a size (bytes) before and is a time (ms) here; a metric has one kind of unit',
    );
    expect([valueOf(record, 'size', 'sum'), valueOf(record, 'tokens', 'sum')]).toEqual([4e6, 7]);
    expect(measure(summarize(record), { metric: 'failed' }).value).toBe(1);
  });

  test('in one flow too', () => {
    const record = recorded([{ metrics: [reported('x', 1), reported('x', 0.5, 'ratio')] }]);
    expect(record.flows[0]?.error?.message).toBe(
      'metric(x) was a number without a unit (count) before and is a share (ratio) here; a metric has one kind of unit',
    );
  });

  test('a flow that is not ok keeps its own error', () => {
    const error = { message: 'timed out after 30 s' };
    const record = recorded([
      { metrics: [reported('x', 1)] },
      { metrics: [reported('x', 1, 'ms')], outcome: 'timed_out', error },
    ]);
    expect(record.flows[1]).toMatchObject({ outcome: 'timed_out', error });
    expect(valueOf(record, 'x', 'sum')).toBe(1);
  });
});

describe('what flows report is bounded', () => {
  test('to a hundred names a run; the rest is said to be cut', () => {
    const record = recorded(
      Array.from({ length: 250 }, (_, index) => ({ metrics: [reported(`n${index}`, 1)] })),
    );
    expect(record.cut).toEqual([
      'flows report metrics of more than 100 names: 150 values of others are not measured',
    ]);
    expect(measure(summarize(record), ofMetric('n200', 'avg')).note).toBe(
      'no flow reported a metric "n200", among the first 100 names',
    );
    expect(standardRefs(summarize(record)).filter(({ metric }) => metric === 'metric')).toHaveLength(80);
  });

  test('to a hundred names a flow, and 200 characters a name', () => {
    const metrics = Array.from({ length: 101 }, (_, index) => reported(`${index} ${'long '.repeat(200)}`, 1));
    const record = recorded([{ metrics }]);
    expect(record.cut).toEqual(['of 1 flow only the first 100 metrics are measured']);
    expect(record.flows[0]?.metrics).toHaveLength(100);
    expect(record.flows[0]?.metrics?.[0]?.name).toHaveLength(200);
  });
});

describe('more values than are kept', () => {
  test('have percentiles of a random sample; count, mean, sum and extremes are exact', () => {
    const values = new ReportedValues('bytes', 10_000);
    const random = seededRandom(5);
    const all = Array.from({ length: 200_000 }, () => 1e9 * (random() - 0.25));
    // Ascending, so that a sample of the first ones would be far off.
    all.sort((one, other) => one - other);
    for (const value of all) values.push(value);
    const { values: of, sum } = values.totals();
    const exact = (share: number) => all[Math.round(share * (all.length - 1))] ?? NaN;
    expect('count' in of && of.count).toBe(200_000);
    expect([statOf(of, 'min'), statOf(of, 'max')]).toEqual([exact(0), exact(1)]);
    expect(sum / (statOf(of, 'avg') ?? NaN)).toBeCloseTo(200_000, 3);
    // The rank of a percentile of 10,000 values has a deviation of at most 0.5%: 2% are four of them.
    for (const share of [0.05, 0.5, 0.95]) {
      const found = statOf(of, `p${share * 100}`) ?? NaN;
      expect(found).toBeGreaterThan(exact(share - 0.02));
      expect(found).toBeLessThan(exact(share + 0.02));
    }
  });
});

describe('what the config says of metrics', () => {
  const metrics = {
    took: { better: 'lower', unit: 'ms' },
    tokens: { better: 'lower', unit: 'count' },
  } as const;
  const logged = (...flows: readonly (readonly Reported[])[]): readonly Flow[] => {
    const log = new FlowLog({ model: 'closed', seed: 1, metrics });
    flows.forEach((each, index) => {
      log.add(flowOf({ iteration: index + 1, metrics: each }));
    });
    return log.recorded().flows;
  };

  test('a number without a unit is read in the unit of its metric, and added to others in it', () => {
    const [flow] = logged([reported('took', 3), reported('took', 4.1, 'ms'), reported('other', 1, 'bytes')]);
    expect(flow).toMatchObject({
      outcome: 'ok',
      metrics: [reported('took', 7.1, 'ms'), reported('other', 1, 'bytes')],
    });
  });

  test('another unit fails the flow, the first one too', () => {
    const [first, second] = logged(
      [reported('took', 3, 'bytes')],
      [reported('tokens', 3, 'ms'), reported('took', 1)],
    );
    expect(first).toMatchObject({ outcome: 'failed', metrics: [] });
    expect(first?.error?.message).toBe(
      'metric(took) is a time (ms) by metrics in the config and is a size (bytes) here; a metric has one kind of unit',
    );
    expect(second).toMatchObject({ outcome: 'failed', metrics: [reported('took', 1, 'ms')] });
    expect(second?.error?.message).toMatch(
      /^metric\(tokens\) is a number without a unit \(count\) by metrics in the config/,
    );
  });
});
