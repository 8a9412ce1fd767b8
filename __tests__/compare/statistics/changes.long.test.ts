import { describe, expect, test } from '@jest/globals';
import { attribute } from '../../../src/compare/statistics/changes.js';
import { compareRun } from '../../../src/compare/statistics/looks.js';
import type { ComparisonResult, Pair, Round } from '../../../src/model/comparison.js';
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

const sentences = (pairs: readonly Pair[], ...names: readonly string[]): readonly string[] =>
  attribute(pairs, judged(pairs, ...names)).map(({ sentence }) => sentence);

// 1000 → 1212: +212 ms, of which research takes 400 → 580, +180 ms: 85%.
const SLOWER = {
  'flow_time.med': [1000, 1212],
  cpu_per_flow: [300, 300],
  'step(research).med': [400, 580],
  'step(draft).med': [600, 632],
  'step(style).med': [20, 20],
  peak_memory: [147e6, 147e6],
  peak_threads: [11, 11],
} satisfies Readonly<Record<string, Change>>;

describe('what moved with a metric that became worse', () => {
  test('steps with their part of the slowdown, and waiting where CPU did not move', () => {
    expect(sentences(pairsOf(SLOWER), 'flow_time.med')).toEqual([
      'step research carries 85% of the slowdown (+180 ms of +212 ms)',
      'step draft carries 15% of the slowdown (+32 ms of +212 ms)',
      'CPU per flow did not move (−0.4% … +0.4%): the time is spent waiting (+212 ms of +212 ms)',
    ]);
  });

  test('with estimate and interval, as numbers', () => {
    const [first] = attribute(pairsOf(SLOWER), judged(pairsOf(SLOWER), 'flow_time.med'));
    expect(first).toMatchObject({ metric: 'flow_time.med', kind: 'step', step: 'research' });
    // 580 ÷ 400 − 1 = 45%, give or take twice 0.2% of noise.
    expect(first?.change).toBeCloseTo(0.45, 3);
    expect(first?.low).toBeGreaterThan(0.44);
    expect(first?.high).toBeLessThan(0.46);
  });

  test('CPU where it rose, and then not waiting that did not', () => {
    const computing = { ...SLOWER, cpu_per_flow: [300, 512] as Change };
    expect(sentences(pairsOf(computing), 'flow_time.med').at(-1)).toBe(
      'CPU per flow rose with it: +70.7% (+70% … +71.4%), +212 ms of +212 ms',
    );
  });

  test('nothing on CPU where more flows fail, since it is told for each of those that are ok', () => {
    const failing = pairsOf({ ...SLOWER, cpu_per_flow: [300, 600], success_rate: [1, 0.5] });
    expect(sentences(failing, 'flow_time.med').join()).not.toMatch(/CPU|waiting/);
  });

  test('memory and threads, also of a metric that is not of time', () => {
    const heavier = { ...SLOWER, peak_memory: [147e6, 200e6], peak_threads: [11, 22] } as const;
    const all = sentences(pairsOf(heavier), 'flow_time.med');
    expect(all.slice(-2)).toEqual([
      'peak memory rose with it: +36.1% (+35.5% … +36.6%)',
      'threads rose with it: +100% (+99.2% … +101%)',
    ]);
    expect(sentences(pairsOf(heavier), 'peak_memory')).toEqual([
      'threads rose with it: +100% (+99.2% … +101%)',
    ]);
  });

  test('for each metric that became worse, and never of itself', () => {
    const pairs = pairsOf(SLOWER);
    const found = attribute(pairs, judged(pairs, 'flow_time.med', 'step(research).med'));
    expect(found.map(({ metric, kind, step = '' }) => `${metric}: ${kind} ${step}`.trim())).toEqual([
      'flow_time.med: step research',
      'flow_time.med: step draft',
      'flow_time.med: waiting',
      'step(research).med: step draft',
      'step(research).med: waiting',
    ]);
  });

  test('of what misses another limit than the one it was compared by', () => {
    const pairs = pairsOf(SLOWER);
    const cleared = judged(pairs, 'flow_time.med').map((result) => ({
      ...result,
      outcome: 'no_regression' as const,
    }));
    expect(attribute(pairs, cleared)).toEqual([]);
    const [first] = attribute(pairs, cleared, new Set(['flow_time.med']));
    expect(first).toMatchObject({ metric: 'flow_time.med', step: 'research' });
  });

  test('nothing where nothing became worse', () => {
    const faster = pairsOf({ ...SLOWER, 'flow_time.med': [1000, 800] });
    expect(sentences(faster, 'flow_time.med')).toEqual([]);
    expect(attribute([], [])).toEqual([]);
  });

  test('no part of a slowdown that is not one of the median', () => {
    const tail = pairsOf({
      'flow_time.p95': [1000, 1200],
      'flow_time.med': [800, 800],
      'step(a).med': [9, 12],
    });
    expect(sentences(tail, 'flow_time.p95')).toEqual(['step a became slower: +33.3% (+32.8% … +33.9%)']);
  });

  test('a step that grew by more than the flow carries all of it', () => {
    const pairs = pairsOf({ 'flow_time.med': [1000, 1100], 'step(a).med': [500, 650] });
    expect(sentences(pairs, 'flow_time.med')).toEqual([
      'step a carries all of the slowdown (+150 ms, the flow +100 ms)',
    ]);
  });

  test('nothing on waiting where flows compute on several threads at once', () => {
    const pairs = pairsOf({ 'flow_time.med': [1000, 1200], cpu_per_flow: [1800, 1800] });
    expect(sentences(pairs, 'flow_time.med')).toEqual([]);
  });

  test('nothing on CPU that is told where it is not known', () => {
    const pairs = pairsOf(SLOWER).map((pair, index) => ({
      ...pair,
      head: { ...pair.head, values: { ...pair.head.values, cpu_per_flow: index % 2 === 0 ? 280 : 330 } },
    }));
    expect(sentences(pairs, 'flow_time.med').at(-1)).toMatch(
      // 280 ÷ 300.6 and 330 ÷ 299.4
      /^waiting rose with it: .*; whether CPU per flow did is not known \(−6\.9% … \+10\.2%\)$/u,
    );
  });
});

