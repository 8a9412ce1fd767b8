import type { Candidate } from './candidates.js';
import { signedRankInterval } from './walsh.js';

/** A candidate with how far it moved, in the logarithm of head ÷ base. */
export interface Movement {
  readonly candidate: Candidate;
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** Higher in head, with the interval above 0. */
  readonly rose: boolean;
  /** head − base, in the base unit. */
  readonly amount: number;
}

/** Holm's steps: what is found leaves its part of the level to the others, until nothing new is found. */
export function movementsOf(candidates: readonly Candidate[], level: number): readonly Movement[] {
  const found = new Map<Candidate, Movement>();
  for (;;) {
    const miss = level / Math.max(1, candidates.length - found.size);
    const rest = candidates
      .filter((candidate) => !found.has(candidate))
      .flatMap((candidate) => movementOf(candidate, miss));
    const fresh = rest.filter(({ rose }) => rose);
    if (fresh.length === 0) return [...found.values(), ...rest];
    for (const movement of fresh) found.set(movement.candidate, movement);
  }
}

function movementOf(candidate: Candidate, miss: number): readonly Movement[] {
  const misses = { low: miss, high: miss };
  const interval = signedRankInterval(candidate.ratios, misses);
  const amount = signedRankInterval(candidate.amounts, misses)?.center;
  if (interval === undefined || amount === undefined) return [];
  const { center, low, high, reached } = interval;
  return [{ candidate, center, low, high, rose: reached.low && low > 0, amount }];
}
