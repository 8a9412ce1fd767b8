import { Mean } from '../mean.js';
import { studentQuantile } from '../student.js';

/** A level: values that belong together. */
interface Level {
  readonly mean: number;
  /** Where one more value of it lies with the given chance; left out of fewer values than tell. */
  readonly low?: number;
  readonly high?: number;
}

/** Fewer values than this say too little of their spread. */
const FEWEST_FOR_INTERVAL = 5;

/**
 * The mean of the values, and the prediction interval mean ± t·s·√(1 + 1 ÷ n) of one value more (Hahn and Meeker,
 * "Statistical intervals", 1991, section 4.8), of which chance holds if they are normal and independent.
 * @param values at least one
 */
export function levelOf(values: readonly number[], chance: number): Level {
  const mean = meanOf(values);
  const count = values.length;
  if (count < FEWEST_FOR_INTERVAL) return { mean };
  const squares = new Mean();
  for (const value of values) squares.add((value - mean) ** 2);
  const deviation = Math.sqrt((squares.value * count) / (count - 1));
  const reach = studentQuantile(1 - chance, count - 1) * deviation * Math.sqrt(1 + 1 / count);
  return { mean, low: mean - reach, high: mean + reach };
}

/** NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  const mean = new Mean();
  for (const value of values) mean.add(value);
  return mean.value;
}