describe('the pairs that count', () => {
  test('are those that were not dropped', () => {
    const stray = pairsOf({ ...SLOWER, 'step(research).med': [400, 100] }, 5).map((pair) => ({
      ...pair,
      dropped: 'CPU steal',
    }));
    const pairs = [...stray, ...pairsOf(SLOWER)];
    const [first] = attribute(pairs, judged(pairsOf(SLOWER), 'flow_time.med'));
    expect(first?.sentence).toContain('step research carries 85%');
  });

  test('have the step in every round: what base does not have is not compared', () => {
    const pairs = pairsOf(SLOWER).map((pair, index) =>
      index > 0
        ? pair
        : { ...pair, base: { ...pair.base, values: { ...pair.base.values, 'step(research).med': null } } },
    );
    expect(sentences(pairs, 'flow_time.med').join()).not.toContain('research');
  });

  test('are enough for the candidates: of very many steps the longest are looked at', () => {
    const steps = Object.fromEntries(
      Array.from({ length: 30 }, (_unused, index): [string, Change] => [
        `step(s${index}).med`,
        [100 + index, 120 + index],
      ]),
    );
    // Ten pairs reach 2⁻¹⁰ = 0.098%, of which 0.7% holds seven.
    const found = sentences(pairsOf({ 'flow_time.med': [1000, 1212], ...steps }, 10), 'flow_time.med');
    expect(found.map((sentence) => sentence.split(' ')[1]).toSorted()).toEqual([
      's23',
      's24',
      's25',
      's26',
      's27',
      's28',
      's29',
    ]);
  });
});

describe('over many runs of a noisy machine', () => {
  const RUNS = 2000;

  /** In which share of runs something is said to have moved that did not, and in which the step that did is found. */
  function rates(slowdown: Slowdown, gates: number): { readonly wrong: number; readonly found: number } {
    const step = Object.keys(slowdown.steps ?? {})[0];
    const kind = slowdown.computing === 1 ? 'cpu' : 'waiting';
    let wrong = 0;
    let found = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const { pairs, state } = runStepped(slowdown, seed, GATES.slice(0, gates));
      const all = attribute(pairs, state.results);
      if (all.some((one) => (one.kind === 'step' ? one.step !== step : one.kind !== kind))) wrong += 1;
      if (all.some((one) => one.kind === 'step' && one.step === step)) found += 1;
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
