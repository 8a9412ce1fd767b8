import { describe, expect, test } from '@jest/globals';
import type { ComparisonResult, Pair, Round } from '../../../src/model/comparison.js';
import { alsoRose } from '../../../src/compare/statistics/changes.js';
import { compareRun } from '../../../src/compare/statistics/looks.js';
import { GATES, runStepped, type Slowdown } from './stepped-rounds.js';

/** One value in base and in head; where both are one number, it did not change. */
type Change = readonly [base: number, head: number];

/** Pairs in which noise is ±0.4%, up and down in turn, in base and head alike. */
function pairsOf(values: Readonly<Record<string, Change>>, count = 12): Pair[] {
  const noisy = (side: 0 | 1, wobble: number): Round => ({
    values: Object.fromEntries(
      Object.entries(values).map(([metric, change]) => [metric, change[side] * wobble]),
    ),
    flows: { started: 10, failed: 0 },
  });
  return Array.from({ length: count }, (_unused, index) => ({
    order: index % 2 === 0 ? 'base_first' : 'head_first',
    base: noisy(0, index % 2 === 0 ? 1.002 : 0.998),
    head: noisy(1, index % 2 === 0 ? 0.998 : 1.002),
  }));
}

const metricsNamed = (names: readonly string[]) =>
  names.map((metric) => ({ metric, worse: 'higher', scale: 'relative', limit: 0.05 }) as const);

const judged = (pairs: readonly Pair[], ...names: readonly string[]): readonly ComparisonResult[] =>
  compareRun(pairs, metricsNamed(names), { exhausted: true }).results;

/** What rose with the metrics named, each with its change in tenths of a per cent and its amount. */
const rises = (
  pairs: readonly Pair[],
  ...names: readonly string[]
): readonly (readonly [string, number, number])[] =>
  alsoRose(pairs, judged(pairs, ...names)).map(({ metric, change, amount }) => [
    metric,
    Math.round(change * 1000) / 10,
    Math.round(amount),
  ]);

const namesOf = (pairs: readonly Pair[], ...names: readonly string[]): readonly string[] =>
  rises(pairs, ...names).map(([name]) => name);

// 1000 → 1212: +212 ms, of which research takes 400 → 580, +180 ms.
const SLOWER = {
  'flow_time.med': [1000, 1212],
  cpu_per_flow: [300, 300],
  'step(research).med': [400, 580],
  'step(draft).med': [600, 632],
  'step(style).med': [20, 20],
  peak_memory: [147e6, 147e6],
  peak_threads: [11, 11],
} satisfies Readonly<Record<string, Change>>;

describe('what rose with a metric that became worse', () => {
  test('steps, the one that rose most first, and waiting where CPU did not', () => {
    expect(rises(pairsOf(SLOWER), 'flow_time.med')).toEqual([
      ['step(research).med', 45, 180],
      ['step(draft).med', 5.3, 32],
      // 1000 − 300 → 1212 − 300.
      ['waiting', 30.3, 212],
    ]);
  });

  test('with estimate and interval', () => {
    const [first] = alsoRose(pairsOf(SLOWER), judged(pairsOf(SLOWER), 'flow_time.med'));
    // 580 ÷ 400 − 1 = 45%, give or take twice 0.2% of noise.
    expect(first?.change).toBeCloseTo(0.45, 3);
    expect(first?.low).toBeGreaterThan(0.44);
    expect(first?.high).toBeLessThan(0.46);
  });

  test('CPU where it rose, and then not waiting that did not', () => {
    const computing = { ...SLOWER, cpu_per_flow: [300, 512] as Change };
    expect(rises(pairsOf(computing), 'flow_time.med').at(-1)).toEqual(['cpu_per_flow', 70.7, 212]);
  });

  test('nothing on CPU where more flows fail, since it is told for each of those that are ok', () => {
    const failing = pairsOf({ ...SLOWER, cpu_per_flow: [300, 600], success_rate: [1, 0.5] });
    expect(namesOf(failing, 'flow_time.med')).toEqual(['step(research).med', 'step(draft).med']);
  });

  test('memory and threads, and not what the comparison has itself', () => {
    const heavier = { ...SLOWER, peak_memory: [147e6, 200e6], peak_threads: [11, 22] } as const;
    expect(rises(pairsOf(heavier), 'flow_time.med').slice(-2)).toEqual([
      ['peak_memory', 36.1, 53e6],
      ['peak_threads', 100, 11],
    ]);
    expect(namesOf(pairsOf(heavier), 'peak_memory', 'step(research).med')).toEqual([
      'step(draft).med',
      'waiting',
      'peak_threads',
    ]);
  });

  test('of what misses another limit than the one it was compared by', () => {
    const pairs = pairsOf(SLOWER);
    const cleared = judged(pairs, 'flow_time.med').map((result) => ({
      ...result,
      outcome: 'no_regression' as const,
    }));
    expect(alsoRose(pairs, cleared)).toEqual([]);
    const [first] = alsoRose(pairs, cleared, { broken: new Set(['flow_time.med']) });
    expect(first).toMatchObject({ metric: 'step(research).med' });
  });

  test('nothing where nothing became worse', () => {
    const faster = pairsOf({ ...SLOWER, 'flow_time.med': [1000, 800] });
    expect(namesOf(faster, 'flow_time.med')).toEqual([]);
    expect(alsoRose([], [])).toEqual([]);
  });

  test('nothing on waiting where flows compute on several threads at once', () => {
    const pairs = pairsOf({ 'flow_time.med': [1000, 1200], cpu_per_flow: [1800, 1800] });
    expect(namesOf(pairs, 'flow_time.med')).toEqual([]);
  });
});

