import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../../src/checks/index.js';
import type { Record, Sample } from '../../../src/model/record.js';
import { assembleScenario } from '../../../src/verdict/assemble.js';
import { flowOf, flowsAtOnce, monitorOf, recordOf, sampleOf, scenarioPlanOf } from '../../fakes/record.js';

const of = (record: Record) => runChecks(record, { growth: 'fail' }).find(({ id }) => id === 'growth');

const TALLY_OF = 1200;

/** 1,200 flows at ten at once and a sample every ten of them, of which `each` says what was held. */
function long(each: (flows: number) => Partial<Sample>, differs: Partial<Record> = {}): Record {
  const samples = Array.from({ length: TALLY_OF / 10 + 1 }, (_, index) => {
    const flows = index * 10;
    return sampleOf({ at: flows, flows, ...each(flows) });
  });
  const flows = Array.from({ length: TALLY_OF }, (_, index) =>
    flowOf({ slot: (index % 10) + 1, iteration: index + 1, startedAt: index }),
  );
  return recordOf({
    load: { model: 'closed', flows: 10, iterations: TALLY_OF },
    flows,
    monitor: monitorOf(samples),
    ...differs,
  });
}

describe('growth', () => {
  test('of the memory of a service fails with how much a flow, how sure, and from what to what', () => {
    const record = long((flows) => ({ serviceMemory: 48e6 + 30_000 * flows }));
    expect(of(record)).toEqual({
      id: 'growth',
      level: 'fail',
      outcome: 'fail',
      title: 'Something grows with every flow',
      evidence: [
        'memory of the service grew by 30 KB a flow (30 KB … 30 KB, 99%), 1.8 GB/min, over 790 flows: 60 MB → 81 MB',
      ],
    });
  });

  test('that holds says what it could not judge', () => {
    const record = long((flows) => ({
      serviceMemory: 50e6,
      ...(flows % 600 === 0 ? { serviceFiles: 20 + flows } : {}),
    }));
    expect(of(record)).toMatchObject({
      outcome: 'pass',
      evidence: [
        expect.stringMatching(/^memory of the service: /),
        'not judged, for too few readings: open files of the service',
      ],
    });
  });

  test('names each that grows: threads and files of the service, memory of the host', () => {
    const record = long((flows) => ({
      // Files are counted once a second.
      at: flows * 10,
      serviceMemory: 50e6,
      serviceThreads: 11 + Math.floor(flows / 100),
      serviceFiles: 20 + flows / 2,
      hostMemory: 80e6 + 1e6 * flows,
      hostThreads: 7,
    }));
    expect(of(record)?.evidence).toEqual([
      expect.stringMatching(/^memory of the host process grew by 1 MB a flow/),
      expect.stringMatching(
        /^threads of the service grew by 0.010 a flow \(.*, 99%\) over 790 flows: 15 → 22$/,
      ),
      expect.stringMatching(/^open files of the service grew by 0.50 a flow/),
    ]);
  });

  test('of CPU time a flow is a list that is searched from its beginning each time', () => {
    const cpu = (flows: number): number => flows + flows ** 2 / 400;
    const record = long((flows) => ({ serviceMemory: 50e6, serviceCpuTime: cpu(flows) }));
    expect(of(record)?.evidence).toEqual([
      expect.stringMatching(
        /^CPU time of the service grew by .* over \d+ flows: 3.\d+ ms → 6.\d+ ms a flow$/,
      ),
    ]);
    const steady = long((flows) => ({ serviceMemory: 50e6, serviceCpuTime: 3 * flows }));
    expect(of(steady)?.outcome).toBe('pass');
  });

  test('holds with what would have been seen as evidence', () => {
    expect(of(long(() => ({ serviceMemory: 50e6 })))).toMatchObject({
      outcome: 'pass',
      title: 'Nothing grows with the flows',
      evidence: [
        'memory of the service: 0 B a flow (0 B … 0 B, 99%) over 790 flows: 50 MB → 50 MB; less than 20.3 KB a flow is taken for noise',
      ],
    });
  });

  /** `bytes` over the flows that are judged, of which there are 790 or as many times that. */
  const grown = (bytes: number, { from, times }: { from: number; times: number }) =>
    of(long((flows) => ({ flows: flows * times, serviceMemory: from + (bytes * flows) / 790 })))?.outcome;

  test('below the floor, 3 MB and 5% in all, is none', () => {
    expect(grown(2.9e6, { from: 20e6, times: 7 })).toBe('pass');
    expect(grown(3.1e6, { from: 20e6, times: 7 })).toBe('fail');
    expect(grown(19e6, { from: 400e6, times: 7 })).toBe('pass');
    expect(grown(25e6, { from: 400e6, times: 7 })).toBe('fail');
  });

  test('is none over few flows if it may be the young generation of a collector, 16 MB, that is filled', () => {
    expect(grown(15e6, { from: 20e6, times: 5 })).toBe('pass');
    expect(grown(17e6, { from: 20e6, times: 5 })).toBe('fail');
  });

  test('that came to an end in the warm-up is a cache or a pool that was filled', () => {
    const filled = of(long((flows) => ({ serviceMemory: 50e6 - 40e6 * Math.exp(-flows / 100) })));
    expect(filled?.outcome).toBe('pass');
  });

  test('that ended in the first half is none if the last half alone excludes it', () => {
    const pool = of(long((flows) => ({ serviceMemory: 50e6 + 40_000 * Math.min(flows, 600) })));
    expect(pool).toMatchObject({
      outcome: 'pass',
      evidence: [
        expect.stringMatching(
          /^memory of the service: 0 B a flow \(0 B … 26.7 KB, 99%\), in the last half 0 B \(0 B … 0 B, 91%\) over 790 flows/,
        ),
      ],
    });
  });

  test('the same record, saved and read again, gives the same', () => {
    const plan = scenarioPlanOf({ checks: { growth: 'fail' } });
    const record = long((flows) => ({ serviceMemory: 48e6 + 30_000 * flows }));
    const saved = assembleScenario(plan, JSON.parse(JSON.stringify(record)) as Record);
    expect(saved.checks).toEqual(assembleScenario(plan, record).checks);
    const monitor = JSON.parse(JSON.stringify(saved.monitor)) as Record['monitor'];
    expect(of({ ...record, monitor })).toEqual(of(record));
  });
});

