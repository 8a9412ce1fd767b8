/**
 * Uniform numbers in [0, 1) from a 32-bit seed: mulberry32 (Tommy Ettinger, public domain), one multiplication-based
 * mixing step a number, period 2³². For repeatable choices, not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed of its own for the n-th part of something seeded, so that parts do not share a stream. */
export function seedOf(seed: number, part: number): number {
  // Knuth's multiplicative constant (2³²÷φ) spreads neighbouring parts over the whole range.
  return (Math.imul(part, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0;
}
