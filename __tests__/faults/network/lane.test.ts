import { describe, expect, test } from '@jest/globals';
import type { Bandwidth, Blackhole, Latency, SlowClose } from '../../../src/model/network-fault.js';
import { laneWorld, met } from './lane-world.js';

const latency = (more: Partial<Latency> = {}): Latency => ({
  kind: 'latency',
  mean: 200,
  jitter: 0,
  direction: 'downstream',
  probability: 1,
  ...more,
});
const bandwidth = (rate: number, more: Partial<Bandwidth> = {}): Bandwidth => ({
  kind: 'bandwidth',
  rate,
  direction: 'both',
  probability: 1,
  ...more,
});
const blackhole = (more: Partial<Blackhole> = {}): Blackhole => ({
  kind: 'blackhole',
  probability: 1,
  ...more,
});
const slowClose = (delay: number): SlowClose => ({
  kind: 'slow_close',
  delay,
  direction: 'downstream',
  probability: 1,
});
const MB = 1_000_000;

test('without toxics everything is passed on at once, and so is its end', async () => {
  const { clock, lane, arrivals, sink, faults } = laneWorld({});
  lane.push(Buffer.alloc(10));
  lane.push(Buffer.alloc(20));
  lane.end();
  await clock.run(clock.sleep(1));
  expect(arrivals).toEqual([
    { at: 0, bytes: 10 },
    { at: 0, bytes: 20 },
  ]);
  expect(sink.endedAt).toBe(0);
  expect(faults).toEqual([]);
});

