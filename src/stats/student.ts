/** Halvings of the interval: more than a double has digits. */
const HALVINGS = 100;

/**
 * The quantile of Student's t that |t| exceeds with probability `chance`.
 * @param chance in (0, 1)
 * @param degrees of freedom, a whole number from 1 up
 */
export function studentQuantile(chance: number, degrees: number): number {
  // The angle of t: tan θ = t ÷ √ν; between none and a right one.
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (chanceWithin(middle, degrees) < 1 - chance) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/**
 * Probability of |t| ≤ √ν·tan θ, exactly, as a finite sum (Abramowitz and Stegun, "Handbook of mathematical functions",
 * 26.7.3 and 26.7.4).
 */
function chanceWithin(theta: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  const isOdd = degrees % 2 === 1;
  let sum = 0;
  let term = isOdd ? cosine : 1;
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= (cosine ** 2 * (power + 1)) / (power + 2);
  }
  return isOdd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}
