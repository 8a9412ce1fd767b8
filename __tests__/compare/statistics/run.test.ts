import { describe, expect, test } from '@jest/globals';
import { beginComparison, compareRun } from '../../../src/compare/statistics/looks.js';
import { type ComparedMetric, comparisonSchema, type Pair } from '../../../src/model/comparison.js';
import { seeded } from '../../measure/seeded.js';
import { A, B, byFactors, MEMORY, round, SUCCESS, THROUGHPUT, TIME, times, together } from './made-up.js';
import { heavy } from './rounds.js';

describe('one metric', () => {
  test('slower by 10% is a regression at the first look, with effect, interval and pairs', () => {
    const state = compareRun(byFactors('flow_time.p50', times(10, 1.1)), [TIME]);
    expect(state.status).toBe('decided');
    expect(state.results).toEqual([
      {
        metric: 'flow_time.p50',
        scale: 'relative',
        base: 100,
        head: expect.closeTo(110, 9),
        change: expect.closeTo(0.1, 9),
        low: expect.closeTo(0.1, 9),
        high: expect.closeTo(0.1, 9),
        confidence: 0.99,
        pairs: 10,
        dropped: 0,
        looks: 1,
        limit: 0.05,
        outcome: 'regression',
        dependence: { correlation: 0, p: 1 },
        // Without noise whatever reaches the limit.
        mde: expect.closeTo(0.05, 9),
        needed: 0,
      },
    ]);
    expect(comparisonSchema.array().parse(state.results)).toEqual(state.results);
  });

  test('the same in every pair is no regression, faster by 10% an improvement', () => {
    expect(compareRun(byFactors('flow_time.p50', times(10, 1)), [TIME]).results[0]).toMatchObject({
      outcome: 'no_regression',
      change: 0,
      low: 0,
      high: 0,
    });
    expect(compareRun(byFactors('flow_time.p50', times(10, 0.9)), [TIME]).results[0]?.outcome).toBe(
      'improvement',
    );
  });

  test('slower by less than the limit is no regression, however sure it is', () => {
    const { results } = compareRun(byFactors('flow_time.p50', times(10, 1.03)), [TIME]);
    expect(results[0]).toMatchObject({ outcome: 'no_regression', low: expect.closeTo(0.03, 9) });
  });

  test('a throughput that falls is worse, and its change is negative', () => {
    const factors = times(10, 0.88).map((factor, index) => factor + ((7 * index) % 10) / 1000);
    const [result] = compareRun(byFactors('throughput', factors), [THROUGHPUT]).results;
    expect(result?.outcome).toBe('regression');
    expect(result?.low).toBeCloseTo(-0.12, 9);
    expect(result?.high).toBeCloseTo(-0.111, 9);
    expect(compareRun(byFactors('throughput', times(10, 1.1)), [THROUGHPUT]).results[0]?.outcome).toBe(
      'improvement',
    );
  });

  test('a head of which nothing is left has no ratio, and is told as what it is', () => {
    const [result] = compareRun(byFactors('throughput', [...times(9, 1), 0]), [THROUGHPUT]).results;
    expect(result).toMatchObject({
      outcome: 'unresolved',
      reason: '1 of 10 pairs has nothing left of throughput in head',
    });
  });

  test('one pair of ten the other way round is not yet known at the first look, and is at the second', () => {
    const pairs = byFactors('flow_time.p50', [0.9, ...times(19, 1.1)]);
    const first = compareRun(pairs.slice(0, 10), [TIME]);
    expect(first).toMatchObject({ status: 'continue', wanted: 20, taken: 1 });
    expect(first.results[0]?.outcome).toBe('unresolved');
    expect(compareRun(pairs, [TIME]).results[0]).toMatchObject({
      outcome: 'regression',
      pairs: 20,
      looks: 2,
    });
  });

  test('noise that hides the answer is unresolved after the last look, with what could have been seen', () => {
    const random = seeded(7);
    const pairs = byFactors(
      'flow_time.p50',
      Array.from({ length: 80 }, () => Math.exp(0.3 * heavy(random))),
    );
    const state = compareRun(pairs, [TIME]);
    expect(state).toMatchObject({ status: 'decided', taken: 4, wanted: undefined });
    const [result] = state.results;
    expect(result?.outcome).toBe('unresolved');
    const half = Math.log((1 + (result?.high ?? NaN)) / (1 + (result?.low ?? NaN))) / 2;
    // margin · exp(half · (1 + z(5%) ÷ z(0.125%))), z = 1.6449 and 3.0233.
    expect(result?.mde).toBeCloseTo(1.02 * Math.exp(half * (1 + 1.6449 / 3.0233)) - 1, 3);
    expect(result?.needed).toBeGreaterThan(80);
  });

  test('what could have been seen reaches the limit too, as a regression has to by estimate', () => {
    const random = seeded(7);
    const factors = Array.from({ length: 80 }, () => Math.exp(0.01 * heavy(random)));
    const wide: ComparedMetric = { ...TIME, limit: 0.1 };
    const [result] = compareRun(byFactors('flow_time.p50', factors), [wide], { looks: [80] }).results;
    const half = Math.log((1 + (result?.high ?? NaN)) / (1 + (result?.low ?? NaN))) / 2;
    // One look misses ½% a side: limit · exp(half · z(5%) ÷ z(0.5%)), z = 1.6449 and 2.5758; the margin alone would say 3%.
    expect(result?.mde).toBeCloseTo(1.1 * Math.exp((half * 1.6449) / 2.5758) - 1, 3);
    expect(result?.mde).toBeGreaterThan(0.1);
  });

  test('what looks better by the size of the limit is given more pairs to show it', () => {
    const factors = times(20, 0.92).map((factor, index) => (index === 3 ? 0.99 : factor));
    const pairs = byFactors('flow_time.p50', factors);
    const first = compareRun(pairs.slice(0, 10), [TIME]);
    expect(first.results[0]?.outcome).toBe('no_regression');
    expect(first.status).toBe('continue');
    expect(compareRun(pairs, [TIME]).results[0]?.outcome).toBe('improvement');
  });

  test('a difference in bytes is held against a limit in bytes', () => {
    const pairs = (more: number): readonly Pair[] =>
      Array.from({ length: 10 }, (_, index) => ({
        order: index % 2 === 0 ? 'base_first' : 'head_first',
        base: round({ peak_memory: 500e6 + index * 1e6 }),
        head: round({ peak_memory: 500e6 + index * 1e6 + more }),
      }));
    expect(compareRun(pairs(12e6), [MEMORY]).results[0]).toMatchObject({
      outcome: 'regression',
      change: 12e6,
    });
    expect(compareRun(pairs(8e6), [MEMORY]).results[0]).toMatchObject({ outcome: 'no_regression', low: 8e6 });
  });
});

