import { describe, expect, test } from '@jest/globals';
import { calibrationOf, tallyRuns } from '../../../src/compare/calibrate/figures.js';
import {
  looksAt,
  noiseOf,
  pairsForLimit,
  smallestLimit,
  suggestedLimit,
} from '../../../src/compare/calibrate/limits.js';
import { type MeasuredRun, replay } from '../../../src/compare/calibrate/replay.js';
import type { MeasuredStarts } from '../../../src/compare/calibrate/spread.js';
import { compareRun } from '../../../src/compare/statistics/looks.js';
import { VALIDITY_LIMITS } from '../../../src/compare/statistics/round.js';
import { seededRandom } from '../../../src/lib/random.js';
import type { ComparedMetric, Pair } from '../../../src/model/comparison.js';
import { metricsOf, pairsOf, steadyRunner } from '../statistics/rounds.js';

const METRICS = metricsOf(0.05);
const TIME = METRICS[0] as ComparedMetric;
const SD = 0.032;

const pairsAt = (ratio: number, count: number, seed = 1): readonly Pair[] =>
  pairsOf(steadyRunner(seededRandom(seed), SD), ratio, seed)(count);

const runOf = (slowdown: number, count: number, seed = 1): MeasuredRun => {
  const pairs = pairsAt(1 + slowdown, count, seed);
  const { results } = compareRun(pairs, METRICS, { exhausted: true });
  return { slowdown, pairs, validity: VALIDITY_LIMITS, results, time: count * 500, whole: true };
};

describe('noise', () => {
  test('its standard deviation is that of the differences, and so is what ranks see of normal noise', () => {
    const noise = noiseOf(pairsAt(1, 400), TIME);
    expect(noise?.deviation).toBeGreaterThan(SD * 0.9);
    expect(noise?.deviation).toBeLessThan(SD * 1.1);
    expect(noise?.spread).toBeGreaterThan(SD * 0.85);
    expect(noise?.spread).toBeLessThan(SD * 1.15);
  });

  test('one pair gone mad widens the deviation and hardly what limits are computed from', () => {
    const pairs = pairsAt(1, 60);
    const mad = pairs.map((pair, index) =>
      index === 7
        ? { ...pair, head: { ...pair.head, values: { ...pair.head.values, [TIME.metric]: 2000 } } }
        : pair,
    );
    const [before, after] = [noiseOf(pairs, TIME), noiseOf(mad, TIME)];
    expect(after?.deviation).toBeGreaterThan(5 * (before?.deviation ?? Infinity));
    expect(after?.spread).toBeLessThan(1.2 * (before?.spread ?? 0));
  });

  test('of values in steps is their deviation, as most of the differences are zero', () => {
    const pairs = pairsAt(1, 60).map(({ order, base, head }, index) => ({
      order,
      base: { ...base, values: { [TIME.metric]: 10 } },
      head: { ...head, values: { [TIME.metric]: index % 3 === 0 ? 10 + ((index / 3) % 2) : 10 } },
    }));
    const noise = noiseOf(pairs, TIME);
    expect(noise?.spread).toBe(noise?.deviation);
    expect(noise?.spread).toBeGreaterThan(0.03);
  });

  test('of a rate, of too few pairs and of pairs without a value there is none', () => {
    const rate = METRICS.at(-1) as ComparedMetric;
    expect(noiseOf(pairsAt(1, 60), rate)).toBeUndefined();
    expect(noiseOf(pairsAt(1, 3), TIME)).toBeUndefined();
    const [first, ...others] = pairsAt(1, 20) as [Pair, ...Pair[]];
    const without = { ...first, base: { ...first.base, values: { [TIME.metric]: null } } };
    expect(noiseOf([without, ...others], TIME)).toBeUndefined();
  });
});

