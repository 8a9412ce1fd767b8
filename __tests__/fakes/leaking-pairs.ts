import type { Pair, Round } from '../../src/model/comparison.js';

const FLOWS = 500;

/** Rounds of 500 flows; head keeps 10 KB of each in its service or its host, base nothing. */
export function leakingPairs(count: number, holder: keyof NonNullable<Round['held']>): readonly Pair[] {
  const round = (held: number): Round => ({
    values: {},
    flows: { started: FLOWS, failed: 0 },
    held: { [holder]: held },
  });
  return Array.from({ length: count }, (_, index) => ({
    order: index % 2 === 0 ? 'base_first' : 'head_first',
    base: round(50e6),
    head: round(50e6 + index * FLOWS * 10_000),
  }));
}
