import { describe, expect, test } from '@jest/globals';
import { beginComparison, nextLook } from '../../../src/compare/statistics/looks.js';
import { detectableWith } from '../../../src/compare/statistics/metric.js';
import { deviationOfLogs } from '../../../src/compare/statistics/round.js';
import { seededRandom } from '../../../src/lib/random.js';
import type { ComparedMetric, ComparisonResult, Pair } from '../../../src/model/comparison.js';

/** Pairs in which head takes so many times as long, a little more or less. */
function pairsAt(ratio: number, count: number, base = 200): readonly Pair[] {
  const draw = seededRandom(1);
  return Array.from({ length: count }, (_, index): Pair => {
    const noise = Math.exp(0.02 * (draw() - 0.5));
    const flows = { started: 10, failed: 0 };
    return {
      order: index % 2 === 0 ? 'base_first' : 'head_first',
      base: { values: { 'flow_time.med': base, throughput: 50 }, flows },
      head: { values: { 'flow_time.med': base * ratio * noise, throughput: 50 / (ratio * noise) }, flows },
    };
  });
}

const TIME: ComparedMetric = { metric: 'flow_time.med', worse: 'higher', scale: 'relative', limit: 0.05 };
const RATE: ComparedMetric = { metric: 'throughput', worse: 'lower', scale: 'relative', limit: 0.05 };
const AMOUNT: ComparedMetric = { metric: 'flow_time.med', worse: 'higher', scale: 'absolute', limit: 20 };

function resultOf(pairs: readonly Pair[], metric: ComparedMetric, startSpread?: number): ComparisonResult {
  const [result] = nextLook(beginComparison([metric], { startSpread }), pairs).results;
  if (result === undefined) throw new Error('nothing compared');
  return result;
}

describe('one start a side, of a program whose starts differ by 1%', () => {
  // The normal quantile of 99.5% is 2.5758.
  const apart = 2.5758 * Math.SQRT2 * Math.log(1.01);

  test('widens a relative interval by ± 2.58·√2·ln 1.01, and keeps the estimate and the confidence', () => {
    const pairs = pairsAt(1.03, 10);
    const [usual, wide] = [resultOf(pairs, TIME), resultOf(pairs, TIME, 0.01)];
    expect(Math.log1p(wide.low ?? 0)).toBeCloseTo(Math.log1p(usual.low ?? 0) - apart, 4);
    expect(Math.log1p(wide.high ?? 0)).toBeCloseTo(Math.log1p(usual.high ?? 0) + apart, 4);
    expect(wide).toMatchObject({ change: usual.change, confidence: usual.confidence });
    expect(wide.widened).toBeCloseTo(apart, 4);
    expect(usual).not.toHaveProperty('widened');
  });

  test('widens an absolute one by as much of the median of base', () => {
    const pairs = pairsAt(1.03, 10);
    const [usual, wide] = [resultOf(pairs, AMOUNT), resultOf(pairs, AMOUNT, 0.01)];
    expect(wide.low).toBeCloseTo((usual.low ?? 0) - 200 * apart, 1);
    expect(wide.high).toBeCloseTo((usual.high ?? 0) + 200 * apart, 1);
  });

  test('takes away claims that two starts may differ by: a regression, an improvement, no regression', () => {
    const outcomes = (ratio: number, metric: ComparedMetric, spread?: number) =>
      resultOf(pairsAt(ratio, 10), metric, spread).outcome;
    expect([outcomes(1.06, TIME), outcomes(1.06, TIME, 0.02)]).toEqual(['regression', 'unresolved']);
    expect([outcomes(1.06, RATE), outcomes(1.06, RATE, 0.02)]).toEqual(['regression', 'unresolved']);
    expect([outcomes(0.94, TIME), outcomes(0.94, TIME, 0.02)]).toEqual(['improvement', 'no_regression']);
    expect([outcomes(1.01, TIME), outcomes(1.01, TIME, 0.02)]).toEqual(['no_regression', 'unresolved']);
    expect(outcomes(1.2, TIME, 0.02)).toBe('regression');
  });

  test('is told by no number of pairs where a limit is nearer than starts differ', () => {
    expect(resultOf(pairsAt(1.04, 10), TIME).needed).toBeGreaterThan(0);
    expect(resultOf(pairsAt(1.04, 10), TIME, 0.02).needed).toBeNull();
  });
});

describe('what other numbers of pairs would detect', () => {
  test.each([
    ['worse when higher', TIME, undefined],
    ['worse when lower', RATE, undefined],
    ['by an amount', AMOUNT, undefined],
    ['on one start a side', TIME, 0.01],
  ])('is what as many do detect: %s', (_, metric, spread) => {
    const result = resultOf(pairsAt(1.03, 12), metric, spread);
    expect(detectableWith(result.pairs, result, metric)).toBeCloseTo(result.mde ?? Number.NaN, 10);
  });

  test('comes nearer to the margin by the root of their number, but not nearer than starts differ', () => {
    const usual = resultOf(pairsAt(1.03, 10), TIME);
    const half = (Math.log1p(usual.high ?? 0) - Math.log1p(usual.low ?? 0)) / 2;
    const beyond = Math.log1p(usual.mde ?? 0) - Math.log(1.05);
    // The estimate has to reach the limit: beyond it by a share of the half.
    expect(Math.log1p(detectableWith(40, usual, TIME) ?? 0)).toBeCloseTo(Math.log(1.05) + beyond / 2, 3);
    expect(half).toBeGreaterThan(0);
    const wide = resultOf(pairsAt(1.03, 10), TIME, 0.03);
    const apart = 2.5758 * Math.SQRT2 * Math.log(1.03);
    expect(Math.log1p(detectableWith(1e9, wide, TIME) ?? 0)).toBeGreaterThan(Math.log(1.02) + apart);
  });
});

test('the spread of values is the standard deviation of their logarithms', () => {
  // ln is −s, 0, s: the deviation is s.
  expect(deviationOfLogs([100 / 1.1, 100, 110])).toBeCloseTo(Math.log(1.1), 12);
  expect(deviationOfLogs([100])).toBeUndefined();
  expect(deviationOfLogs([100, 0])).toBeUndefined();
});
