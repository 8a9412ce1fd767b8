/** Values of one group that are compared; 6 groups of them are 600,000 pairs. */
const MOST_VALUES = 200;

/**
 * Probability that groups which do not differ rise in their order as these do: Jonckheere–Terpstra, one-sided, by the
 * normal approximation (Jonckheere, "A distribution-free k-sample test against ordered alternatives", Biometrika 1954).
 * Ties count half; that the variance is then a little less is left out, which errs on the safe side. Of a group of more
 * than 200 values, 200 evenly spaced ones are compared. 1 with fewer than two groups.
 */
export function chanceOfOrder(groups: readonly (readonly number[])[]): number {
  const compared = groups.filter((group) => group.length > 0).map(thin);
  if (compared.length < 2) return 1;
  let ordered = 0;
  for (const [index, lower] of compared.entries()) {
    for (const upper of compared.slice(index + 1)) ordered += pairsInOrder(lower, upper);
  }
  const sizes = compared.map((group) => group.length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const mean = (all ** 2 - sum(sizes, (size) => size ** 2)) / 4;
  const variance = (all ** 2 * (2 * all + 3) - sum(sizes, (size) => size ** 2 * (2 * size + 3))) / 72;
  // Half a pair, since the statistic comes in whole ones.
  return upperTail((ordered - 0.5 - mean) / Math.sqrt(variance));
}

function pairsInOrder(lower: readonly number[], upper: readonly number[]): number {
  return sum(lower, (a) => sum(upper, (b) => (b > a ? 1 : b === a ? 0.5 : 0)));
}

function thin(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_VALUES) return values;
  const step = (values.length - 1) / (MOST_VALUES - 1);
  return Array.from({ length: MOST_VALUES }, (_, index) => values[Math.round(index * step)]).filter(
    (value) => value !== undefined,
  );
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

/** Of the standard normal distribution: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.17; ±7.5e-8. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.231_641_9 * z);
  const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
  const polynomial = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_53].reduce(
    (value, coefficient) => (value + coefficient) * t,
    0,
  );
  return density * polynomial;
}
