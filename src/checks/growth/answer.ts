import { type Floor, floorOf, type Growth } from './slope.js';

/**
 * - `leaks`: it grows for certain, by more than the floor, and still does in the last half;
 * - `filling`: it slows down: a cache, a pool or a heap that may yet come to an end;
 * - `rests`: growth above the floor is excluded, or has come to an end;
 * - `unclear`: the interval reaches above the floor, and not all of it is.
 */
export type Answer = 'leaks' | 'filling' | 'rests' | 'unclear';

/**
 * A rate below this share of the earlier one slows down. Between the halves of what is judged, x from 1/3 to 1 of the run:
 * a straight line has 1; a cache that is full at 84% of the run 0.64, at 80% 0.40; ln(1 + 20x) 0.62; 1 − exp(−3x) 0.37.
 */
const STEADY = 0.7;

export function answerOf(growth: Growth, floor: Floor): Answer {
  const { low, high, perFlow, flows, late } = growth;
  const noise = floorOf(growth, floor) / flows;
  const isSlowing = slowsDown(growth);
  if (low > noise) return isSlowing ? 'filling' : 'leaks';
  if (high <= noise) return 'rests';
  if (!isSlowing) return 'unclear';
  return perFlow <= noise && late.high <= noise ? 'rests' : 'filling';
}

/** By so much, and for certain: the intervals of the two halves do not meet. */
function slowsDown({ early, late }: Growth): boolean {
  return early.perFlow > 0 && late.perFlow < STEADY * early.perFlow && late.high < early.low;
}
