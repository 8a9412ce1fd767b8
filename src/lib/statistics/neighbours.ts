import { seededRandom } from '../random.js';

/** How much values resemble those that were measured right before them. */
export interface Neighbours {
  /** Lag-1 autocorrelation, −1…1; 0 if all values are the same. */
  readonly correlation: number;
  /** One-sided p-value: how often values in any order resemble their neighbours as much, or more. */
  readonly p: number;
}

/** p-values come in thousandths. */
const SHUFFLES = 999;

/** What is left of equal values by rounding. */
const ROUNDING = 1e-10;

/**
 * Lag-1 autocorrelation of values in the order in which they were measured, with a one-sided permutation test (after Wald
 * and Wolfowitz, "An exact test for randomness in the non-parametric case based on serial correlation", Ann. Math. Stat.
 * 1943). Of all orders 999 are drawn by a fixed seed, and the one at hand counts among them, so that p ≤ a in at most a of
 * all series of independent values (Dwass, "Modified randomization tests", Ann. Math. Stat. 1957).
 */
export function neighboursOf(values: readonly number[]): Neighbours {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = Float64Array.from(values, (value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value ** 2, 0);
  if (!(Math.sqrt(variance) > ROUNDING * Math.abs(mean))) return { correlation: 0, p: 1 };
  let seen = 0;
  for (let at = 1; at < centred.length; at++) seen += (centred[at - 1] ?? 0) * (centred[at] ?? 0);
  // The same products in another order may differ in their last digits.
  const least = seen - variance * 1e-9;
  let asMuch = 1;
  for (const order of ordersOf(values.length)) {
    let products = 0;
    let before = 0;
    for (const place of order) {
      const value = centred[place] ?? 0;
      products += before * value;
      before = value;
    }
    if (products >= least) asMuch += 1;
  }
  return { correlation: seen / variance, p: asMuch / (SHUFFLES + 1) };
}

/** They depend on nothing but the number of values: kept, as every look at every metric asks for the same few. */
const known = new Map<number, readonly Uint16Array[]>();

/** @throws RangeError for more than 65,536 values */
function ordersOf(count: number): readonly Uint16Array[] {
  const kept = known.get(count);
  if (kept !== undefined) return kept;
  if (count > 2 ** 16) throw new RangeError(`at most 65,536 values, not ${count}`);
  const random = seededRandom(count);
  const orders = Array.from({ length: SHUFFLES }, () => shuffled(count, random));
  known.set(count, orders);
  return orders;
}

/** Each order as likely as the other (Fisher and Yates 1938; Knuth, The Art of Computer Programming 2, algorithm P). */
function shuffled(count: number, random: () => number): Uint16Array {
  const places = Uint16Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const place = places[last] ?? 0;
    places[last] = places[other] ?? 0;
    places[other] = place;
  }
  return places;
}
