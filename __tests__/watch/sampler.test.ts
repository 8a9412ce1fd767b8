import { describe, expect, test } from '@jest/globals';
import { type Monitor, startMonitor } from '../../src/watch/sampler.js';
import type { ProcessReading, TreeRoot } from '../../src/watch/table.js';
import { aReading, FakeProcessTable } from '../fakes/process-table.js';
import { ManualClock } from './manual-clock.js';

const ROOT: TreeRoot = { pid: 7, role: 'flow', launcher: false };

const watch = (table: FakeProcessTable): { clock: ManualClock; monitor: Monitor } => {
  const clock = new ManualClock();
  return { clock, monitor: startMonitor({ clock, table, origin: clock.now() }) };
};

/** Lets promises that are settled be followed. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe('a monitor of a synchronous table', () => {
  test('samples at the shortest interval while reading is free, on the clock of the record', async () => {
    const { clock, monitor } = watch(new FakeProcessTable(() => [aReading({ pid: 7, memory: 5 })]));
    clock.advance(35);
    const { samples, source } = await monitor.stop();
    expect(samples.map(({ at, memory }) => [at, memory])).toEqual([
      [10, 5],
      [20, 5],
      [30, 5],
      [35, 5],
    ]);
    expect(source).toBe('fake');
  });

  // A look costs 1.4 times the CPU of its read and 0.1 ms: 1.5 ms are one percent of 150 ms.
  test('slows down until looking takes one percent, and says what it took', async () => {
    const table = new FakeProcessTable();
    const { clock, monitor } = watch(table);
    table.answer = () => {
      clock.spend(1);
      return [];
    };
    clock.advance(20_000);
    expect(clock.lastTimer).toBeCloseTo(150);
    const { cost } = await monitor.stop();
    expect(cost.samples).toBe(table.asked.length);
    expect(cost.cpuTime).toBeCloseTo(1.5 * cost.samples);
    expect(cost.cpuTime / cost.duration).toBeLessThan(0.0105);
  });

  test('counts the CPU of a read, not what it waited for a CPU: a busy machine thins out no samples', async () => {
    const table = new FakeProcessTable();
    const { clock, monitor } = watch(table);
    table.answer = () => {
      clock.spend(0.5);
      clock.stall(20);
      return [];
    };
    clock.advance(20_000);
    expect(clock.lastTimer).toBeCloseTo(80);
    const { cost } = await monitor.stop();
    expect(cost.cpuTime).toBeCloseTo(0.8 * cost.samples);
  });

  test('looks again soon while memory grows', () => {
    let memory = 1e8;
    const table = new FakeProcessTable();
    const { clock } = watch(table);
    table.answer = () => {
      clock.spend(0.5);
      return [aReading({ pid: 7, memory })];
    };
    clock.advance(1000);
    expect(clock.lastTimer).toBeCloseTo(80);
    memory = 2e8;
    const reads = table.asked.length;
    while (table.asked.length === reads) clock.advance(1);
    expect(clock.lastTimer).toBe(10);
    clock.advance(15);
    expect(clock.lastTimer).toBeCloseTo(80);
  });

  test('says for how long flowgate itself did not run, and nothing of short delays', async () => {
    const { clock, monitor } = watch(new FakeProcessTable());
    clock.advance(20);
    clock.spend(500);
    clock.advance(10);
    expect(monitor.soFar().notes).toEqual([]);
    clock.spend(4010);
    clock.advance(10);
    const { notes } = await monitor.stop();
    expect(notes).toEqual([
      expect.stringMatching(/^flowgate itself did not run for 4\.0 s \(it was stopped/),
    ]);
  });

  test('says for how long flowgate did not run although it was stopped while it looked', () => {
    const table = new FakeProcessTable();
    const { clock, monitor } = watch(table);
    clock.advance(25);
    table.answer = () => {
      clock.stall(4000);
      table.answer = () => [];
      return [];
    };
    clock.advance(10);
    expect(monitor.soFar().notes.join()).toMatch(/^flowgate itself did not run for 4\.0 s/);
  });

  test('is careful when it begins and when it ends, not in between', async () => {
    const table = new FakeProcessTable();
    const { clock, monitor } = watch(table);
    clock.advance(35);
    await monitor.stop();
    expect(table.careful).toEqual([true, false, false, true]);
  });

  test('asks for the roots that were added and not removed', () => {
    const table = new FakeProcessTable();
    const { monitor } = watch(table);
    monitor.addRoot(ROOT);
    void monitor.sampleNow();
    monitor.removeRoot(ROOT.pid);
    void monitor.sampleNow();
    expect(table.asked).toEqual([[ROOT], []]);
  });

  test('has read when sampleNow returns', () => {
    const { monitor } = watch(new FakeProcessTable(() => [aReading({ pid: 7, memory: 5 })]));
    expect(monitor.latest()).toBeUndefined();
    expect(monitor.sampleNow()).toBeUndefined();
    expect(monitor.latest()).toMatchObject({ sample: { memory: 5 }, readings: [{ pid: 7 }] });
  });

  test('a read that throws is noted once and ends nothing', async () => {
    let turn = 0;
    const { clock, monitor } = watch(
      new FakeProcessTable(() => {
        turn += 1;
        if (turn % 2 === 1) throw new Error(`no such file: ${turn}`);
        return [];
      }),
    );
    clock.advance(100);
    const { samples, notes } = await monitor.stop();
    expect(samples.length).toBe(5);
    expect(notes).toEqual(['a reading of the process table failed: no such file: 1']);
  });

  test('stop reads a last time, leaves no timer and closes nothing of others', async () => {
    const table = new FakeProcessTable();
    const { clock, monitor } = watch(table);
    const record = await monitor.stop();
    clock.advance(1000);
    expect(record.samples).toHaveLength(1);
    expect(clock.timers()).toBe(0);
    expect(table.closed).toBe(false);
    expect(await monitor.stop()).toBe(record);
  });
});

describe('a monitor of an asynchronous table', () => {
  type Resolve = (readings: readonly ProcessReading[]) => void;
  const slow = (): { table: FakeProcessTable; pending: Resolve[] } => {
    const pending: Resolve[] = [];
    const table = new FakeProcessTable(() => new Promise((resolve) => pending.push(resolve)), 'pidusage');
    return { table, pending };
  };

  test('never reads twice at once', async () => {
    const { table, pending } = slow();
    const { clock, monitor } = watch(table);
    clock.advance(5000);
    const asked = monitor.sampleNow();
    expect(table.asked).toHaveLength(1);
    pending.shift()?.([]);
    await settle();
    expect(table.asked).toHaveLength(2);
    pending.shift()?.([aReading({ pid: 7, memory: 9 })]);
    await asked;
    expect(monitor.latest()?.sample.memory).toBe(9);
  });

  test('takes a read to cost what it took on the clock: most of it was spent waiting', async () => {
    const { table, pending } = slow();
    const { clock, monitor } = watch(table);
    clock.advance(100);
    clock.advance(40);
    pending.shift()?.([]);
    await settle();
    expect(monitor.soFar().cost).toEqual({ samples: 1, cpuTime: 40, duration: 140 });
  });

  test('a timer that fires during a read does not start another', async () => {
    const { table, pending } = slow();
    const { clock, monitor } = watch(table);
    const asked = monitor.sampleNow();
    clock.advance(5000);
    expect(table.asked).toHaveLength(1);
    pending.shift()?.([]);
    await asked;
    await settle();
    expect(clock.timers()).toBe(1);
  });

  test('stop waits for the read that is under way', async () => {
    const { table, pending } = slow();
    const { clock, monitor } = watch(table);
    clock.advance(100);
    const stopped = monitor.stop();
    pending.shift()?.([]);
    await settle();
    pending.shift()?.([]);
    expect((await stopped).samples).toHaveLength(2);
    expect(clock.timers()).toBe(0);
  });

  test('a table that takes long to answer is no stop of flowgate', async () => {
    const { table, pending } = slow();
    const { clock, monitor } = watch(table);
    clock.advance(100);
    clock.advance(4000);
    const stopped = monitor.stop();
    pending.shift()?.([]);
    await settle();
    pending.shift()?.([]);
    expect((await stopped).notes.join()).not.toContain('did not run');
  });

  test('a read that rejects is noted and ends nothing', async () => {
    const table = new FakeProcessTable(() => Promise.reject(new Error('ps: not found')), 'pidusage');
    const { clock, monitor } = watch(table);
    clock.advance(100);
    await settle();
    expect(clock.timers()).toBe(1);
    const { notes } = await monitor.stop();
    expect(notes).toContain('a reading of the process table failed: ps: not found');
    expect(notes.join()).toContain('threads and open files were not measured');
  });
});
