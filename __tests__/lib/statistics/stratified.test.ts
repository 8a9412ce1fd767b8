import { describe, expect, test } from '@jest/globals';
import { logFactorial, shareBounds } from '../../../src/lib/statistics/exact-counts.js';
import { stratifiedTest, type Stratum } from '../../../src/lib/statistics/signed-rank.js';
import { RABBITS } from '../../compare/statistics/published.js';
import { forSeeds } from '../../measure/seeded.js';

const stratum = (base: readonly [number, number], head: readonly [number, number]): Stratum => ({
  base: { started: base[0], failed: base[1] },
  head: { started: head[0], failed: head[1] },
});

describe('stratified test of failures', () => {
  test('equals R on the penicillin of rabbits', () => {
    // mantelhaen.test(Rabbits, exact = TRUE): S = 16, two-sided p = 0.0399449, twice the one-sided one.
    const { statistic, greater } = stratifiedTest(
      RABBITS.map(({ none, delayed }) =>
        stratum([delayed.cured + delayed.died, delayed.cured], [none.cured + none.died, none.cured]),
      ),
    );
    expect(statistic).toBe(16);
    expect(2 * greater).toBeCloseTo(0.0399449, 7);
  });

  test('in one pair it is Fisher’s exact test: lady tasting tea, 3 of 4 right', () => {
    // Fisher 1935: (16 + 1) ÷ 70.
    expect(stratifiedTest([stratum([4, 1], [4, 3])]).greater).toBeCloseTo(17 / 70, 12);
  });

  test('equals counting all ways to share the failures out', () => {
    forSeeds(40, (random) => {
      const count = (most: number): number => Math.floor(random() * (most + 1));
      const strata = Array.from({ length: 3 }, () => {
        const [base, head] = [1 + count(4), 1 + count(4)];
        return stratum([base, count(base)], [head, count(head)]);
      });
      const observed = strata.reduce((sum, { head }) => sum + head.failed, 0);
      const { greater, less } = stratifiedTest(strata);
      const chance = (sum: number, at: number, takes: (failures: number) => boolean): number => {
        const here = strata[at];
        if (here === undefined) return takes(sum) ? 1 : 0;
        const failed = here.base.failed + here.head.failed;
        let total = 0;
        for (let ofHead = 0; ofHead <= failed; ofHead++) {
          const ways = choose(here.head.started, ofHead) * choose(here.base.started, failed - ofHead);
          if (ways > 0) {
            total +=
              (ways / choose(here.base.started + here.head.started, failed)) *
              chance(sum + ofHead, at + 1, takes);
          }
        }
        return total;
      };
      expect(greater).toBeCloseTo(
        chance(0, 0, (failures) => failures >= observed),
        10,
      );
      expect(less).toBeCloseTo(
        chance(0, 0, (failures) => failures <= observed),
        10,
      );
    });
  });

  test('no failures tell nothing, thousands are counted', () => {
    expect(stratifiedTest([stratum([10, 0], [10, 0])])).toEqual({ statistic: 0, greater: 1, less: 1 });
    const many = Array.from({ length: 80 }, () => stratum([10_000, 200], [10_000, 200]));
    const { greater, less } = stratifiedTest(many);
    // Symmetric around what was seen: each side holds half of the rest, and both what was seen.
    expect(greater).toBeCloseTo(less, 6);
    expect(greater + less).toBeGreaterThan(1);
    expect(greater).toBeLessThan(0.51);
  });
});

describe('bounds of a share', () => {
  test('without failures the bound is 1 − miss^(1/n)', () => {
    // (1 − p)^n = miss.
    expect(shareBounds({ started: 100, failed: 0 }, 0.05)).toEqual({
      low: 0,
      high: expect.closeTo(0.029513, 6),
    });
    expect(shareBounds({ started: 100, failed: 100 }, 0.05)).toEqual({
      low: expect.closeTo(0.970487, 6),
      high: 1,
    });
  });

  test('equal R: 4 of 10 at 95%', () => {
    // binom.test(4, 10): 0.1215523 … 0.7376219.
    const { low, high } = shareBounds({ started: 10, failed: 4 }, 0.025);
    expect(low).toBeCloseTo(0.1215523, 6);
    expect(high).toBeCloseTo(0.7376219, 6);
  });

  test('of success and of failure mirror each other, in a million flows too', () => {
    const failed = shareBounds({ started: 1_000_000, failed: 1000 }, 0.005);
    const ok = shareBounds({ started: 1_000_000, failed: 999_000 }, 0.005);
    expect(failed.low).toBeCloseTo(1 - ok.high, 9);
    expect(failed.high).toBeCloseTo(1 - ok.low, 9);
    // Near the normal bound 0.001 ± 2.576·√(0.001·0.999 ÷ 10⁶) = 0.000919 … 0.001081.
    expect(failed.low).toBeCloseTo(0.00092, 5);
    expect(failed.high).toBeCloseTo(0.001085, 5);
  });
});

describe('logarithm of a factorial', () => {
  test('is the sum of the logarithms', () => {
    let sum = 0;
    for (let n = 1; n <= 200; n++) {
      sum += Math.log(n);
      expect(logFactorial(n) / Math.max(1, sum)).toBeCloseTo(sum / Math.max(1, sum), 13);
    }
  });
});

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
}
