import { describe, expect, test } from '@jest/globals';
import { compareRun } from '../../../src/compare/statistics/looks.js';
import { batchesWords } from '../../../src/compare/words.js';
import type { ComparisonResult, Pair } from '../../../src/model/comparison.js';
import { byFactors, round, SUCCESS, THROUGHPUT, TIME } from './made-up.js';

const METRIC = 'flow_time.p50';
const ONE_LOOK = (pairs: number) => ({ looks: [pairs] });

/** What one look at all of these pairs says. */
function lookAt(factors: readonly number[], metric = TIME): ComparisonResult {
  const [result] = compareRun(byFactors(metric.metric, factors), [metric], ONE_LOOK(factors.length)).results;
  if (result === undefined) throw new Error('there is no result');
  return result;
}

/** The same values, no two alike in a row. */
const mixed = (factors: readonly number[]): readonly number[] => {
  const half = factors.length / 2;
  return factors.map((_, index) => factors[index % 2 === 0 ? index / 2 : half + (index - 1) / 2] ?? NaN);
};

/** Slower by 4% and more, and more so with every pair. */
const rising = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => 1.06 + 0.004 * index);

/** One side is slow for ten pairs in a row. */
const burst = [
  ...Array.from({ length: 15 }, (_, index) => 1.03 + 0.001 * (index % 3)),
  ...Array.from({ length: 10 }, () => 1.12),
  1.01,
  1.01,
  1.01,
  1.015,
  1.015,
  1.015,
];

describe('pairs that resemble their neighbours', () => {
  test('say nothing while there are too few for batches of two, whatever they say by themselves', () => {
    const ten = compareRun(byFactors(METRIC, rising(10)), [TIME]);
    expect(ten.status).toBe('continue');
    expect(ten.results[0]).toMatchObject({
      outcome: 'unresolved',
      low: null,
      high: null,
      confidence: null,
      mde: null,
      dependence: { correlation: 0.7, p: 0.001, batches: 10 },
      reason: 'pairs resemble their neighbours (correlation 0.70): it takes 20 to judge them by batches',
    });
    // The same pairs, run in another order.
    const other = compareRun(byFactors(METRIC, mixed(rising(10))), [TIME]);
    expect(other.results[0]?.outcome).toBe('regression');
    expect(other.results[0]?.dependence).not.toHaveProperty('batches');
  });

  test('with twice as many, ten batches of two decide too', () => {
    const [result] = compareRun(byFactors(METRIC, rising(20)), [TIME]).results;
    expect(result).toMatchObject({ outcome: 'regression', pairs: 20, looks: 2, dependence: { batches: 10 } });
    // Of ten batches the lowest is that of the first two: 1.06 and 1.064.
    expect(result?.low).toBeLessThanOrEqual(Math.sqrt(1.06 * 1.064) - 1 + 1e-12);
    expect(result && batchesWords(result)).toMatch(
      /^pairs resemble their neighbours \(correlation 0\.\d\d\): judged by 10 batches of 2 too$/,
    );
  });

  test('claim no change that their batches do not', () => {
    const together = lookAt(burst);
    expect(together).toMatchObject({ outcome: 'unresolved', dependence: { batches: 8 } });
    expect(together).not.toHaveProperty('reason');
    // 31 pairs in eight batches.
    expect(batchesWords(together)).toMatch(/judged by 8 batches of 3 or 4 too$/);
    const apart = lookAt(mixed([...burst, 1.12]).slice(0, 31));
    expect(apart.outcome).toBe('regression');
  });

  test('nor that head is not worse', () => {
    const factors = [
      ...rising(20).map((factor) => factor - 0.1),
      ...rising(4).map((factor) => factor + 0.02),
    ];
    const limit = { ...TIME, limit: 0.05 };
    expect(lookAt(factors, limit)).toMatchObject({ outcome: 'unresolved', dependence: { batches: 8 } });
    expect(lookAt(mixed(factors), limit).outcome).toBe('no_regression');
  });

  test('of what is worse when lower are judged alike', () => {
    const falling = rising(20).map((factor) => 1 / factor);
    expect(compareRun(byFactors('throughput', falling), [THROUGHPUT]).results[0]).toMatchObject({
      outcome: 'regression',
      dependence: { batches: 10 },
    });
  });
});

describe('flows that fail in neighbouring pairs', () => {
  const failing = (failed: readonly number[]): readonly Pair[] =>
    failed.map((count) => ({
      order: 'base_first',
      base: round({}, { flows: { started: 10, failed: 0 } }),
      head: round({}, { flows: { started: 10, failed: count } }),
    }));
  const gate = { ...SUCCESS, limit: 0 };
  /** Head fails for ten pairs on end, and never again. */
  const outage = [
    ...new Array<number>(11).fill(0),
    ...new Array<number>(10).fill(2),
    ...new Array<number>(11).fill(0),
  ];

  test('count as often as there are batches of them', () => {
    const [result] = compareRun(failing(outage), [gate], ONE_LOOK(32)).results;
    expect(result).toMatchObject({ outcome: 'unresolved', dependence: { batches: 8 } });
    const [apart] = compareRun(
      failing(outage.map((_, index) => (index % 3 === 1 ? 2 : 0))),
      [gate],
      ONE_LOOK(32),
    ).results;
    expect(apart?.dependence).not.toHaveProperty('batches');
    expect(apart?.outcome).toBe('regression');
  });

  test('leave a limit of base itself standing if there is no hint that it is broken, and open if there is', () => {
    const both = (base: number, head: number): Pair => ({
      order: 'base_first',
      base: round({}, { flows: { started: 10, failed: base } }),
      head: round({}, { flows: { started: 10, failed: head } }),
    });
    const alike = [
      ...Array.from({ length: 5 }, () => both(0, 2)),
      ...Array.from({ length: 5 }, () => both(2, 0)),
    ];
    const [even] = compareRun(alike, [gate], { exhausted: true }).results;
    expect(even).toMatchObject({ outcome: 'unresolved', dependence: { batches: 9 }, low: null });
    expect(even).not.toHaveProperty('reason');
    const rising = [1, 1, 1, 2, 2, 3, 3, 4, 4, 5];
    const [worse] = compareRun(failing(rising), [gate], { exhausted: true }).results;
    expect(worse?.reason).toMatch(
      /^pairs resemble their neighbours .*: it takes 18 to judge them by batches$/,
    );
  });
});
