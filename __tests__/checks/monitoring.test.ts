import { describe, expect, test } from '@jest/globals';
import { runChecks } from '../../src/checks/index.js';
import type { MonitorRecord, Sample } from '../../src/model/record.js';
import { flowsAtOnce, monitorOf, recordOf, sampleOf } from '../fakes/record.js';

const samplesEvery = (ms: number, differs: Partial<Sample> = {}): Sample[] =>
  Array.from({ length: 4000 / ms + 1 }, (_, index) =>
    sampleOf({ at: index * ms, cpuTime: index, ...differs }),
  );
/** Two flows of 4 s, watched like this. */
const watchedBy = (samples: readonly Sample[], differs: Partial<MonitorRecord> = {}) =>
  recordOf({
    flows: flowsAtOnce(2, () => ({ endedAt: 4000 })),
    monitor: { ...monitorOf(samples), cost: { samples: 80, cpuTime: 40, duration: 4000 }, ...differs },
  });
const check = (...watch: Parameters<typeof watchedBy>) =>
  runChecks(watchedBy(...watch), { monitoring: 'fail' }).find(({ id }) => id === 'monitoring');
const unasked = (...watch: Parameters<typeof watchedBy>) =>
  runChecks(watchedBy(...watch), {}).find(({ id }) => id === 'monitoring');

describe('the check monitoring', () => {
  test('holds where the processes were looked at all the time, and says how', () => {
    expect(check(samplesEvery(50))).toEqual({
      id: 'monitoring',
      level: 'fail',
      outcome: 'pass',
      title: 'What was measured can be trusted',
      evidence: ['81 looks, at most 50 ms apart; the monitor used 1% of one core'],
    });
  });

  test('fails where looks failed', () => {
    const note = 'a reading of the process table failed: EACCES';
    const failed = check(samplesEvery(50), { failures: 3, notes: [note] });
    expect(failed).toMatchObject({ outcome: 'fail', title: 'What was measured cannot be trusted' });
    expect(failed?.evidence[0]).toBe(`3 looks at the processes failed: ${note}`);
  });

  test('fails where what is watched ended before the flows did', () => {
    const watched = [{ name: 'container db', ended: true as const }, { name: 'port 80: nginx (pid 812)' }];
    const ended = check(samplesEvery(50), { watched });
    expect(ended?.outcome).toBe('fail');
    expect(ended?.evidence[0]).toBe('container db, which is watched, ended during the run');
    expect(check(samplesEvery(50), { watched: watched.slice(1) })?.outcome).toBe('pass');
  });

  test('fails where nothing was looked at for long', () => {
    const samples = samplesEvery(50).filter(({ at }) => at <= 500 || at >= 2500);
    const gapped = check(samples);
    expect(gapped?.outcome).toBe('fail');
    expect(gapped?.evidence[0]).toBe('nothing was looked at for 2 s of 4 s');
    // A table that starts a process for each look has more time.
    expect(check(samples, { source: 'pidusage' })?.outcome).toBe('pass');
  });

  test('fails where flows that ran for seconds were never seen: their memory and CPU are not known', () => {
    const unseen = samplesEvery(50, { memory: 0, peakMemory: 0, processes: 0, threads: 0 });
    expect(check(unseen)?.evidence[0]).toBe('no look saw a process, while flows ran for 4 s');
  });

  test('fails where the monitor took what the flows should have had', () => {
    const dear = check(samplesEvery(50), { cost: { samples: 80, cpuTime: 400, duration: 4000 } });
    expect(dear?.evidence[0]).toBe('the monitor used 10% of one core, which the flows did not have');
  });

  test('does not know where the peak of memory is only known between two bounds', () => {
    const samples = samplesEvery(50, { memory: 100e6, mostMemory: { known: 150e6, unknown: 0 } });
    const loose = check(samples);
    expect(loose?.outcome).toBe('inconclusive');
    expect(loose?.evidence[0]).toBe(
      'peak memory was at least 100 MB and at most 150 MB: processes started and ended between two looks',
    );
  });

  test('is quiet where nobody asked for it and nothing is wrong, and warns where something is', () => {
    expect(unasked(samplesEvery(50))).toBeUndefined();
    expect(unasked(samplesEvery(50, { mostMemory: { known: 150e6, unknown: 0 } }))).toBeUndefined();
    expect(unasked(samplesEvery(50), { failures: 1 })).toMatchObject({ level: 'warn', outcome: 'fail' });
  });

  test('cannot be told where no process is watched', () => {
    expect(check([], { unwatched: true })?.outcome).toBe('inconclusive');
    expect(unasked([], { unwatched: true })).toBeUndefined();
  });
});
