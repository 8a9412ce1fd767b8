/**
 * One machine's part of a run that several machines share: of slots, iterations and due times, counted from 1, those whose
 * number is `index`, `index + of`, `index + 2·of` and so on. So the parts of all machines add up to the whole, and each
 * flow has the number that it has in the whole.
 */
export interface Share {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/** The number in the whole run of the n-th slot, iteration or due time of a share, both from 1. */
export function numberOf(share: Share | undefined, n: number): number {
  return share === undefined ? n : share.index + (n - 1) * share.of;
}

/** How many of the first `whole` are in the share. */
export function countOf(share: Share | undefined, whole: number): number {
  return share === undefined ? whole : Math.max(0, Math.floor((whole - share.index) / share.of) + 1);
}

/** `2/4`, as it is written and said. */
export function shareText({ index, of }: Share): string {
  return `${index}/${of}`;
}
