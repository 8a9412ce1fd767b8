/** How much is told, from the most to the least. */
export const TIERS = ['everything', 'without charts', 'failing rows', 'verdict'] as const;

export type Tier = (typeof TIERS)[number];

/**
 * The fullest text of at most `limit` characters. It is counted in UTF-8 bytes, which are never fewer than UTF-16 units
 * or code points: whichever of them GitHub counts, it fits. The last tier is taken whatever its length.
 */
export function fullestThatFits(
  render: (tier: Tier) => string,
  limit: number,
  tiers: readonly Tier[] = TIERS,
): string {
  let text = '';
  for (const tier of tiers) {
    text = render(tier);
    if (byteLength(text) <= limit) return text;
  }
  return text;
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