describe('the smallest limit', () => {
  // The formula of docs/statistics.md, "How many pairs", by hand: σ = 3.2%, 80 pairs, a = 1% ÷ 2 ÷ 4 looks ÷ 4 metrics: z_a = 3.421, z_5% = 1.645.
  // √(1.0472 ÷ (80 − 3.421² ÷ 2)) = 0.11882; 5.066 · 0.032 · 0.11882 = 0.01926; 1.02 · e^0.01926 − 1 = 3.98%.
  test('is the formula for the number of pairs turned around', () => {
    const limit = smallestLimit({ spread: SD }, { metric: TIME, metrics: METRICS, pairs: 80 });
    expect(limit).toBeCloseTo(0.0398, 3);
    const throughput = METRICS[1] as ComparedMetric;
    // Worse when lower: 1 − 0.98 · e^−0.01926 = 3.87%.
    expect(smallestLimit({ spread: SD }, { metric: throughput, metrics: METRICS, pairs: 80 })).toBeCloseTo(
      0.0387,
      3,
    );
  });

  test('falls with the pairs, and before the first look there is none', () => {
    const at = (pairs: number) => smallestLimit({ spread: SD }, { metric: TIME, metrics: METRICS, pairs });
    expect(looksAt(METRICS)).toEqual([12, 20, 40, 80]);
    expect(at(11)).toBeNull();
    const limits = [12, 20, 30, 40, 80].map((pairs) => at(pairs) ?? NaN);
    expect(limits).toEqual([...limits].sort((a, b) => b - a));
  });

  test('is larger by what intervals are widened for starts that differ, and takes more pairs', () => {
    const at = (startSpread?: number) =>
      smallestLimit({ spread: SD }, { metric: TIME, metrics: METRICS, startSpread, pairs: 80 }) ?? NaN;
    // What four metrics share of ½% is missed beyond 3.023. An effect is z_5% ÷ z_a times as far beyond the bound as that is.
    const apart = Math.SQRT2 * Math.log(1.01) * 3.023;
    const further = Math.log1p(at(0.01)) - Math.log1p(at());
    expect(further / apart).toBeCloseTo(1 + 1.645 / 3.421, 2);
    const pairs = (startSpread?: number) =>
      pairsForLimit({ spread: SD }, { metric: { ...TIME, limit: 0.1 }, metrics: METRICS, startSpread });
    expect(pairs(0.01)).toBeGreaterThan(pairs());
    expect(pairs(0.05)).toBe(Infinity);
  });

  test('takes the pairs of the first look that is enough', () => {
    const pairs = (limit: number) =>
      pairsForLimit({ spread: SD }, { metric: { ...TIME, limit }, metrics: METRICS });
    expect(pairs(0.2)).toBe(12);
    expect(pairs(0.04)).toBe(80);
    expect(pairs(0.021)).toBe(Infinity);
  });

  test.each([
    [0.0398, 'relative', 0.04],
    [0.03, 'relative', 0.03],
    [0.02, 'relative', 0.025],
    [0.6, 'relative', null],
    [null, 'relative', null],
    [1000, 'absolute', null],
  ] as const)('%p (%s) is suggested as %p', (smallest, scale, suggested) => {
    expect(suggestedLimit({ smallest, scale })).toBe(suggested);
  });
});

describe('replays', () => {
  const options = {
    metrics: METRICS,
    pairs: 80,
    runs: 300,
    seed: 5,
    same: true,
    goOn: () => Promise.resolve(true),
  };

  test('the same seed gives the same, another another', async () => {
    const { pairs } = runOf(0, 40);
    const results = async (seed: number) =>
      JSON.stringify((await replay(pairs, { ...options, runs: 5, seed }))?.map((run) => run.results));
    expect(await results(1)).toBe(await results(1));
    expect(await results(1)).not.toBe(await results(2));
  });

  test('of too few pairs there are none', async () => {
    expect(await replay(runOf(0, 8).pairs, options)).toBeUndefined();
  });

  test('end when they are told to, and those that were made count', async () => {
    let asked = 0;
    const goOn = () => Promise.resolve(++asked <= 3);
    expect(await replay(runOf(0, 40).pairs, { ...options, goOn })).toHaveLength(3);
  });
});

describe('the tally', () => {
  test('has exact bounds: 0 of 300 is at most 1%, 20 of 20 at least 86%', () => {
    const ended = { results: compareRun(pairsAt(1, 80), METRICS).results, pairs: 12, time: 6000 };
    const none = tallyRuns(new Array<typeof ended>(300).fill(ended), METRICS);
    expect(none.regression.count).toBe(0);
    // 1 − 0.05^(1/300)
    expect(none.regression.high).toBeCloseTo(0.009936, 5);
    const slow = { ...ended, results: compareRun(pairsAt(1.2, 80), METRICS).results };
    const all = tallyRuns(new Array<typeof ended>(20).fill(slow), METRICS);
    expect(all.regression).toMatchObject({ count: 20, high: 1 });
    // 0.05^(1/20)
    expect(all.regression.low).toBeCloseTo(0.8609, 4);
    expect(all).toMatchObject({ pairs: 12, time: 6000, resolved: { count: 20 } });
  });
});

test('a limit of base itself, which the same code can not show to hold, is not waited for; if it is broken all is known', () => {
  const metrics = METRICS.map((metric) => (metric.scale === 'rate' ? { ...metric, limit: 0 } : metric));
  const endedWith = (pairs: readonly Pair[]) => ({
    results: compareRun(pairs, metrics, { exhausted: true }).results,
    pairs: pairs.length,
    time: undefined,
  });
  const same = endedWith(pairsAt(1, 80));
  expect(same.results.at(-1)).toMatchObject({ metric: 'success_rate', outcome: 'unresolved' });
  expect(tallyRuns([same], metrics).resolved.count).toBe(1);
  const few = pairsAt(1, 12).map(({ order, base, head }) => ({
    order,
    base: { ...base, values: {} },
    head: { ...head, values: {}, flows: { started: 10, failed: 8 } },
  }));
  expect(tallyRuns([endedWith(few)], metrics).resolved.count).toBe(1);
  const unknown = few.map((pair) => ({ ...pair, head: { ...pair.head, flows: pair.base.flows } }));
  expect(tallyRuns([endedWith(unknown)], metrics).resolved.count).toBe(0);
});

