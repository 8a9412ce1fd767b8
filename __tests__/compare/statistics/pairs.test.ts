import { describe, expect, test } from '@jest/globals';
import { beginComparison, compareRun, nextLook } from '../../../src/compare/statistics/looks.js';
import type { Pair } from '../../../src/model/comparison.js';
import { A, B, byFactors, round, TIME, times, together } from './made-up.js';

describe('pairs', () => {
  test('disturbed ones are dropped whole and counted, whichever round it was and whatever it measured', () => {
    const [good, slow] = [byFactors('flow_time.p50', times(10, 1)), byFactors('flow_time.p50', times(2, 9))];
    const stolen = slow.map((pair) => ({ ...pair, head: { ...pair.head, steal: 0.2 } }));
    const skewed = slow.map((pair) => ({ ...pair, base: { ...pair.base, startSkew: 500 } }));
    const state = compareRun([...stolen, ...skewed, ...good], [TIME]);
    expect(state.results[0]).toMatchObject({ outcome: 'no_regression', pairs: 10, dropped: 4 });
    const mild = { steal: 0.5, startSkew: 1000 };
    expect(compareRun([...stolen, ...skewed, ...good], [TIME], { validity: mild }).results[0]?.dropped).toBe(
      0,
    );
  });

  test('more than a look takes change nothing, nor does asking again', () => {
    const pairs = byFactors('flow_time.p50', [...times(10, 1), ...times(5, 3)]);
    const state = compareRun(pairs, [TIME]);
    expect(state).toEqual(compareRun(pairs.slice(0, 10), [TIME]));
    expect(nextLook(state, pairs)).toBe(state);
    const begun = beginComparison([TIME]);
    expect(nextLook(begun, pairs.slice(0, 9))).toBe(begun);
  });

  test('a spent budget gives one last look at all there are, with all that is left to be missed', () => {
    // Two of 14 below the margin: P(W ≤ 3) = 5 ÷ 2¹⁴ = 0.0003. At 10 it was P = 5/1024, more than 0.125%.
    const pairs = byFactors('flow_time.p50', [...times(4, 1.1), 0.99, ...times(4, 1.1), 1, ...times(4, 1.1)]);
    expect(compareRun(pairs, [TIME])).toMatchObject({ status: 'continue', wanted: 20 });
    const state = compareRun(pairs, [TIME], { exhausted: true });
    expect(state).toMatchObject({ status: 'decided', wanted: undefined });
    expect(state.results[0]).toMatchObject({ outcome: 'regression', pairs: 14, looks: 2 });
  });

  test('too few for any answer say so, with the confidence that they do reach', () => {
    const [result] = compareRun(byFactors('flow_time.p50', [1.1, 1.2, 1.3]), [TIME], {
      exhausted: true,
    }).results;
    expect(result).toMatchObject({
      outcome: 'unresolved',
      confidence: 0.75,
      mde: null,
      reason: '3 pairs are too few to be 99% sure of anything',
    });
    expect(result?.low).toBeCloseTo(0.1, 9);
    const alone = compareRun(byFactors('flow_time.p50', [1.1]), [TIME], { exhausted: true }).results[0];
    expect(alone?.reason).toBe('1 pair is too few to be 99% sure of anything');
    const [none] = compareRun([], [TIME], { exhausted: true }).results;
    expect(none).toMatchObject({
      outcome: 'unresolved',
      pairs: 0,
      low: null,
      reason: 'there is no valid pair of rounds',
    });
  });

  test('a round without a value is never left out in silence', () => {
    const pairs = byFactors('a', times(12, 1)).map((pair, index) =>
      index === 4 ? { ...pair, head: round({ a: null }) } : pair,
    );
    const both = together(pairs, byFactors('b', times(12, 1)));
    const state = compareRun(both, [A, B]);
    expect(state.status).toBe('decided');
    expect(state.results[0]).toMatchObject({
      outcome: 'unresolved',
      reason: '1 of 12 pairs has no a to compare',
    });
    expect(state.results[1]?.outcome).toBe('no_regression');
  });

  test('a ratio to nothing is refused, nothing to nothing is no change', () => {
    const zero: readonly Pair[] = times(10, 0).map(() => ({
      order: 'base_first',
      base: round({ a: 0 }),
      head: round({ a: 0 }),
    }));
    expect(compareRun(zero, [A]).results[0]).toMatchObject({ outcome: 'no_regression', change: 0 });
    const some = zero.map((pair, index) => (index < 2 ? { ...pair, head: round({ a: 5 }) } : pair));
    expect(compareRun(some, [A]).results[0]).toMatchObject({
      outcome: 'unresolved',
      reason:
        '2 pairs have a value that is not above 0, and so no ratio; compare by a quantity, such as base + 10, and flows that fail by success_rate',
    });
    const one = zero.map((pair, index) => (index < 1 ? { ...pair, head: round({ a: 5 }) } : pair));
    expect(compareRun(one, [A]).results[0]?.reason).toMatch(/^1 pair has a value that is not above 0,/);
  });

  test('a limit of base itself on what flows report is judged by amounts where base reports 0', () => {
    const metric = { ...A, metric: 'metric(errors).avg', limit: 0 };
    const pairs = (base: number, head: number, count = 12): Pair[] =>
      Array.from({ length: count }, () => ({
        order: 'base_first',
        base: round({ [metric.metric]: base }),
        head: round({ [metric.metric]: head }),
      }));
    expect(compareRun(pairs(0, 3), [metric]).results[0]).toMatchObject({
      outcome: 'regression',
      scale: 'absolute',
      change: 3,
    });
    expect(compareRun(pairs(3, 0), [metric]).results[0]).toMatchObject({
      outcome: 'improvement',
      change: -3,
    });
    expect(compareRun(pairs(0, 0), [metric]).results[0]).toMatchObject({ scale: 'relative', change: 0 });
    // Nothing left of what is better when higher tells of a side that did not do its work.
    const lower = { ...metric, worse: 'lower' as const };
    expect(compareRun(pairs(3, 0), [lower]).results[0]?.reason).toMatch(/nothing left of/);
  });

  test('of what flows report a result says if the config calls more of it better', () => {
    const metric = { ...A, metric: 'metric(score).avg', worse: 'lower' as const };
    const [result] = compareRun(byFactors(metric.metric, times(12, 0.8)), [metric]).results;
    expect(result).toMatchObject({ outcome: 'regression', worse: 'lower' });
    expect(compareRun(byFactors('a', times(12, 1.3)), [A]).results[0]).not.toHaveProperty('worse');
  });
});
