import { describe, expect, test } from '@jest/globals';
import type { Sample } from '../../src/model/record.js';
import { halveResolution, SampleSeries } from '../../src/watch/sample.js';

const sample = (at: number, given: Partial<Sample> = {}): Sample => ({
  at,
  memory: at,
  peakMemory: at,
  cpuTime: at,
  threads: 1,
  processes: 1,
  ...given,
});

describe('halveResolution', () => {
  test('keeps the peaks of both neighbours and the instant of the later one', () => {
    const first = sample(1, { memory: 90, peakMemory: 100, threads: 7, processes: 9, files: 5 });
    const second = sample(2, { memory: 20, peakMemory: 30, threads: 8, processes: 3, serviceMemory: 4 });
    expect(halveResolution([first, second, sample(3)])).toEqual([
      {
        at: 2,
        memory: 20,
        peakMemory: 100,
        cpuTime: 2,
        threads: 8,
        processes: 9,
        files: 5,
        serviceMemory: 4,
      },
      sample(3),
    ]);
  });
});

describe('SampleSeries', () => {
  test('stays bounded over a long run and loses neither its end nor its peak', () => {
    const series = new SampleSeries(100);
    for (let at = 1; at <= 10_000; at++) series.add(sample(at, { peakMemory: at === 777 ? 1e9 : 1 }));
    const samples = series.samples();
    expect(samples.length).toBeLessThan(100);
    expect(samples.at(-1)?.at).toBe(10_000);
    expect(Math.max(...samples.map(({ peakMemory }) => peakMemory))).toBe(1e9);
    expect(samples.map(({ at }) => at)).toEqual(samples.map(({ at }) => at).sort((a, b) => a - b));
  });
});
