import { describe, expect, test } from '@jest/globals';
import { tallyRuns } from '../../../src/compare/calibrate/figures.js';
import { smallestLimit } from '../../../src/compare/calibrate/limits.js';
import { replay } from '../../../src/compare/calibrate/replay.js';
import { seededRandom } from '../../../src/lib/random.js';
import type { ComparedMetric, Pair } from '../../../src/model/comparison.js';
import { metricsOf, pairsOf, steadyRunner } from '../statistics/rounds.js';
import { runMany, shareOf } from '../statistics/simulation.js';

const METRICS = metricsOf(0.05);
const TIME = METRICS[0] as ComparedMetric;
const SD = 0.032;

const pairsAt = (ratio: number, count: number, seed = 1): readonly Pair[] =>
  pairsOf(steadyRunner(seededRandom(seed), SD), ratio, seed)(count);

describe('the smallest limit', () => {
  test('is seen from the margin in at least 95% of runs that are slower by it', () => {
    const limit = smallestLimit({ spread: SD }, { metric: TIME, metrics: METRICS, pairs: 80 }) ?? NaN;
    const states = runMany(
      {
        // The margin as the limit: what is worse than the margin is found whatever the estimate. No run ends by another.
        metrics: metricsOf(0.02, 0.02).map((metric) => ({
          ...metric,
          level: metric.metric === TIME.metric ? 'fail' : 'warn',
        })),
        ratio: 1 + limit,
        machine: (random) => steadyRunner(random, SD),
      },
      400,
      77,
    );
    const found = shareOf(
      states,
      ({ metric, outcome }) => metric === TIME.metric && outcome === 'regression',
    );
    expect(found).toBeGreaterThanOrEqual(0.95);
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

  test('of the same code claim a change in at most 1%, however much one start of the services was slower than the other', async () => {
    const pairs = pairsAt(1.1, 60);
    const replayed = (await replay(pairs, options)) ?? [];
    const { regression, improvement } = tallyRuns(replayed, METRICS);
    expect(regression.count + improvement.count).toBeLessThanOrEqual(3);
  });

  test('of slowed code find what is plain and miss what is not', async () => {
    const found = async (ratio: number) => {
      const pairs = pairsAt(ratio, 60);
      return tallyRuns((await replay(pairs, { ...options, same: false })) ?? [], METRICS).regression.count;
    };
    expect(await found(1.1)).toBe(300);
    expect(await found(1.01)).toBeLessThan(10);
  });
});
