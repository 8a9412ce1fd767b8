/** Uniform in [0, 1), the same row for the same seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs a property for many seeds; the seed is in the message of what it throws. */
export function forSeeds(count: number, property: (random: () => number, seed: number) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      property(seeded(seed), seed);
    } catch (thrown) {
      throw new Error(`seed ${seed}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
        cause: thrown,
      });
    }
  }
}
