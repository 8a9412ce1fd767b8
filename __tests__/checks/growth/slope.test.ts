import { describe, expect, test } from '@jest/globals';
import { type Level, PARTS } from '../../../src/checks/growth/envelope.js';
import { inversionChances } from '../../../src/lib/statistics/slopes.js';
import { growthOf as growthAbove } from '../../../src/checks/growth/slope.js';

/** What falls by less than 1e6 is not taken for a collection. */
const growthOf = (levels: readonly Level[]) => growthAbove(levels, { least: 1e6, share: 0 });

const line = (slope: number, more: (flows: number) => number = () => 0): Level[] =>
  Array.from({ length: 121 }, (_, index) => {
    const flows = index * 100;
    return { at: index * 10, flows, value: 1000 + slope * flows + more(flows) };
  });

describe('growth with the flows', () => {
  test('a straight line is found as it is, over what comes after a third of the flows', () => {
    // Of 12,000 flows those from 4,000 to 11,900, in eight parts of 987.5; the lowest of each is its first: 4,000, 11,000.
    // Of twelve points of a half, the 21st of 66 slopes from either end.
    const half = { perFlow: 2, low: 2, high: 2, confidence: 1 - 2 * (inversionChances(12)[20] ?? 0) };
    expect(growthOf(line(2))).toEqual({
      perFlow: 2,
      low: 2,
      high: 2,
      // The 4th slope from either end: 111 of 40,320 orders of eight have at most 3 inversions.
      confidence: 1 - (2 * 111) / 40_320,
      early: half,
      late: half,
      time: 790,
      flows: 7900,
      from: 9000,
      to: 23_000,
    });
  });

  test('what is above the lower envelope does not count', () => {
    const sawtooth = (flows: number): number => (flows % 800) * 5;
    expect(growthOf(line(2, sawtooth))).toMatchObject({ flows: 7900, from: 9000 });
    expect(growthOf(line(2, sawtooth))?.perFlow).toBeCloseTo(2, 0);
  });

  test('a single step leaves the interval at zero, wherever it is', () => {
    for (let at = 4000; at <= 12_000; at += 100) {
      expect(growthOf(line(0, (flows) => (flows > at ? 500 : 0)))?.low).toBe(0);
    }
  });

  test('what is over in the first third is not judged', () => {
    expect(growthOf(line(0, (flows) => Math.min(flows, 3900)))).toMatchObject({ perFlow: 0, high: 0 });
  });

  test('what levels off has its lower end near zero, and a leak below it has not', () => {
    const filled = (flows: number): number => -1000 * Math.exp(-flows / 2000);
    // Between parts of the second half: at most 1000 · (exp(−7975/2000) − exp(−11000/2000)) ÷ 3025.
    expect(growthOf(line(0, filled))?.low).toBeLessThan(0.005);
    expect(growthOf(line(1, filled))?.low).toBeGreaterThan(1);
  });

  test('nothing is said of a series that leaves out parts of the run', () => {
    const few = line(2).filter(({ flows }) => flows <= 4500 || flows >= 11_500);
    expect(growthOf(few)).toBeUndefined();
    expect(growthOf([])).toBeUndefined();
    expect(growthOf(line(2).slice(0, 1))).toBeUndefined();
    expect(PARTS).toBe(8);
  });
});
