import { describe, expect, test } from '@jest/globals';
import { averageShare, peakShare } from '../../src/measure/machine.js';
import { forSeeds } from './seeded.js';

const readings = (...pairs: [number, number][]) => pairs.map(([at, cpuTime]) => ({ at, cpuTime }));

describe('peak CPU share', () => {
  test('is unknown from fewer than two instants', () => {
    expect(peakShare([], 2)).toBeUndefined();
    expect(peakShare(readings([0, 5]), 2)).toBeUndefined();
    expect(peakShare(readings([3, 5], [3, 9]), 2)).toBeUndefined();
  });

  test('a run shorter than 250 ms lies in a window that is idle else', () => {
    // 80 ms of CPU in 100 ms on 4 cores: 80 of 4 × 250.
    expect(peakShare(readings([0, 0], [10, 60], [100, 80]), 4)).toBeCloseTo(0.08, 12);
  });

  test('a clock that is read late by a tick makes no peak of a run of a few ms', () => {
    // 10 ms of CPU that were used before, told within 4 ms: more than both cores could do.
    expect(peakShare(readings([0, 0], [4, 10]), 2)).toBeCloseTo(0.02, 12);
  });

  test('a burst between samples 10 ms apart is spread over 250 ms', () => {
    // 100 ms of CPU within 10 ms, idle else: 100 ÷ 250 of one core, half of that of two.
    const burst = readings([0, 0], [500, 0], [510, 100], [1000, 100]);
    expect(peakShare(burst, 1)).toBeCloseTo(0.4, 12);
    expect(peakShare(burst, 2)).toBeCloseTo(0.2, 12);
  });

  test('the edges of a window are interpolated', () => {
    // 1 core busy from 100 to 300 ms, seen at 0, 100, 300 and 1000: the best window holds all 200 ms.
    expect(peakShare(readings([0, 0], [100, 0], [300, 200], [1000, 200]), 1)).toBeCloseTo(200 / 250, 12);
    // Busy half of the time in one gap of 1 s: no window can tell more than its average.
    expect(peakShare(readings([0, 0], [1000, 500]), 1)).toBeCloseTo(0.5, 12);
  });

  test('the best window may be the last one, which no sample begins', () => {
    // From 750 to 1000 the busy part is used whole: 0.9 of 250 is reached only by a window that ends at 1000.
    expect(peakShare(readings([0, 0], [775, 0], [1000, 225]), 1)).toBeCloseTo(0.9, 12);
  });

  test('is at least every window of 250 ms on a fine grid, and reached by one', () => {
    forSeeds(100, (random) => {
      let [at, cpuTime] = [0, 0];
      const samples = [{ at, cpuTime }];
      for (let index = 0; index < 30; index++) {
        at += 1 + Math.floor(random() * 120);
        cpuTime += random() < 0.5 ? 0 : random() * 100;
        samples.push({ at, cpuTime });
      }
      const used = (time: number) => {
        const right = samples.findIndex((sample) => sample.at >= time);
        const [before, after] = [samples[Math.max(right - 1, 0)], samples[right]];
        if (before === undefined || after === undefined || before === after) return after?.cpuTime ?? NaN;
        return (
          before.cpuTime + ((time - before.at) / (after.at - before.at)) * (after.cpuTime - before.cpuTime)
        );
      };
      // Times are whole ms, so that the grid meets every knot.
      let truth = 0;
      for (let from = 0; from + 250 <= at; from++)
        truth = Math.max(truth, (used(from + 250) - used(from)) / 250);
      expect(peakShare(samples, 1)).toBeCloseTo(truth, 9);
    });
  });
});

test('the average share is CPU time over time and cores', () => {
  expect(averageShare(readings([100, 50], [200, 60], [1100, 550]), 2)).toBe(0.25);
  expect(averageShare(readings([100, 50]), 2)).toBeUndefined();
  // Never above the peak: 80 of 4 × 250 ms.
  expect(averageShare(readings([0, 0], [10, 60], [100, 80]), 4)).toBeCloseTo(0.08, 12);
});