describe('a share of flows', () => {
  const failing = (count: number, base: number, head: number): readonly Pair[] =>
    Array.from({ length: count }, (_, index) => ({
      order: index % 2 === 0 ? 'base_first' : 'head_first',
      base: round({}, { flows: { started: 10, failed: base } }),
      head: round({}, { flows: { started: 10, failed: head } }),
    }));

  test('flows that fail more often are a regression of the success rate and of the error rate', () => {
    const [success] = compareRun(failing(10, 0, 2), [SUCCESS]).results;
    expect(success).toMatchObject({ outcome: 'regression', base: 1, head: 0.8, change: -0.2 });
    expect(success?.high).toBeLessThanOrEqual(0);
    const errors: ComparedMetric = { ...SUCCESS, metric: 'error_rate', worse: 'higher' };
    const [error] = compareRun(failing(10, 0, 2), [errors]).results;
    expect(error).toMatchObject({ outcome: 'regression', base: 0, head: 0.2, change: 0.2 });
  });

  test('without failures the loss is ruled out as soon as enough flows were seen', () => {
    expect(compareRun(failing(10, 0, 0), [SUCCESS]).results[0]?.outcome).toBe('unresolved');
    const [result] = compareRun(failing(20, 0, 0), [SUCCESS]).results;
    expect(result).toMatchObject({ outcome: 'no_regression', pairs: 20, change: 0 });
    // 200 flows: 1 − (0.00125 ÷ 4)^(1/200) = 0.03955.
    expect(result?.low).toBeCloseTo(-0.03955, 5);
  });

  test('too few pairs to tell anything say so: a limit of base itself then does not hold unseen', () => {
    // Seven pairs, all the same way: 2⁻⁷ is more than the ½% that may be missed on a side.
    const seven = compareRun(failing(7, 0, 4), [{ ...SUCCESS, limit: 0 }], { exhausted: true });
    expect(seven.results[0]).toMatchObject({
      outcome: 'unresolved',
      pairs: 7,
      reason: '7 pairs are too few to be 99% sure of anything',
      mde: null,
    });
    const eight = compareRun(failing(8, 0, 4), [{ ...SUCCESS, limit: 0 }], { exhausted: true });
    expect(eight.results[0]).toMatchObject({ outcome: 'regression', confidence: 0.99 });
    expect(eight.results[0]).not.toHaveProperty('reason');
  });

  test('too few pairs clear no limit either, however many flows they have', () => {
    // 2,100 flows without a failure rule 5% out, if they fail independently: 1 − (0.00125)^(1/2100) = 0.3%.
    const pairs = failing(7, 0, 0).map(({ order }) => ({
      order,
      base: round({}, { flows: { started: 300, failed: 0 } }),
      head: round({}, { flows: { started: 300, failed: 0 } }),
    }));
    expect(compareRun(pairs, [SUCCESS], { exhausted: true }).results[0]).toMatchObject({
      outcome: 'unresolved',
      reason: '7 pairs are too few to be 99% sure of anything',
    });
    const eight = compareRun([...pairs, ...pairs.slice(0, 1)], [SUCCESS], { exhausted: true });
    expect(eight.results[0]?.outcome).toBe('no_regression');
  });

  test('fewer failures are an improvement', () => {
    expect(compareRun(failing(10, 3, 0), [SUCCESS]).results[0]?.outcome).toBe('improvement');
  });
});

