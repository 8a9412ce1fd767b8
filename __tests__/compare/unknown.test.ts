import { describe, expect, test } from '@jest/globals';
import { answering, gates, gateSides, type SimulatedSides } from '../fakes/simulated-sides.js';

describe('what is not known', () => {
  test('a base that is absent leaves gates on it open, and the absolute ones in force', async () => {
    const { results, scenario } = await gateSides({
      answer: answering(1),
      head: gates('flow_time.med <= base + 5%', 'success_rate >= 99%'),
      opponent: { absent: 'the scenario is new in head', base: { label: 'main' }, head: { label: 'head' } },
    });
    expect(results.verdict).toBe('warn');
    expect(scenario.compared?.absent).toBe('the scenario is new in head');
    expect(scenario.thresholds[0]).toMatchObject({
      outcome: 'unresolved',
      reason: 'not judged: the scenario is new in head',
    });
    expect(scenario.thresholds[1]?.outcome).toBe('pass');
  });

  test.each([
    ['fail', 'inconclusive'],
    ['warn', 'warn'],
    ['pass', 'pass'],
  ] as const)('on-inconclusive %s makes it %s', async (onUnresolved, verdict) => {
    const { results } = await gateSides({
      answer: () => ({ headAfter: 2000 }),
      head: { ...gates('flow_time.med <= base + 5%'), load: { model: 'closed', flows: 4, iterations: 4 } },
      how: { onUnresolved, budget: 10_000 },
    });
    expect(results.verdict).toBe(verdict);
  });

  test('without a base it warns at most, and no gate on it is in force that nobody wrote', async () => {
    const opponent = { absent: 'base does not build', base: { label: 'main' }, head: { label: 'head' } };
    const of = (thresholds: ReturnType<typeof gates>) =>
      gateSides({ answer: answering(1), head: thresholds, opponent, how: { onUnresolved: 'fail' } });
    expect((await of(gates('flow_time.med <= base + 5%'))).results.verdict).toBe('warn');
    const { scenario } = await of(gates('success_rate >= 99%'));
    expect(scenario).toMatchObject({ verdict: 'pass', compared: { absent: 'base does not build' } });
    expect(scenario.thresholds).toHaveLength(1);
  });

  test('a budget that the first look does not fit into is said before any pair is run', async () => {
    const { scenario } = await gateSides({
      answer: () => ({ headAfter: 2000 }),
      head: { ...gates('flow_time.med <= base + 5%'), load: { model: 'closed', flows: 4, iterations: 4 } },
      how: { budget: 10_000 },
    });
    expect(scenario.compared).toMatchObject({ ended: 'budget', pairs: [] });
    expect(scenario.thresholds[0]?.reason).toBe(
      '10 pairs of rounds of 4 flows, the fewest that can tell anything, take about 40 s (2 s each of main and 2 s of head), and the budget is 10 s; raise the budget, or compare a shorter scenario',
    );
    expect(scenario.verdict).toBe('warn');
  });

  test.each(['fail', 'warn', 'pass'] as const)(
    'a head so slow that the budget holds no first look does not get by: inconclusive, also with %s',
    async (onUnresolved) => {
      const { scenario } = await gateSides({
        answer: ({ origin }) => ({ headAfter: origin.includes('head') ? 2000 : 400 }),
        head: { ...gates('flow_time.med <= base + 5%'), load: { model: 'closed', flows: 4, iterations: 4 } },
        how: { budget: 10_000, onUnresolved },
      });
      expect(scenario.verdict).toBe('inconclusive');
      expect(scenario.thresholds[0]?.reason).toBe(
        '10 pairs of rounds of 4 flows, the fewest that can tell anything, take about 24 s (400 ms each of main and 2 s of head), and the budget is 10 s; were head no slower than main, they would fit: raise the budget to know by how much it is',
      );
    },
  );

  test('a head that mends a base whose flows all fail is not kept out', async () => {
    const { scenario } = await gateSides({
      answer: ({ origin }) => ({ headAfter: 25, status: origin.includes('head') ? 200 : 500 }),
      head: gates('flow_time.med <= base + 5%', 'throughput >= base - 5%'),
      how: { onUnresolved: 'fail', budget: 9000 },
    });
    expect(scenario.verdict).toBe('warn');
    for (const { outcome, reason } of scenario.thresholds) {
      expect(outcome).toBe('unresolved');
      expect(reason).toMatch(/^no flow of main was ok in (\d+) of \1 pairs$/);
    }
  });

  test('a head whose slow flows fail is not called faster, and warns', async () => {
    const answer: SimulatedSides['answer'] = ({ origin, path }) => {
      const slow = Number(path.slice(1)) % 2 === 0;
      return { headAfter: slow ? 50 : 25, status: slow && origin.includes('head') ? 500 : 200 };
    };
    const timed = gates('flow_time.med <= base + 5%');
    const { scenario } = await gateSides({ answer, head: timed });
    expect(scenario.comparison?.[0]?.outcome).toBe('improvement');
    expect(scenario.verdict).toBe('warn');
    expect(scenario.reasons).toHaveLength(1);
    expect(scenario.reasons[0]).toMatch(
      /^more flows of head failed than of main: \d+ of \d+ flows, and 0 of \d+ flows; .* success_rate >= base/,
    );
    // Asked for, it is judged.
    const judged = await gateSides({
      answer,
      head: gates('flow_time.med <= base + 5%', 'success_rate >= base'),
    });
    expect(judged.scenario.verdict).toBe('fail');
    expect(judged.scenario.reasons.join()).not.toContain('more flows of head');
  });

  test('a budget that is spent between two looks ends it with what there is', async () => {
    const noisy = answering(1, 3);
    const { scenario } = await gateSides({
      answer: (request, at) => ({
        headAfter: (noisy(request, at).headAfter ?? 0) * (1 + 0.4 * Math.sin(at)) ** 3,
      }),
      head: gates('flow_time.p95 <= base + 2.5%'),
      how: { budget: 9000 },
    });
    const { ended, pairs = [], time = 0 } = scenario.compared ?? {};
    expect(ended).toBe('budget');
    expect(pairs.length).toBeGreaterThan(10);
    expect(time).toBeLessThanOrEqual(9000);
    expect(scenario.thresholds[0]?.outcome).toBe('unresolved');
    expect(scenario.thresholds[0]?.reason).toMatch(
      /which does not tell; a change of [\d.]+% .* could have been seen/,
    );
  });

  test('pairs while others had the machine are dropped, counted, and run again', async () => {
    const { scenario } = await gateSides({
      answer: answering(1.1),
      head: gates('flow_time.med <= base + 5%'),
      // A quarter of each fourth second belongs to somebody else.
      cpu: (at) => ({ total: at, stolen: Math.floor(at / 4000) * 250 + Math.min(1000, at % 4000) / 4 }),
    });
    const dropped = scenario.compared?.pairs.filter((pair) => pair.dropped !== undefined) ?? [];
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped[0]?.dropped).toMatch(/% of the machine was given to others while (base|head) ran/);
    expect(scenario.comparison?.[0]).toMatchObject({
      outcome: 'regression',
      pairs: 10,
      dropped: dropped.length,
    });
  });

  test('where others always have the machine every pair is dropped, and that is the reason', async () => {
    const { scenario } = await gateSides({
      answer: answering(1),
      head: gates('flow_time.med <= base + 5%'),
      cpu: (at) => ({ total: at, stolen: at / 5 }),
      how: { budget: 9000 },
    });
    expect(scenario.thresholds[0]).toMatchObject({ outcome: 'unresolved' });
    expect(scenario.thresholds[0]?.reason).toMatch(
      /^all \d+ pairs were dropped: 20% of the machine was given to others while base ran; .*; a machine/,
    );
  });

  test('an interrupt keeps the pairs so far, and the verdict is not pass', async () => {
    const { scenario } = await gateSides({
      answer: answering(1),
      head: gates('flow_time.med <= base + 5%'),
      interruptAt: 4000,
    });
    expect(scenario.compared?.ended).toBe('interrupted');
    const { pairs = [] } = scenario.compared ?? {};
    expect(pairs.length).toBeGreaterThan(1);
    // The pair that was cut short is not among them.
    expect(pairs.every(({ base, head }) => base.flows.started === 40 && head.flows.started === 40)).toBe(
      true,
    );
    expect(scenario.interrupted).toBe('SIGINT');
    expect(scenario.verdict).toBe('inconclusive');
  });

  test('an interrupt in the first pair is the reason, and the rounds are told', async () => {
    const { scenario } = await gateSides({
      answer: answering(1),
      head: gates('flow_time.med <= base + 5%'),
      // Head by itself and one round of each to see how long they are take 250 ms each, and so do the pair's two.
      interruptAt: 1000,
    });
    expect(scenario.compared).toMatchObject({ ended: 'interrupted', pairs: [], rounds: { flows: 40 } });
    expect(scenario.comparison?.[0]).toMatchObject({
      outcome: 'unresolved',
      reason: 'interrupted before the first pair was through',
    });
  });
});