describe('latency', () => {
  test('is between what comes and what goes, for each chunk and not one after another', async () => {
    const { clock, lane, arrivals, faults, sink } = laneWorld({ latencies: [met(latency())] });
    lane.push(Buffer.alloc(1));
    await clock.run(clock.sleep(50));
    lane.push(Buffer.alloc(2));
    lane.end();
    await clock.run(clock.sleep(300));
    expect(arrivals).toEqual([
      { at: 200, bytes: 1 },
      { at: 250, bytes: 2 },
    ]);
    expect(sink.endedAt).toBe(250);
    expect(faults).toContainEqual({ kind: 'latency', amount: 200 });
  });

  test('has jitter from burst to burst, and never changes the order', async () => {
    const { clock, lane, arrivals } = laneWorld({ latencies: [met(latency({ jitter: 200 }))] });
    for (let burst = 1; burst <= 200; burst += 1) {
      lane.turn();
      lane.push(Buffer.alloc(burst));
      await clock.run(clock.sleep(5));
    }
    await clock.run(clock.sleep(500));
    expect(arrivals.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  test('a round trip has one delay, whatever number of chunks its answer comes in', async () => {
    const { clock, lane, arrivals } = laneWorld({ latencies: [met(latency({ jitter: 100 }))] });
    for (let part = 0; part < 5; part += 1) lane.push(Buffer.alloc(1));
    await clock.run(clock.sleep(500));
    expect(new Set(arrivals.map(({ at }) => at)).size).toBe(1);
  });

  test('is there only in its window and while faults are injected', async () => {
    const window = latency({ during: [{ from: 100, to: 200 }] });
    const { clock, lane, arrivals, disarm } = laneWorld({ latencies: [met(window)] });
    const sendAt = async (at: number): Promise<void> => {
      await clock.run(clock.sleep(at - (clock.now() - 5000)));
      lane.push(Buffer.alloc(at + 1));
    };
    await sendAt(0);
    await sendAt(100);
    await clock.run(clock.sleep(300));
    await sendAt(500);
    disarm();
    await sendAt(600);
    await clock.run(clock.sleep(1000));
    expect(arrivals).toEqual([
      { at: 0, bytes: 1 },
      { at: 300, bytes: 101 },
      { at: 500, bytes: 501 },
      { at: 600, bytes: 601 },
    ]);
  });
});

describe('bandwidth', () => {
  test('of 1 MB/s takes a second for a megabyte, evenly, with latency after it', async () => {
    const { clock, lane, arrivals } = laneWorld({
      bandwidths: [met(bandwidth(MB))],
      latencies: [met(latency())],
    });
    lane.push(Buffer.alloc(MB));
    await clock.run(clock.sleep(2000));
    const total = arrivals.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total).toBe(MB);
    expect(arrivals.at(-1)?.at).toBeCloseTo(1200, 0);
    const halfway = arrivals.filter(({ at }) => at <= 700).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(halfway / MB).toBeCloseTo(0.5, 1);
  });

  test('a timer that fires late takes nothing from the rate', async () => {
    const { clock, lane, arrivals } = laneWorld({ bandwidths: [met(bandwidth(MB))] });
    lane.push(Buffer.alloc(MB));
    // Whoever is busy for 35 ms of each 45 finds several slices due at once.
    const timer = clock.timer.bind(clock);
    clock.timer = (ms, callback) => timer(ms + 35, callback);
    await clock.run(clock.sleep(5000));
    expect(arrivals.at(-1)?.at).toBeLessThan(1050);
  });

  test('the narrowest of several counts, and a window opens it again', async () => {
    const narrow = bandwidth(1000, { during: [{ from: 0, to: 100 }] });
    const { clock, lane, arrivals } = laneWorld({
      bandwidths: [met(bandwidth(MB)), met(narrow)],
    });
    lane.push(Buffer.alloc(100_000));
    await clock.run(clock.sleep(1000));
    // One slice of 256 bytes had begun; from 100 ms on 1 MB/s: 0.1 s for the rest.
    expect(arrivals.at(-1)?.at).toBeGreaterThan(195);
    expect(arrivals.at(-1)?.at).toBeLessThan(360);
  });

  test('1 GB through 1 MB/s holds no more than its limit, and the source waits', async () => {
    const { clock, lane, arrivals, source } = laneWorld({ bandwidths: [met(bandwidth(MB))] });
    const chunk = Buffer.alloc(64 * 1024);
    let pushed = 0;
    let most = 0;
    const delivered = (): number => arrivals.reduce((sum, { bytes }) => sum + bytes, 0);
    while (clock.now() < 8000) {
      while (!source.isPaused && pushed < 1000 * MB) {
        lane.push(chunk);
        pushed += chunk.length;
      }
      most = Math.max(most, pushed - delivered());
      await clock.run(clock.sleep(5));
    }
    expect(source.paused).toBeGreaterThan(3);
    expect(most).toBeLessThan(256 * 1024 + chunk.length);
    expect(delivered()).toBeGreaterThan(2.95 * MB);
    expect(delivered()).toBeLessThan(3.05 * MB);
  });
});

test('a sink that is full is not written to until it has drained', async () => {
  const { clock, lane, arrivals, source, sink } = laneWorld({});
  sink.takes = false;
  for (let chunk = 0; chunk < 100; chunk += 1) lane.push(Buffer.alloc(16 * 1024));
  await clock.run(clock.sleep(10));
  expect(arrivals).toHaveLength(1);
  expect(source.isPaused).toBe(true);
  sink.takes = true;
  lane.drained();
  expect(arrivals).toHaveLength(100);
  expect(source.isPaused).toBe(false);
});

describe('a blackhole', () => {
  test('holds everything, the end too, and lets it pass when its window ends', async () => {
    const { clock, lane, arrivals, sink, faults } = laneWorld({
      blackholes: [met(blackhole({ during: [{ from: 0, to: 1000 }] }))],
    });
    lane.push(Buffer.alloc(7));
    lane.end();
    await clock.run(clock.sleep(999));
    expect(arrivals).toEqual([]);
    expect(sink.endedAt).toBeUndefined();
    await clock.run(clock.sleep(10));
    expect(arrivals).toEqual([{ at: 1000, bytes: 7 }]);
    expect(sink.endedAt).toBe(1000);
    expect(faults).toEqual([{ kind: 'blackhole' }]);
  });

  test('without a window lets nothing pass, holds its limit, and passes all when faults end', async () => {
    const { clock, lane, arrivals, source, disarm } = laneWorld({ blackholes: [met(blackhole())] });
    for (let chunk = 0; chunk < 5; chunk += 1) lane.push(Buffer.alloc(64 * 1024));
    await clock.run(clock.sleep(1e6));
    expect(arrivals).toEqual([]);
    expect(source.isPaused).toBe(true);
    disarm();
    expect(arrivals).toHaveLength(5);
    expect(source.isPaused).toBe(false);
  });

  test('what it held does not overtake the bandwidth afterwards', async () => {
    const { clock, lane, arrivals } = laneWorld({
      blackholes: [met(blackhole({ during: [{ from: 0, to: 1000 }] }))],
      bandwidths: [met(bandwidth(MB))],
    });
    lane.push(Buffer.alloc(100_000));
    await clock.run(clock.sleep(2000));
    expect(arrivals.at(-1)?.at).toBeCloseTo(1100, -1);
  });
});

test('slow close: the data come at once, the end later', async () => {
  const { clock, lane, arrivals, sink, faults } = laneWorld({ slowCloses: [met(slowClose(500))] });
  lane.push(Buffer.alloc(3));
  lane.end();
  await clock.run(clock.sleep(600));
  expect(arrivals).toEqual([{ at: 0, bytes: 3 }]);
  expect(sink.endedAt).toBe(500);
  expect(faults).toEqual([{ kind: 'slow_close', amount: 500 }]);
});
