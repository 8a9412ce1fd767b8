import { meanOf } from './level.js';

/** Values from index `from` up to, and not with, `to`, all of one level. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly mean: number;
}

/** How large the step between two means is; the unit is the caller's. */
export type StepSize = (before: number, after: number) => number;

/**
 * The segments between change points, without steps that are smaller than `least`: the smallest is taken away, what it
 * parted is joined, and so on, as Hunter does it (Fleming et al., ICPE 2023, section 4.3).
 */
export function segmentsBetween(
  values: readonly number[],
  starts: readonly number[],
  { least, sizeOf }: { least: number; sizeOf: StepSize },
): readonly Segment[] {
  const segments = cut(values, starts);
  const sizes = segments.slice(1).map(({ mean }, index) => sizeOf(segments[index]?.mean ?? mean, mean));
  const smallest = sizes.reduce((least, size) => Math.min(least, size), Infinity);
  if (sizes.length === 0 || smallest >= least) return segments;
  const dropped = sizes.indexOf(smallest);
  return segmentsBetween(
    values,
    starts.filter((_start, index) => index !== dropped),
    { least, sizeOf },
  );
}

function cut(values: readonly number[], starts: readonly number[]): readonly Segment[] {
  const edges = [0, ...starts, values.length];
  return edges.slice(1).map((to, index) => {
    const from = edges[index] ?? 0;
    return { from, to, mean: meanOf(values.slice(from, to)) };
  });
}