describe('several metrics', () => {
  /** Below the margin in two pairs: A₁ … A₃ are at most 0, A₄ = (0.00 + 0.08) ÷ 2 is above it. */
  const almost = byFactors('b', [
    ...times(3, 1.09),
    Math.exp(-0.02),
    ...times(3, 1.09),
    1,
    ...times(2, 1.09),
  ]);

  test('one known to be worse leaves its level to the others (Holm)', () => {
    // One look at ten pairs: P(W ≤ 1) = 2/1024 fits into 0.25% and P(W ≤ 3) = 5/1024 into 0.5%, P(W ≤ 2) = 3/1024 not
    // into the former.
    const options = { looks: [10] };
    const alone = compareRun(together(byFactors('a', times(10, 1)), almost), [A, B], options);
    const beside = compareRun(together(byFactors('a', times(10, 1.1)), almost), [A, B], options);
    expect(alone.results.map(({ outcome }) => outcome)).toEqual(['no_regression', 'unresolved']);
    expect(beside.results.map(({ outcome }) => outcome)).toEqual(['regression', 'regression']);
    expect(beside.results.map(({ confidence }) => confidence)).toEqual([
      expect.closeTo(0.995, 9),
      expect.closeTo(0.9925, 9),
    ]);
  });

  test('what is settled stays as it was found while others go on', () => {
    const noisy = byFactors('b', [0.7, ...times(9, 1.1), ...times(10, 1.1), 0.7]);
    const pairs = together(byFactors('a', [...times(12, 1), ...times(8, 1.5)]), noisy);
    const state = compareRun(pairs, [A, B]);
    expect(state.results[0]).toMatchObject({ outcome: 'no_regression', pairs: 12, looks: 1 });
    expect(state.results[1]).toMatchObject({ pairs: 20, looks: 2 });
  });

  test('a gate that is missed ends the run; a metric that only warns is not waited for', () => {
    const noisy = byFactors(
      'b',
      Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 0.7 : 1.5)),
    );
    expect(compareRun(together(byFactors('a', times(12, 1.2)), noisy), [A, B]).status).toBe('decided');
    const quiet = together(byFactors('a', times(12, 1)), noisy);
    expect(compareRun(quiet, [A, B]).status).toBe('continue');
    expect(compareRun(quiet, [A, { ...B, level: 'warn' }]).status).toBe('decided');
    const worse = together(byFactors('a', times(12, 1.2)), byFactors('b', times(12, 1)));
    expect(compareRun(worse.slice(0, 12), [{ ...A, level: 'warn' }, B]).status).toBe('decided');
  });
});

test('what can not be compared is refused', () => {
  expect(() => beginComparison([])).toThrow('no metric');
  expect(() => beginComparison([A, A])).toThrow('once');
  expect(() => beginComparison([{ ...A, limit: -0.1 }])).toThrow('a: limit -0.1');
  expect(() => beginComparison([{ ...A, limit: NaN }])).toThrow(RangeError);
  expect(() => beginComparison([{ ...THROUGHPUT, limit: 1 }])).toThrow(RangeError);
  expect(() => beginComparison([A], { looks: [20, 10] })).toThrow('ascending');
});

