import { signedRankAtMost, signedRankCritical } from './signed-rank.js';

/** Probabilities, 0…½, with which either bound of an interval may miss the truth. */
export interface Misses {
  readonly low: number;
  readonly high: number;
}

interface SignedRankInterval {
  /** Hodges–Lehmann estimate. */
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** What the bounds really miss with: at most what was asked for, where that can be reached. */
  readonly missed: Misses;
  /** Whether so few differences can be that sure; if not, the bound is the outermost difference. */
  readonly reached: { readonly low: boolean; readonly high: boolean };
}

/**
 * Center of symmetry of the differences and an interval for it (Hodges and Lehmann, "Estimates of location based on
 * rank tests", 1963; Tukey 1949). With the M = n(n+1)/2 Walsh averages (dᵢ + dⱼ)/2, i ≤ j, in order A₁ ≤ … ≤ A_M, the
 * estimate is their median and the bounds are A_{c+1} and A_{M−c}, c the largest with P(W⁺ ≤ c) ≤ the miss asked for.
 *
 * Exact without ties. With ties or zeros the closed interval misses no more often: break the ties by vanishing
 * symmetric noise, and it can only shrink.
 *
 * Undefined without differences. 200 of them are 20,100 averages, some 2 ms.
 * @throws RangeError if a difference is not finite
 */
export function signedRankInterval(
  differences: readonly number[],
  misses: Misses,
): SignedRankInterval | undefined {
  if (differences.length === 0) return undefined;
  if (!differences.every(Number.isFinite)) throw new RangeError('differences are finite numbers');
  const sorted = walshAverages(differences).sort();
  const pairs = differences.length;
  const below = signedRankCritical(misses.low, pairs);
  const above = signedRankCritical(misses.high, pairs);
  return {
    center: middleOf(sorted),
    low: sorted[Math.max(0, below)] ?? NaN,
    high: sorted[sorted.length - 1 - Math.max(0, above)] ?? NaN,
    missed: {
      low: signedRankAtMost(Math.max(0, below), pairs),
      high: signedRankAtMost(Math.max(0, above), pairs),
    },
    reached: { low: below >= 0, high: above >= 0 },
  };
}

function walshAverages(differences: readonly number[]): Float64Array {
  const averages = new Float64Array((differences.length * (differences.length + 1)) / 2);
  let count = 0;
  for (let one = 0; one < differences.length; one++) {
    for (let other = one; other < differences.length; other++) {
      averages[count++] = ((differences[one] ?? NaN) + (differences[other] ?? NaN)) / 2;
    }
  }
  return averages;
}

/** The median of values in order. */
function middleOf(sorted: Float64Array): number {
  const below = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (below + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}
