import { describe, expect, test } from '@jest/globals';
import type { SideName } from '../../../src/compare/opponent.js';
import { seededRandom } from '../../../src/lib/random.js';
import { comparingOf, compareStarting } from '../../fakes/starting-sides.js';

/** Starts that are up to 10% slower than the fastest, whichever side it is. */
function drawing(seed: number): (side: SideName) => (before: number) => number {
  const random = seededRandom(seed);
  return () => {
    const slowness = 0.95 + 0.1 * random();
    return () => slowness * (1 + 0.02 * (random() - 0.5));
  };
}

describe('a server that draws its speed at its start, against itself', () => {
  const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
  const outcomes = async (services: 'restart' | 'keep', startSpread?: number): Promise<readonly string[]> => {
    const all: string[] = [];
    for (const seed of SEEDS) {
      const { compared } = await compareStarting({
        starting: 50,
        services,
        drawSlowness: drawing(seed),
        options: { budget: 12_000, startSpread },
      });
      all.push(...comparingOf(compared).results.map(({ outcome }) => outcome));
    }
    return all;
  };
  const isClaim = (outcome: string): boolean => outcome === 'regression' || outcome === 'improvement';

  test('is never called slower or faster where each round has a start of its own', async () => {
    expect((await outcomes('restart')).filter(isClaim)).toEqual([]);
  }, 180_000);

  test('is called so in many a run where one start of each is kept up', async () => {
    expect((await outcomes('keep')).filter(isClaim).length).toBeGreaterThan(SEEDS.length / 4);
  }, 180_000);

  test('is not where it is said how much starts differ', async () => {
    // Uniform on a width of 10%: a standard deviation of 2.9%.
    expect((await outcomes('keep', 0.029)).filter(isClaim)).toEqual([]);
  }, 180_000);
});
