import { describe, expect, test } from '@jest/globals';
import {
  FEWEST_PAIRS,
  growthDifference,
  type PairLevels,
  type RoundLevel,
} from '../../../src/compare/statistics/growth.js';
import { FLOWS, seriesOf, WITHOUT_LEAK } from '../../measure/series.js';

type Shape = (flows: number) => number;

/** Rounds of so many flows on either side. */
const pairsOf = (count: number, { base, head }: { base: Shape; head: Shape }, each = 1000): PairLevels[] =>
  Array.from({ length: count }, (_, index) => {
    const flows = index * each;
    return { base: { flows, value: base(flows) }, head: { flows, value: head(flows) } };
  });

describe('growth of head and of base', () => {
  test('two straight lines: each slope, the difference, and the flows after the first third', () => {
    const found = growthDifference(
      pairsOf(12, { base: (flows) => 50e6 + 100 * flows, head: (flows) => 60e6 + 1100 * flows }),
    );
    // Of twelve pairs the last eight are judged, from 4,000 flows before to 11,000: the 4th of 28 slopes from either end,
    // as 111 of 40,320 orders of eight have at most 3 inversions.
    const confidence = 1 - (2 * 111) / 40_320;
    const exactly = (slope: number) => ({ perFlow: slope, low: slope, high: slope, confidence });
    expect(found).toEqual({
      base: exactly(100),
      head: exactly(1100),
      difference: exactly(1000),
      flows: 7000,
      pairs: 12,
      // 5% of the 64.4 MB of head where it began to be judged.
      noise: 0.05 * 64.4e6,
      outcome: 'more',
    });
  });

  test('what base does more of is less in head', () => {
    const found = growthDifference(pairsOf(24, { base: (flows) => 50e6 + 1000 * flows, head: () => 60e6 }));
    expect(found).toMatchObject({ outcome: 'less', difference: { perFlow: -1000 } });
  });

  test('what both do alike is no difference, however steep and uneven', () => {
    const both = (flows: number): number => 50e6 + 5000 * flows + 20e6 * Math.sin(flows);
    expect(growthDifference(pairsOf(40, { base: both, head: both }))).toMatchObject({
      outcome: 'alike',
      difference: { perFlow: 0, low: 0, high: 0 },
    });
  });

  test('less than the floor is taken for noise, however sure it is', () => {
    const found = growthDifference(pairsOf(12, { base: () => 50e6, head: (flows) => 50e6 + 400 * flows }));
    expect(found).toMatchObject({ outcome: 'alike', difference: { low: 400 }, noise: 3e6 });
  });

  test('a head that shrinks does not leak, however much faster base shrinks', () => {
    const found = growthDifference(
      pairsOf(12, { base: (flows) => 90e6 - 3000 * flows, head: (flows) => 90e6 - 1000 * flows }),
    );
    expect(found).toMatchObject({ outcome: 'alike', difference: { perFlow: 2000 } });
  });

  test('a side that runs more flows in its rounds is held against its own flows', () => {
    const leak = (flows: number): RoundLevel => ({ flows, value: 50e6 + 1000 * flows });
    const pairs = Array.from({ length: 24 }, (_, index) => ({
      base: leak(index * 1000),
      head: leak(index * 3000),
    }));
    expect(growthDifference(pairs)).toMatchObject({ outcome: 'alike', difference: { perFlow: 0 } });
  });

  test('the lowest rounds of each part count, on each side by itself', () => {
    const teeth = (offset: number) => (flows: number) => 50e6 + ((flows + offset) % 4000) * 2500;
    const found = growthDifference(
      pairsOf(48, { base: teeth(0), head: (flows) => teeth(2000)(flows) + 1000 * flows }),
    );
    expect(found?.outcome).toBe('more');
    expect(found?.difference.perFlow).toBeCloseTo(1000, -2);
  });

  test('fewer than twelve pairs, and rounds without a flow, tell nothing', () => {
    const leak = { base: () => 0, head: (flows: number) => 1e6 * flows };
    expect(FEWEST_PAIRS).toBe(12);
    expect(growthDifference(pairsOf(11, leak))).toBeUndefined();
    expect(growthDifference(pairsOf(12, leak, 0))).toBeUndefined();
    expect(growthDifference([])).toBeUndefined();
  });
});

/** The 120 samples of a series of 10,000 flows as rounds, each of which keeps its lowest. */
function roundsOf(
  count: number,
  shape: string,
  { seed, leak }: { seed: number; leak: number },
): RoundLevel[] {
  const levels = seriesOf(shape, seed, leak);
  const each = levels.length / count;
  return Array.from({ length: count }, (_, index) => ({
    flows: (FLOWS / count) * index,
    value: Math.min(...levels.slice(index * each, (index + 1) * each).map(({ value }) => value)),
  }));
}

const SERIES = 1000;

/** How often head is said to grow more than base. */
function alarms(count: number, shape: string, leak: number): number {
  let found = 0;
  for (let seed = 1; seed <= SERIES; seed++) {
    const base = roundsOf(count, shape, { seed: 2 * seed, leak: 0 });
    const head = roundsOf(count, shape, { seed: 2 * seed + 1, leak });
    const pairs = base.flatMap((level, index) => {
      const other = head[index];
      return other === undefined ? [] : [{ base: level, head: other }];
    });
    if (growthDifference(pairs)?.outcome === 'more') found += 1;
  }
  return found;
}

describe.each([12, 24, 40])('1,000 simulated comparisons of 10,000 flows in %d rounds a side', (count) => {
  test.each(Object.keys(WITHOUT_LEAK))('no leak, %s: at most 1%% of false alarms', (shape) => {
    expect(alarms(count, shape, 0)).toBeLessThanOrEqual(SERIES / 100);
  });

  test.each([
    ['flat', 1000],
    ['warming', 1000],
    ['autocorrelated', 3000],
  ])('a leak in memory that is %s, %d bytes a flow: found in 95%%', (shape, leak) => {
    expect(alarms(count, shape, leak)).toBeGreaterThanOrEqual(0.95 * SERIES);
  });
});
