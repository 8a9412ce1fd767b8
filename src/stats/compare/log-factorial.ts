const EXACT = 32;
const TABLE = Array.from({ length: EXACT }, () => 0);
for (let n = 2; n < EXACT; n++) TABLE[n] = (TABLE[n - 1] ?? 0) + Math.log(n);

const LN_ROOT_2PI = Math.log(2 * Math.PI) / 2;

/** ln n!, by Stirling's series from 32 on, where three terms are good to the last digit (Abramowitz and Stegun 6.1.41). */
export function logFactorial(n: number): number {
  const known = TABLE[n];
  if (known !== undefined) return known;
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return (n + 0.5) * Math.log(n) - n + LN_ROOT_2PI + series;
}

/** ln of n over k. */
export function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}
