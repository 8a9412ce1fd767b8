import type { Pair, PairOrder } from '../../model/comparison.js';
import { seededRandom, seedOf } from '../random.js';

/**
 * Which tree of the next pair runs first. Whichever order is behind among the valid pairs; a coin if neither is. So
 * pairs come in blocks of two, BH HB or HB BH, half of either order stand before every even look, and a block that
 * lost a pair is completed. What runs second on a machine that slows down is then head as often as base.
 */
export function nextOrder(valid: readonly Pick<Pair, 'order'>[], seed: number): PairOrder {
  const baseFirst = valid.filter(({ order }) => order === 'base_first').length;
  const lead = 2 * baseFirst - valid.length;
  if (lead !== 0) return lead > 0 ? 'head_first' : 'base_first';
  return seededRandom(seedOf(seed, valid.length))() < 0.5 ? 'base_first' : 'head_first';
}
