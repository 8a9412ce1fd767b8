import { describe, expect, test } from '@jest/globals';
import type { HttpWork } from '../../src/model/plan.js';
import type { ThresholdResult } from '../../src/model/results.js';
import { answering, gates, gateSides, httpPlanOf } from '../fakes/simulated-sides.js';

/** A flow of two requests, one after the other. */
const twoSteps = (side: 'base' | 'head'): HttpWork => ({
  kind: 'http',
  requests: ['look', 'place'].map((name) => ({
    name,
    method: 'GET',
    url: `http://${side}/${name}`,
    headers: {},
    expect: { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' },
  })),
  followRedirects: false,
  maxBody: 1000,
});

const outcomes = (thresholds: readonly ThresholdResult[]): Record<string, string> =>
  Object.fromEntries(thresholds.map(({ expression, outcome }) => [expression, outcome]));

describe('head against base, in simulated time', () => {
  test('a head that is 10% slower is a regression: metric, effect, interval and pairs are named', async () => {
    const { results, scenario } = await gateSides({
      answer: answering(1.1),
      head: gates('flow_time.p95 <= base + 5%', 'success_rate >= 99%'),
    });
    expect(results.verdict).toBe('fail');
    expect(scenario.reasons[0]).toMatch(
      /^flow_time\.p95 is (9|10)(\.\d)?% slower than main \(99% interval \+[\d.]+% … \+[\d.]+%, \d+ pairs\); the gate is <= base \+ 5%$/,
    );
    expect(outcomes(scenario.thresholds)).toEqual({
      'flow_time.p95 <= base + 5%': 'fail',
      'success_rate >= 99%': 'pass',
    });
    const [result] = scenario.comparison ?? [];
    expect(result).toMatchObject({ metric: 'flow_time.p95', outcome: 'regression', looks: 1, pairs: 10 });
    expect(result?.low).toBeGreaterThan(0.07);
    expect(result?.high).toBeLessThan(0.13);
    expect(scenario.compared).toMatchObject({
      ended: 'decided',
      base: { label: 'main' },
      onUnresolved: 'warn',
    });
    expect(scenario.compared?.pairs).toHaveLength(10);
  });

  test('the step that became slower is named, with its part of the slowdown', async () => {
    const [usual, slow] = [answering(1), answering(1.3, 8)];
    const { scenario } = await gateSides({
      answer: (request, at) => (request.path === '/place' ? slow : usual)(request, at),
      head: { work: twoSteps('head'), ...gates('flow_time.med <= base + 5%') },
      opponent: {
        plan: httpPlanOf('base', { work: twoSteps('base') }),
        base: { label: 'main' },
        head: { label: 'head' },
      },
    });
    expect(scenario.comparison?.[0]?.outcome).toBe('regression');
    expect(scenario.compared?.alsoRose.map(({ metric }) => metric)).toEqual(['step(place).med']);
    const [place] = scenario.compared?.alsoRose ?? [];
    expect(place?.change).toBeCloseTo(0.3, 1);
    // 30% of 25 ms.
    expect(Math.floor(place?.amount ?? 0)).toBe(7);
  });

  test('a head that is the same passes, by the default gates if none is given', async () => {
    const { results, scenario } = await gateSides({
      answer: answering(1),
      head: gates('success_rate >= 99%'),
    });
    expect(results.verdict).toBe('pass');
    expect(outcomes(scenario.thresholds)).toEqual({
      'success_rate >= 99%': 'pass',
      'flow_time.med <= base + 5%': 'pass',
      'throughput >= base - 5%': 'pass',
      'success_rate >= base': 'pass',
    });
    expect(scenario.compared?.defaultGates).toEqual([
      'flow_time.med <= base + 5%',
      'throughput >= base - 5%',
      'success_rate >= base',
    ]);
  });

  test('a head that is faster passes, and is said to be faster', async () => {
    const { results, scenario } = await gateSides({
      answer: answering(0.85),
      head: gates('flow_time.med <= base + 5%'),
    });
    expect(results.verdict).toBe('pass');
    expect(scenario.comparison?.[0]?.outcome).toBe('improvement');
    expect(scenario.reasons.join('\n')).toMatch(/flow_time\.med is 1[45](\.\d)?% faster than main/);
  });

  test('rounds of both sides are as large, in an order drawn by lot, and each flow of a side has an iteration of its own', async () => {
    const asked: Record<string, string[]> = {};
    const answer = answering(1);
    const { scenario } = await gateSides({
      answer: (request, at) => {
        (asked[request.origin] ??= []).push(request.path);
        return answer(request, at);
      },
      head: gates('throughput >= base - 5%'),
    });
    const { pairs = [], rounds } = scenario.compared ?? {};
    // 25 ms and four at once: 40 iterations are 250 ms, which the scenario's own iterations are the bound of.
    expect(rounds).toEqual({ flows: 40, services: 'none' });
    expect(pairs.every(({ base, head }) => base.flows.started === 40 && head.flows.started === 40)).toBe(
      true,
    );
    expect(new Set(pairs.map(({ order }) => order))).toEqual(new Set(['base_first', 'head_first']));
    const ofBase = asked['http://base'] ?? [];
    expect(new Set(ofBase).size).toBe(ofBase.length);
    // Head's own run of 40 came first.
    expect((asked['http://head'] ?? []).slice(40).sort()).toEqual(ofBase.sort());
  });

  test('failures that only head has are found by the exact test', async () => {
    let requests = 0;
    const { scenario } = await gateSides({
      answer: ({ origin }) => {
        requests += 1;
        // The absolute run of head comes first and is all right.
        const broken = origin.includes('head') && requests > 60 && requests % 10 === 0;
        return broken ? { status: 500 } : { headAfter: 25 };
      },
      head: gates('success_rate >= base'),
    });
    expect(scenario.verdict).toBe('fail');
    expect(scenario.reasons[0]).toMatch(/^success_rate is [\d.]+ points lower than main/);
  });
});

describe('the rounds', () => {
  test('progress tells the pair, the most there may be, and what is known', async () => {
    const { progress } = await gateSides({
      answer: answering(1.1),
      head: gates('flow_time.p95 <= base + 5%'),
    });
    const pairs = progress.flatMap((state) => ('pairs' in state ? [state] : []));
    expect(pairs.map((state) => state.pairs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(pairs[0]).toMatchObject({ scenario: 'checkout', base: 'main', most: 80, nextLook: 10, known: [] });
    expect(pairs.at(-1)?.known[0]).toMatch(/^flow_time\.p95 is (9|1\d)(\.\d)?% slower than main/);
  });

  test('base is run in the manner of head: as many flows, with the same patience', async () => {
    const { scenario } = await gateSides({
      answer: answering(1),
      head: gates('throughput >= base - 5%'),
      opponent: {
        plan: httpPlanOf('base', { load: { model: 'closed', flows: 1, iterations: 1 }, timeout: 5 }),
        base: { label: 'main' },
        head: { label: 'head' },
      },
    });
    expect(scenario.compared?.pairs[0]?.base.flows).toEqual({ started: 40, failed: 0 });
  });
});