describe('growth is not known', () => {
  const evidenceOf = (record: Record) => {
    expect(of(record)?.outcome).toBe('inconclusive');
    return of(record)?.evidence[0];
  };
  const leaking = (flows: number) => ({ serviceMemory: 48e6 + 30_000 * flows });

  test.each([
    ['a cache that is full at 80%', (flows: number) => Math.min(flows, 960) * 60_000],
    ['a plateau', (flows: number) => 60e6 * (1 - Math.exp(-flows / 400))],
    ['a logarithmic warm-up', (flows: number) => 40e6 * Math.log1p(flows / 60)],
  ])('where it slows down, and how many flows would tell is said: %s', (_, held) => {
    expect(evidenceOf(long((flows) => ({ serviceMemory: 50e6 + held(flows) })))).toMatch(
      /^memory of the service slows down and may still be filling up: .* a flow in the first half, .* in the last, over 790 flows: .*; 3600 flows would tell$/,
    );
  });

  test('where the interval reaches above what is noise: a single step is no leak for certain, and not none', () => {
    const step = long((flows) => ({ serviceMemory: 50e6 + (flows > 900 ? 30e6 : 0) }));
    expect(evidenceOf(step)).toMatch(
      /^memory of the service: 0 B a flow \(0 B … .* KB, 99%\) over 790 flows: 50 MB → 80 MB, which reaches above the 20.3 KB a flow that are taken for noise; 3600 flows would narrow it$/,
    );
    const timed = evidenceOf({ ...step, load: { model: 'closed', flows: 10, duration: 60_000 } });
    expect(timed).toMatch(/; 3 min would narrow it$/);
  });

  test('but an uneven CPU time, which the machine moves too, is only told', () => {
    const record = long((flows) => ({
      serviceMemory: 50e6,
      serviceCpuTime: flows * (3 + Math.sin(flows / 60)),
    }));
    expect(of(record)).toMatchObject({
      outcome: 'pass',
      evidence: [
        expect.stringMatching(/^memory of the service: 0 B/),
        expect.stringMatching(/^CPU time of the service is too uneven to tell: /),
      ],
    });
  });

  test('where nothing outlives the flows', () => {
    expect(evidenceOf(long(() => ({})))).toContain('there is no service');
  });

  test('in a short run', () => {
    expect(evidenceOf(recordOf({ flows: flowsAtOnce(10), monitor: long(leaking).monitor }))).toContain(
      'it takes 100 flows, 10 for each of those at once, and 10 samples after the first third',
    );
    const monitor = monitorOf(long(leaking).monitor.samples.filter((_, index) => index % 10 === 0));
    expect(evidenceOf(long(leaking, { monitor }))).toContain('too short');
  });

  test('where the load changes', () => {
    expect(evidenceOf(long(leaking, { rungs: [] }))).toContain('the load changes');
    expect(evidenceOf(long(leaking, { waves: [] }))).toContain('the load changes');
  });

  test('and says nothing if it was not asked for', () => {
    const listed = (record: Record) =>
      runChecks(record, {}, { growth: 'fail' }).find(({ id }) => id === 'growth');
    expect(listed(recordOf())).toBeUndefined();
    expect(listed(long(leaking))).toMatchObject({ level: 'fail', outcome: 'fail' });
    expect(runChecks(long(leaking), {}).map(({ id }) => id)).not.toContain('growth');
    const filling = long((flows) => ({ serviceMemory: 50e6 + 60_000 * Math.min(flows, 960) }));
    expect(of(filling)).toMatchObject({ level: 'fail', outcome: 'inconclusive' });
    expect(listed(filling)).toBeUndefined();
  });
});
