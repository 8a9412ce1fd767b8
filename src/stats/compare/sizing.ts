/** In how many of a hundred runs an effect of the stated size is to be seen. */
const POWER = 0.95;

/** Variance of the Hodges–Lehmann estimate over that of the mean, for normal noise: π/3 ≈ 1.05 (Hodges and Lehmann 1956). */
const PRICE_OF_RANKS = Math.PI / 3;

interface Sizing {
  /** Distance from the margin to the effect, on the scale of the differences: ln((1 + effect) ÷ (1 + margin)). */
  readonly distance: number;
  /** Standard deviation of a difference. */
  readonly deviation: number;
  /** With which the bound may miss on this side. */
  readonly miss: number;
}

/**
 * K = π/3 · ((z_miss + z_power)·σ ÷ distance)² + z_miss²/2: pairs for one look at one metric, not rounded. The last term
 * is what it takes to learn σ from the same pairs (Guenther, "Sample size formulas for normal theory t tests", 1981).
 */
export function requiredPairs({ distance, deviation, miss }: Sizing): number {
  const z = upperNormal(miss);
  return PRICE_OF_RANKS * (((z + upperNormal(1 - POWER)) * deviation) / distance) ** 2 + z ** 2 / 2;
}

/**
 * The same turned around: how far from the margin an effect has to be for so many pairs to show it. Infinite for pairs
 * too few to learn σ from.
 */
export function distanceShown({
  pairs,
  deviation,
  miss,
}: Omit<Sizing, 'distance'> & { readonly pairs: number }): number {
  const z = upperNormal(miss);
  const left = pairs - z ** 2 / 2;
  return left <= 0 ? Infinity : (z + upperNormal(1 - POWER)) * deviation * Math.sqrt(PRICE_OF_RANKS / left);
}

/** Standard deviation of a difference whose estimate over so many pairs has this standard error. */
export function deviationOf(standardError: number, pairs: number): number {
  return standardError * Math.sqrt(pairs / PRICE_OF_RANKS);
}

/**
 * How far from the margin an effect has to be to be seen, when its interval is `half` to either side: the bound lies
 * half = z_miss·s below the estimate, s its standard error, and the estimate is above its truth − z_power·s in `POWER`
 * of all runs.
 */
export function detectableDistance(half: number, miss: number): number {
  return half * (1 + upperNormal(1 - POWER) / upperNormal(miss));
}

/**
 * z with P(Z > z) = p for 0 < p < 1, within 0.00045 (Hastings 1955; Abramowitz and Stegun 26.2.23): enough to count
 * pairs, not to judge them.
 */
export function upperNormal(p: number): number {
  if (p > 0.5) return -upperNormal(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  return t - above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