test('a limit of base itself, which nothing shows to hold, is not waited for; if it is broken it ends the run', () => {
  const noLoss: ComparedMetric = { ...SUCCESS, limit: 0 };
  const pairs = byFactors('a', times(12, 1));
  expect(compareRun(pairs, [A, noLoss]).status).toBe('decided');
  expect(compareRun(pairs, [noLoss]).status).toBe('continue');
  const failing = pairs.map((pair) => ({
    ...pair,
    head: { ...pair.head, flows: { started: 10, failed: 3 } },
  }));
  const noisy = { ...B, metric: 'not measured' };
  expect(compareRun(failing, [noisy, noLoss]).status).toBe('decided');
});

describe('a limit of base itself', () => {
  const noLoss: ComparedMetric = { ...SUCCESS, limit: 0 };
  /** Twelve pairs of rounds of ten flows, in which so many of head fail, one in a pair. */
  const losing = (failed: number): readonly Pair[] =>
    byFactors('a', times(12, 1)).map((pair, index) => ({
      ...pair,
      head: { ...pair.head, flows: { started: 10, failed: (5 * index) % 12 < failed ? 1 : 0 } },
    }));

  test('has the run go on while there is a hint that it is broken', () => {
    // Of 120 flows on either side 4 fail on head: (1/2)⁴ and a little less, 6%. Of 3: 12%.
    expect(compareRun(losing(4), [A, noLoss])).toMatchObject({ status: 'continue', wanted: 20 });
    expect(compareRun(losing(3), [A, noLoss]).status).toBe('decided');
    expect(compareRun(losing(4), [A, { ...noLoss, level: 'warn' }]).status).toBe('decided');
  });

  test('has it go on for a time that seems longer by more than the margin, and for none within it', () => {
    const base = { ...B, limit: 0 };
    const around = (factor: number) =>
      together(
        byFactors('a', times(12, 1)),
        byFactors(
          'b',
          [0.97, 1, 1.03]
            .flatMap((off) => times(4, factor * off))
            .map((_, index, all) => all[(5 * index) % 12] ?? NaN),
        ),
      );
    expect(compareRun(around(1.04), [A, base]).status).toBe('continue');
    expect(compareRun(around(1.01), [A, base]).status).toBe('decided');
  });
});

test('flows that fail together do not clear a head that fails more', () => {
  // 40 pairs of rounds of 100 flows, all of which fail once on each side: 1 in 40, and nobody knows whether 2 were as likely.
  const rounds = Array.from({ length: 40 }, (_, index) => index);
  const pairs = rounds.map((index): Pair => ({
    order: 'base_first',
    base: round({}, { flows: { started: 100, failed: index === 7 ? 100 : 0 } }),
    head: round({}, { flows: { started: 100, failed: index === 24 ? 100 : 0 } }),
  }));
  const [together] = compareRun(pairs, [SUCCESS], { looks: [40] }).results;
  expect(together?.outcome).toBe('unresolved');
  // The t-bound over rounds: ±1 in 40 has a standard error of √(2 ÷ 39 ÷ 40) = 0.0358; t₃₉(0.5%) = 2.708.
  expect(together?.low).toBeCloseTo(-0.097, 3);
  // As many that fail one by one do.
  const apart = pairs.map((pair, index) => ({
    ...pair,
    base: { ...pair.base, flows: { started: 100, failed: index % 2 === 0 ? 5 : 0 } },
    head: { ...pair.head, flows: { started: 100, failed: index % 2 === 0 ? 5 : 0 } },
  }));
  expect(compareRun(apart, [SUCCESS], { looks: [40] }).results[0]?.outcome).toBe('no_regression');
});

describe('what flows report', () => {
  const reported: ComparedMetric = { ...TIME, metric: 'metric(size).avg' };
  const inUnits = (base: 'bytes' | 'ms', head: 'bytes' | 'ms') =>
    byFactors(reported.metric, times(10, 1.1)).map((pair) => ({
      ...pair,
      base: { ...pair.base, units: { [reported.metric]: base } },
      head: { ...pair.head, units: { [reported.metric]: head } },
    }));

  test('is compared with its unit', () => {
    const [result] = compareRun(inUnits('bytes', 'bytes'), [reported]).results;
    expect(result).toMatchObject({ outcome: 'regression', unit: 'bytes', change: expect.closeTo(0.1, 9) });
    expect(comparisonSchema.parse(result)).toEqual(result);
  });

  test('in another unit than base does is not compared, and says so', () => {
    expect(compareRun(inUnits('bytes', 'ms'), [reported]).results[0]).toMatchObject({
      outcome: 'unresolved',
      change: null,
      reason: 'metric(size).avg is not reported in one unit (ms of head, bytes of base)',
    });
  });
});