describe('a calibration', () => {
  const goOn = () => Promise.resolve(true);
  const runs = [0, 0.05, 0, 0.2, 0].map((slowdown, index) => runOf(slowdown, 40, index + 1));
  const figures = () => calibrationOf({ metrics: METRICS, runs, budget: 30_000, replays: 50, seed: 1, goOn });

  test('keeps the same code and each slowdown apart, and leaves out what was not run', async () => {
    const { same, slower, pairTime, pairs, dropped } = await figures();
    expect({ pairTime, pairs, dropped }).toEqual({ pairTime: 500, pairs: 60, dropped: 0 });
    expect(same?.runs.runs).toBe(3);
    expect(slower.map(({ slowdown }) => slowdown)).toEqual([0.05, 0.2]);
    const [five] = slower;
    const time = five?.injected[0];
    expect(time?.low).toBeLessThan(0.05);
    expect(time?.high).toBeGreaterThan(0.05);
  });

  test('suggests limits that hold and the time of the look that they take', async () => {
    const { suggestion, looks } = await figures();
    expect(looks.map(({ pairs, time }) => [pairs, time])).toEqual([
      [12, 6000],
      [20, 10_000],
      [40, 20_000],
      [80, 40_000],
    ]);
    expect(suggestion?.thresholds).toHaveLength(4);
    expect(suggestion?.thresholds.at(-1)).toBe('success_rate >= base');
    expect(looks.map(({ pairs }) => pairs)).toContain(suggestion?.pairs);
  });

  test('a run that was cut short counts for its pairs and not as a run', async () => {
    const [first, ...others] = runs as [MeasuredRun, ...MeasuredRun[]];
    const cut = [{ ...first, whole: false }, ...others];
    const { same, metrics } = await calibrationOf({
      metrics: METRICS,
      runs: cut,
      budget: 30_000,
      replays: 5,
      seed: 1,
      goOn,
    });
    expect(same?.runs.runs).toBe(2);
    expect(metrics[0]?.pairs).toBe(120);
  });

  /** Starts that differ evenly on a width of `width`, in all metrics. */
  const startsWith = (width: number): MeasuredStarts => ({
    starts: Array.from({ length: 20 }, (_, start) =>
      Array.from({ length: 5 }, (_, round) => {
        const value = 200 * Math.exp((width * (start - 9.5)) / 19 + 0.001 * Math.sin(5 * start + round));
        const values = { 'flow_time.p50': value, throughput: value, cpu_per_flow: value };
        return { values, flows: { started: 10, failed: 0 } };
      }),
    ),
    time: 1000,
    roundTime: 250,
  });

  test('where one start is kept, limits allow for what starts were found to differ by, and say so', async () => {
    const withStarts = async (isKept: boolean, width: number, startSpread?: number) => {
      const given = { metrics: METRICS, runs, budget: 30_000, replays: 5, seed: 1, goOn };
      const starts = startsWith(width);
      const { metrics, suggestion } = await calibrationOf({ ...given, starts, isKept, startSpread });
      return { smallest: metrics[0]?.smallest ?? NaN, said: suggestion?.startSpread };
    };
    const [fresh, kept] = [await withStarts(false, 0.07), await withStarts(true, 0.07)];
    // A standard deviation of 2.1% at least, and its bound.
    expect(kept.said).toBeGreaterThan(0.021);
    expect(kept.said).toBeLessThan(0.04);
    expect(kept.smallest).toBeGreaterThan(fresh.smallest + 3 * Math.SQRT2 * 0.021);
    expect(fresh.said).toBeUndefined();
    // Safe: whatever the config says, nothing has to be allowed for.
    expect(await withStarts(true, 0.01, 0.02)).toEqual(await withStarts(false, 0.01));
  });

  test('where starts were not measured, limits allow for what the config says', async () => {
    const given = { metrics: METRICS, runs, budget: 30_000, replays: 5, seed: 1, goOn };
    const { suggestion } = await calibrationOf({ ...given, isKept: true, startSpread: 0.02 });
    expect(suggestion?.startSpread).toBe(0.02);
  });

  test('of nothing is nothing', async () => {
    const { same, slower, pairTime, suggestion } = await calibrationOf({
      metrics: METRICS,
      runs: [],
      budget: 1,
      replays: 5,
      seed: 1,
      goOn,
    });
    expect({ same, slower, pairTime, suggestion }).toEqual({ slower: [], pairTime: null });
  });
});
