import { describe, expect, test } from '@jest/globals';
import { comparedGrowth } from '../../../src/compare/statistics/growth.js';
import { heldIn } from '../../../src/compare/statistics/round.js';
import type { Pair, Round } from '../../../src/model/comparison.js';
import { leakingPairs } from '../../fakes/leaking-pairs.js';
import { sampleOf } from '../../fakes/record.js';

const KEPT = { services: 'keep', base: 'main', asked: false } as const;

describe('growth of services and hosts over the rounds of a comparison', () => {
  test('a leak of head is told with its size beside that of base', () => {
    const growth = comparedGrowth(leakingPairs(12, 'service'), KEPT);
    expect(growth?.found).toMatchObject([
      {
        subject: 'memory of the service',
        outcome: 'more',
        pairs: 12,
        flows: 3500,
        sentence:
          "memory of the service grew by 10 KB a flow more than main's (10 KB … 10 KB, 99%) over 3500 flows",
      },
    ]);
  });

  test('the host of module flows is a subject of its own', () => {
    const growth = comparedGrowth(leakingPairs(12, 'host'), { ...KEPT, services: 'none' });
    expect(growth?.found.map(({ subject }) => subject)).toEqual(['memory of the host process']);
  });

  test('pairs that were dropped for the times still tell what was held', () => {
    const pairs = leakingPairs(12, 'service').map((pair) => ({ ...pair, dropped: 'steal' }));
    expect(comparedGrowth(pairs, KEPT)?.found).toHaveLength(1);
  });

  test('what is not known is told to who asked, and to nobody else', () => {
    const asked = { ...KEPT, asked: true };
    const few = leakingPairs(11, 'service');
    expect(comparedGrowth(few, KEPT)).toBeUndefined();
    expect(comparedGrowth(few, asked)).toEqual({
      found: [],
      unknown: 'it takes 12 pairs of rounds, and there were 11',
    });
    expect(comparedGrowth(leakingPairs(12, 'service'), { ...asked, services: 'restart' })).toEqual({
      found: [],
      unknown: 'services are started anew for each round',
    });
    const without = ({ values, flows }: Round): Round => ({ values, flows });
    const unseen = leakingPairs(12, 'service').map((pair): Pair => ({ ...pair, base: without(pair.base) }));
    expect(comparedGrowth(unseen, asked)?.unknown).toMatch(/^nothing that outlives the flows was watched/);
    const once = leakingPairs(12, 'service').map((pair, index): Pair =>
      index === 3 ? { ...pair, base: without(pair.base) } : pair,
    );
    expect(comparedGrowth(once, asked)?.unknown).toBe(
      'it takes 12 pairs of rounds, and there were 11 in which it was watched on both sides',
    );
  });
});

test('of a round the lowest of what service and host held is kept', () => {
  const samples = [
    { serviceMemory: 60, hostMemory: 30 },
    { serviceMemory: 50, hostMemory: 40 },
  ].map((held) => sampleOf(held));
  expect(heldIn(samples)).toEqual({ service: 50, host: 30 });
  expect(heldIn([sampleOf({})])).toBeUndefined();
  expect(heldIn([])).toBeUndefined();
});
