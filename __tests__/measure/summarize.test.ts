import { describe, expect, test } from '@jest/globals';
import { measure, standardRefs, summarize } from '../../src/measure/summarize.js';
import type { Flow } from '../../src/model/flow.js';
import { type MetricId, metricName, type MetricRef, METRICS } from '../../src/model/metrics.js';
import type { Record } from '../../src/model/record.js';
import { failedFlow, flowOf, flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';
import { forSeeds } from './seeded.js';

const ask = (record: Record, ref: MetricRef | MetricId) =>
  measure(summarize(record), typeof ref === 'string' ? { metric: ref } : ref);
const value = (record: Record, ref: MetricRef | MetricId) => ask(record, ref).value;
const flowTime = (stat: string): MetricRef => ({ metric: 'flow_time', stat });
const withFlows = (flows: readonly Flow[]) => recordOf({ flows });

describe('flows', () => {
  const mixed = withFlows([
    flowOf({ iteration: 1, startedAt: 0, endedAt: 1000 }),
    flowOf({ iteration: 2, startedAt: 500, endedAt: 2000 }),
    failedFlow(3),
    flowOf({ iteration: 4, startedAt: 100, endedAt: 4000, outcome: 'timed_out' }),
    flowOf({ iteration: 5, startedAt: 3000, endedAt: 3000, outcome: 'dropped' }),
  ]);

  test('success rate is ok over all that were started or dropped, and says of how many', () => {
    expect(ask(mixed, 'success_rate')).toEqual({ value: 0.4, unit: 'ratio', note: '2 of 5' });
    expect(ask(mixed, 'error_rate')).toEqual({ value: 0.6, unit: 'ratio', note: '3 of 5' });
  });

  test('an error rate of one in ten is exactly a tenth', () => {
    expect(value(withFlows([...flowsAtOnce(9), failedFlow(10)]), 'error_rate')).toBe(0.1);
  });

  test('total time runs from the first start to the last end; throughput is ok flows over it', () => {
    expect(value(mixed, 'total_time')).toBe(4000);
    expect(value(mixed, 'throughput')).toBe(0.5);
  });

  test('outcomes and kinds of error are counted', () => {
    expect(
      ['failed', 'timed_out', 'dropped', 'error_types'].map((id) => value(mixed, id as MetricId)),
    ).toEqual([1, 1, 1, 3]);
  });

  test('more kinds of error than the report lists are all counted', () => {
    const flows = Array.from({ length: 30 }, (_, index) =>
      flowOf({ iteration: index + 1, outcome: 'failed', error: { message: 'x'.repeat(index + 1) } }),
    );
    expect(value(withFlows(flows), 'error_types')).toBe(30);
  });

  test('flow time is over ok flows only, from the actual start', () => {
    expect(value(mixed, flowTime('max'))).toBe(1500);
    expect(value(mixed, flowTime('med'))).toBe(1250);
    const late = withFlows([flowOf({ scheduledAt: 0, startedAt: 40, endedAt: 50 })]);
    expect(value(late, flowTime('max'))).toBe(10);
  });

  test('concurrency and start skew leave out dropped flows', () => {
    const flows = flowsAtOnce(4, (index) => ({ startedAt: index * 2 }));
    const record = withFlows([...flows, flowOf({ barrier: true, startedAt: 50, outcome: 'dropped' })]);
    expect(value(record, 'max_concurrency')).toBe(4);
    expect(value(record, 'start_skew')).toBe(6);
    expect(ask(withFlows([flowOf()]), 'start_skew').note).toBe('no flow left a start barrier');
  });

  test('without any flow nothing is zero: all is no data, and says why', () => {
    const none = recordOf({ flows: [] });
    for (const ref of standardRefs(summarize(none))) {
      const result = ask(none, ref);
      expect([metricName(ref), result.value, result.note]).toEqual([
        metricName(ref),
        null,
        expect.stringMatching(/no flow (was|left|made)/),
      ]);
    }
  });

  test('when no flow was ok, flow time is no data and throughput is nil', () => {
    const record = withFlows([failedFlow(1)]);
    expect(ask(record, flowTime('p95'))).toEqual({ value: null, unit: 'ms', note: 'no flow was ok' });
    expect(ask(record, { metric: 'step', label: 'draft', stat: 'med' }).note).toBe('no flow was ok');
    expect(value(record, 'throughput')).toBe(0);
    expect(value(record, 'success_rate')).toBe(0);
    expect(value(record, 'cpu_per_flow')).toBe(80);
  });

  test('a run that took no time has no throughput, rather than an infinite one', () => {
    const record = withFlows([flowOf({ startedAt: 5, endedAt: 5 })]);
    expect(ask(record, 'throughput')).toMatchObject({ value: null, note: 'the run took no measurable time' });
  });

  test('flows that an interruption cut short are neither ok nor failed', () => {
    const cut = flowOf({ iteration: 3, outcome: 'killed', error: { message: 'interrupted by SIGINT' } });
    const record = recordOf({ flows: [flowOf(), failedFlow(2), cut], interrupted: 'SIGINT' });
    expect(ask(record, 'success_rate')).toMatchObject({ value: 0.5, note: '1 of 2' });
    expect(value(record, 'error_types')).toBe(1);
    expect(value(recordOf({ flows: [flowOf(), failedFlow(2), cut] }), 'success_rate')).toBe(1 / 3);
    expect(ask(recordOf({ flows: [cut], interrupted: 'SIGINT' }), 'success_rate')).toMatchObject({
      value: null,
      note: 'no flow had ended when the run was interrupted',
    });
  });

  test('flow metrics equal the brute-force truth', () => {
    forSeeds(100, (random) => {
      const outcomes = ['ok', 'ok', 'ok', 'failed', 'timed_out'] as const;
      const flows = Array.from({ length: 2 + Math.floor(random() * 30) }, (_, index) => {
        const startedAt = random() * 1000;
        return flowOf({
          iteration: index + 1,
          startedAt,
          endedAt: startedAt + 1 + random() * 500,
          outcome: outcomes[Math.floor(random() * outcomes.length)] ?? 'ok',
        });
      });
      const ok = flows.filter((flow) => flow.outcome === 'ok');
      const times = ok.map((flow) => flow.endedAt - flow.startedAt);
      const total =
        Math.max(...flows.map((flow) => flow.endedAt)) - Math.min(...flows.map((flow) => flow.startedAt));
      const record = withFlows(flows);
      expect(value(record, 'success_rate')).toBe(ok.length / flows.length);
      expect(value(record, 'total_time')).toBeCloseTo(total, 9);
      expect(value(record, 'throughput')).toBeCloseTo((1000 * ok.length) / total, 9);
      expect(value(record, flowTime('max'))).toBe(ok.length === 0 ? null : Math.max(...times));
      expect(value(record, flowTime('min'))).toBe(ok.length === 0 ? null : Math.min(...times));
    });
  });
});

describe('steps', () => {
  const steps = (...times: [string, number][]) =>
    times.map(([name, time]) => ({ name, startedAt: 0, endedAt: time }));
  const record = withFlows([
    flowOf({ iteration: 1, steps: steps(['draft', 10], ['style', 1]) }),
    flowOf({ iteration: 2, steps: steps(['draft', 30], ['draft', 50]) }),
    flowOf({ iteration: 3, outcome: 'failed', steps: steps(['draft', 9000], ['only-failed', 1]) }),
  ]);

  test('every time that an ok flow ran a step counts', () => {
    expect(value(record, { metric: 'step', label: 'draft', stat: 'med' })).toBe(30);
    expect(value(record, { metric: 'step', label: 'draft', stat: 'max' })).toBe(50);
  });

  test('a step that no ok flow had is no data', () => {
    expect(ask(record, { metric: 'step', label: 'only-failed', stat: 'med' })).toMatchObject({
      value: null,
      note: 'no ok flow had a step "only-failed"',
    });
  });

  test('the standard list names each step, flow time and all scalars once', () => {
    const tried = { ...record, retries: { times: 1, backoff: 100 } };
    const names = standardRefs(summarize(tried)).map(metricName);
    expect(standardRefs(summarize(record)).map(metricName)).not.toContain('retried');
    expect(names).toEqual(expect.arrayContaining(['step(draft).med', 'step(style).p95', 'flow_time.p99']));
    expect(new Set(names).size).toBe(names.length);
    const scalars = Object.entries(METRICS).filter(
      ([, { meaning, shape }]) => shape === 'scalar' && !meaning.startsWith('ladder:'),
    );
    expect(names).toEqual(expect.arrayContaining(scalars.map(([id]) => id)));
  });
});

describe('the machine', () => {
  const sampled = (samples: Parameters<typeof sampleOf>[0][], source = 'procfs') =>
    recordOf({
      flows: flowsAtOnce(2, () => ({ startedAt: 1000, endedAt: 2000 })),
      monitor: monitorOf(
        samples.map((sample) => sampleOf(sample)),
        source,
      ),
    });

  test('the boot of the service before the first start is not counted', () => {
    const record = sampled([
      { at: 0, memory: 900e6, threads: 99, cpuTime: 0 },
      // Its high-water mark is from before the first start: what is resident then counts.
      { at: 990, memory: 100e6, peakMemory: 900e6, cpuTime: 700 },
      { at: 1500, memory: 200e6, peakMemory: 250e6, cpuTime: 1100 },
      { at: 2010, memory: 120e6, peakMemory: 210e6, cpuTime: 1210 },
      { at: 3000, memory: 800e6, cpuTime: 1900 },
    ]);
    expect(value(record, 'peak_memory')).toBe(250e6);
    expect(value(record, 'peak_threads')).toBe(4);
    expect(value(record, 'cpu_time')).toBe(510);
    expect(value(record, 'cpu_per_flow')).toBe(255);
    // 510 ms in 1,020 ms on 4 cores.
    expect(value(record, 'avg_cpu')).toBeCloseTo(0.125, 12);
    // Trapezoids of 510 ms each: (100 + 200)/2 and (200 + 120)/2.
    expect(value(record, 'avg_memory')).toBeCloseTo(155e6, 3);
  });

  test('a spike that only the high-water mark after the last end shows is not lost', () => {
    const record = sampled([{ at: 1000 }, { at: 2100, memory: 10e6, peakMemory: 350e6 }]);
    expect(value(record, 'peak_memory')).toBe(350e6);
  });

  test('what the process table cannot count is no data, not zero', () => {
    const record = sampled(
      [
        { at: 1000, threads: 0 },
        { at: 2000, threads: 0 },
      ],
      'pidusage',
    );
    expect(ask(record, 'peak_threads')).toEqual({
      value: null,
      unit: 'count',
      note: 'threads are not measured by pidusage',
    });
    expect(ask(record, 'peak_files').note).toBe('open files are not measured by pidusage');
    expect(value(sampled([{ at: 1000, files: 3 }, { at: 2000 }]), 'peak_files')).toBe(3);
  });

  test('zero bytes of processes that were never seen are no data', () => {
    const unseen = { memory: 0, processes: 0, threads: 0 };
    const record = sampled([
      { at: 1000, ...unseen },
      { at: 2000, cpuTime: 30, ...unseen },
    ]);
    for (const id of ['peak_memory', 'avg_memory', 'peak_threads', 'peak_processes'] as const) {
      expect(ask(record, id)).toMatchObject({
        value: null,
        note: expect.stringContaining('every process ended before it could be sampled'),
      });
    }
    expect(value(record, 'cpu_time')).toBe(30);
  });

  test('a sample from before the first start alone tells nothing of the flows', () => {
    const record = sampled([{ at: 500, memory: 20e6, processes: 1 }]);
    for (const id of ['peak_memory', 'avg_memory', 'peak_threads', 'peak_processes'] as const) {
      expect(ask(record, id)).toMatchObject({
        value: null,
        note: 'the monitor took no sample after the first flow had started',
      });
    }
  });

  test('a process that was seen before it had memory of its own passes no gate on memory', () => {
    const forked = { memory: 0, processes: 1, threads: 1 };
    const record = sampled([
      { at: 1000, ...forked },
      { at: 2000, ...forked },
    ]);
    expect(value(record, 'peak_memory')).toBeNull();
    expect(value(record, 'avg_memory')).toBeNull();
    expect(value(record, 'peak_processes')).toBe(1);
  });

  test('without samples all is no data', () => {
    const record = sampled([]);
    expect(ask(record, 'peak_memory').note).toBe('the monitor took no sample');
    expect(ask(record, 'peak_cpu').note).toBe('the monitor took fewer than two samples');
    expect(ask(record, 'cpu_per_flow').value).toBeNull();
  });

  test('more than all cores is an error of reading: counted as all, and said', () => {
    const record = sampled([{ at: 1000 }, { at: 2000, cpuTime: 4400 }]);
    expect(ask(record, 'peak_cpu')).toEqual({
      value: 1,
      unit: 'ratio',
      note: 'read as 110% of all cores, counted as 100%',
    });
  });

  test("memory growth is the slope of the service's memory per minute", () => {
    const course = Array.from({ length: 11 }, (_, index) => ({
      at: 1000 + 100 * index,
      memory: 5e9,
      serviceMemory: 100e6 + 1000 * index,
    }));
    // 1,000 bytes every 100 ms are 600,000 bytes a minute.
    expect(value(sampled(course), 'memory_growth')).toBeCloseTo(600_000, 3);
    expect(ask(sampled(course.slice(0, 5)), 'memory_growth').note).toBe(
      '5 samples of the service are too few for a slope',
    );
  });

  test('without a service there is no memory growth', () => {
    expect(ask(recordOf(), 'memory_growth')).toMatchObject({ value: null, note: 'no service was watched' });
  });

  test('more samples than a call takes arguments are no trouble', () => {
    const many = Array.from({ length: 200_000 }, (_, index) => ({
      at: 1000 + index / 200,
      cpuTime: index / 300,
    }));
    expect(value(sampled(many), 'peak_processes')).toBe(2);
  });
});

test('a stat that does not exist is no data rather than an exception', () => {
  expect(ask(recordOf(), flowTime('p200'))).toMatchObject({
    value: null,
    note: 'flow_time has no stat "p200"',
  });
});