describe('the pairs that count', () => {
  test('are those that were not dropped', () => {
    const stray = pairsOf({ ...SLOWER, 'step(research).med': [400, 100] }, 5).map((pair) => ({
      ...pair,
      dropped: 'CPU steal',
    }));
    const pairs = [...stray, ...pairsOf(SLOWER)];
    const [first] = alsoRose(pairs, judged(pairsOf(SLOWER), 'flow_time.med'));
    expect(first?.metric).toBe('step(research).med');
    expect(first?.amount).toBeCloseTo(180, 0);
  });

  test('have the step in every round: what base does not have is not compared', () => {
    const pairs = pairsOf(SLOWER).map((pair, index) =>
      index > 0
        ? pair
        : { ...pair, base: { ...pair.base, values: { ...pair.base.values, 'step(research).med': null } } },
    );
    expect(namesOf(pairs, 'flow_time.med')).toEqual(['step(draft).med', 'waiting']);
  });

  test('are enough for the candidates: of very many steps the longest are looked at', () => {
    const steps = Object.fromEntries(
      Array.from({ length: 30 }, (_unused, index): [string, Change] => [
        `step(s${index}).med`,
        [100 + index, 120 + index],
      ]),
    );
    // Ten pairs reach 2⁻¹⁰ = 0.098%, of which 0.7% holds seven.
    const found = namesOf(pairsOf({ 'flow_time.med': [1000, 1212], ...steps }, 10), 'flow_time.med');
    expect(found.toSorted()).toEqual([23, 24, 25, 26, 27, 28, 29].map((each) => `step(s${each}).med`));
  });
});

describe('over many runs of a noisy machine', () => {
  const RUNS = 2000;

  /** In which share of runs something is said to have moved that did not, and in which the step that did is found. */
  function rates(slowdown: Slowdown, gates: number): { readonly wrong: number; readonly found: number } {
    const step = `step(${Object.keys(slowdown.steps ?? {})[0] ?? ''}).med`;
    const other = slowdown.computing === 1 ? 'cpu_per_flow' : 'waiting';
    let wrong = 0;
    let found = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const { pairs, state } = runStepped(slowdown, seed, GATES.slice(0, gates));
      const all = alsoRose(pairs, state.results).map(({ metric }) => metric);
      if (all.some((metric) => metric !== step && metric !== other)) wrong += 1;
      if (all.includes(step)) found += 1;
    }
    return { wrong: wrong / RUNS, found: found / RUNS };
  }

  test.each([
    [
      'a step that waits longer, seen at the first look or later',
      { steps: { research: 1.3 }, computing: 0 },
      3,
    ],
    ['a step that computes longer', { steps: { research: 1.3 }, computing: 1 }, 1],
    ['a step of which little is seen', { steps: { draft: 1.1 }, computing: 0 }, 1],
  ] as const)('at most 1%% of runs with %s name something else', (_name, slowdown, gates) => {
    const { wrong, found } = rates(slowdown, gates);
    expect(wrong).toBeLessThanOrEqual(0.01);
    expect(wrong).toBeGreaterThan(0);
    if (Object.values(slowdown.steps)[0] === 1.3) expect(found).toBeGreaterThan(0.95);
  });

  test('base against itself names nothing', () => {
    expect(rates({}, 3)).toEqual({ wrong: 0, found: 0 });
  });
});
