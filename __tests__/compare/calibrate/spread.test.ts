import { describe, expect, test } from '@jest/globals';
import { type MeasuredStarts, spreadBetween, startsOf } from '../../../src/compare/calibrate/spread.js';
import { seededRandom } from '../../../src/lib/random.js';
import type { ComparedMetric } from '../../../src/model/comparison.js';
import { heavy, normal } from '../statistics/rounds.js';

type Draw = (random: () => number) => number;

interface Program {
  readonly between: number;
  readonly within: number;
  readonly starts?: number;
  readonly rounds?: number;
  /** Of starts, with a standard deviation of 1. */
  readonly draw?: Draw;
  /** What the n-th round of each start takes longer. */
  readonly warming?: (place: number) => number;
}

/** ln of a metric in the rounds of each start. */
function startsAt(program: Program, random: () => number): readonly (readonly number[])[] {
  const { between, within, starts = 20, rounds = 5, draw = normal, warming = () => 0 } = program;
  return Array.from({ length: starts }, () => {
    const own = between * draw(random);
    return Array.from({ length: rounds }, (_, place) => own + warming(place) + within * normal(random));
  });
}

const RUNS = 500;

function simulated(program: Program, seed = 13): { meanSquare: number; within: number; covered: number } {
  const random = seededRandom(seed);
  const found = Array.from({ length: RUNS }, () => spreadBetween(startsAt(program, random)));
  const mean = (of: (spread: NonNullable<(typeof found)[number]>) => number): number =>
    found.reduce((sum, spread) => sum + (spread === undefined ? NaN : of(spread)), 0) / RUNS;
  return {
    meanSquare: mean(({ between }) => between ** 2),
    within: Math.sqrt(mean(({ within }) => within ** 2)),
    covered: mean(({ atMost }) => Number(atMost >= program.between)),
  };
}

describe('the spread between starts', () => {
  // By hand: means of starts 1, 2, 3, 4, 5 and of rounds 2.5, 3.5 (a block's −0.5 and +0.5), nothing left over.
  // S = 2·(4 + 1 + 0 + 1 + 4) = 20; 20 ÷ 4 ÷ 2 = 2.5; χ² of 4 degrees is below 0.690 (0.711 by tables) in 5%.
  test('is the variance of the means of starts where rounds differ by their place alone', () => {
    const spread = spreadBetween([1, 2, 3, 4, 5].map((own) => [own - 0.5, own + 0.5]));
    expect(spread?.within).toBeCloseTo(0, 12);
    expect(spread?.between).toBeCloseTo(Math.sqrt(2.5), 12);
    expect((spread?.atMost ?? 0) ** 2).toBeCloseTo(20 / 0.6902 / 2, 1);
  });

  // Means of starts −1, 0, 0, 0, 1; what is left has 2 in each of four rounds and 0 else:
  // within² = 8·1 ÷ 4 = 2; S = 2·2 = 4; (4 ÷ 4 − 2) ÷ 2 < 0.
  test('is none where the means of starts differ by no more than their rounds', () => {
    const spread = spreadBetween([
      [0, -2],
      [1, -1],
      [-1, 1],
      [0, 0],
      [0, 2],
    ]);
    expect(spread?.between).toBe(0);
    expect(spread?.within).toBeGreaterThan(1);
    expect(spread?.atMost).toBeGreaterThan(0);
  });

  test('is not known of four starts, nor of one round on each', () => {
    const random = seededRandom(1);
    const program = { between: 0.01, within: 0.01 };
    expect(spreadBetween(startsAt({ ...program, starts: 4 }, random))).toBeUndefined();
    expect(spreadBetween(startsAt({ ...program, rounds: 1 }, random))).toBeUndefined();
    expect(spreadBetween([])).toBeUndefined();
  });

  test.each([
    ['rounds as noisy as starts', { between: 0.01, within: 0.01 }],
    ['noisy rounds', { between: 0.01, within: 0.03 }],
    ['ten starts', { between: 0.02, within: 0.02, starts: 10 }],
    [
      'rounds that become faster',
      { between: 0.01, within: 0.01, warming: (place: number) => 0.1 / (1 + place) },
    ],
  ])('is right on average, and below its bound in nine of ten runs: %s', (_, program: Program) => {
    const { meanSquare, within, covered } = simulated(program);
    expect(meanSquare / program.between ** 2).toBeGreaterThan(0.9);
    expect(meanSquare / program.between ** 2).toBeLessThan(1.12);
    expect(within / program.within).toBeGreaterThan(0.97);
    expect(within / program.within).toBeLessThan(1.03);
    expect(covered).toBeGreaterThanOrEqual(0.9);
  });

  test.each([
    ['no spread at all', { between: 0, within: 0.02 }],
    ['five starts', { between: 0.02, within: 0.02, starts: 5 }],
    [
      'starts of two kinds',
      { between: 0.02, within: 0.02, draw: (random: () => number) => (random() < 0.5 ? -1 : 1) },
    ],
    [
      'starts evenly spread',
      { between: 0.02, within: 0.02, draw: (random: () => number) => Math.sqrt(12) * (random() - 0.5) },
    ],
  ])('is below its bound in nine of ten runs: %s', (_, program: Program) => {
    expect(simulated(program).covered).toBeGreaterThanOrEqual(0.9);
  });

  test('with heavy tails (t, 3 degrees) is below its bound in four of five', () => {
    const draw: Draw = (random) => heavy(random) / Math.sqrt(3);
    const { covered } = simulated({ between: 0.02, within: 0.02, draw });
    expect(covered).toBeGreaterThanOrEqual(0.75);
    expect(covered).toBeLessThan(0.95);
  });
});

const TIME: ComparedMetric = { metric: 'flow_time.med', worse: 'higher', scale: 'relative', limit: 0.05 };
const SUCCESS: ComparedMetric = { metric: 'success_rate', worse: 'lower', scale: 'rate', limit: 0 };

function measuredAt(program: Program, seed = 5): MeasuredStarts {
  const logs = startsAt(program, seededRandom(seed));
  return {
    starts: logs.map((rounds) =>
      rounds.map((log) => ({
        values: { 'flow_time.med': 25 * Math.exp(log) },
        flows: { started: 40, failed: 0 },
      })),
    ),
    time: 50_000,
    roundTime: 400,
  };
}

describe('what services: keep takes', () => {
  const judging = { metrics: [TIME, SUCCESS], budget: 120_000 };

  test('is nothing where two starts never come as far apart as the limit', () => {
    const { keep, metrics, ...others } = startsOf(measuredAt({ between: 0.004, within: 0.01 }), judging);
    expect(others).toEqual({ starts: 20, rounds: 5, time: 50_000 });
    expect(keep?.safe).toBe(true);
    expect(metrics.map(({ metric }) => metric)).toEqual(['flow_time.med']);
    expect(metrics[0]?.smallest).toBeLessThan(0.03);
  });

  test('is the bound rounded up to a tenth of a per cent where they can, and then only larger changes are seen', () => {
    const { keep, metrics } = startsOf(measuredAt({ between: 0.02, within: 0.01 }), judging);
    const [time] = metrics;
    const share = Math.expm1(time?.atMost ?? NaN);
    expect(keep?.safe).toBe(false);
    expect(keep?.startSpread).toBeGreaterThanOrEqual(share);
    expect(keep?.startSpread).toBeLessThan(share + 0.001);
    expect(String(keep?.startSpread)).toMatch(/^0\.0\d{1,2}$/u);
    // Two starts may differ by 2.81·√2·2% at ¼%, and such a change has to be seen beyond it and the margin.
    expect(time?.smallest).toBeGreaterThan(0.02 + 2.81 * Math.SQRT2 * 0.02);
  });

  test('sees nothing where it would have to be larger than any limit that says something', () => {
    const { keep, metrics } = startsOf(measuredAt({ between: 0.4, within: 0.2 }), judging);
    expect(keep?.safe).toBe(false);
    expect(metrics[0]?.smallest).toBeNull();
  });

  test('hangs on the limit: what is safe for 10% is not for 5%', () => {
    const measured = measuredAt({ between: 0.015, within: 0.01 });
    const safeAt = (limit: number) =>
      startsOf(measured, { ...judging, metrics: [{ ...TIME, limit }] }).keep?.safe;
    expect([safeAt(0.1), safeAt(0.05)]).toEqual([true, false]);
  });

  test('is not known of too few starts, nor where a round has no value above 0', () => {
    const few = startsOf(measuredAt({ between: 0.01, within: 0.01, starts: 4 }), judging);
    expect(few).toEqual({ starts: 4, rounds: 5, time: 50_000, metrics: [] });
    const measured = measuredAt({ between: 0.01, within: 0.01 });
    const [[first, ...rest] = [], ...others] = measured.starts;
    const none = { ...first, values: { 'flow_time.med': null }, flows: { started: 40, failed: 40 } };
    expect(startsOf({ ...measured, starts: [[none, ...rest], ...others] }, judging).keep).toBeUndefined();
    expect(startsOf({ ...measured, starts: [] }, judging).metrics).toEqual([]);
  });
});
