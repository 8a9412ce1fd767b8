import type { Growth } from './growth.js';

/** Growth over the flows that were judged is no leak below either: in the unit of the subject, and of where it began. */
export interface Floor {
  readonly least: number;
  readonly share: number;
  /** A little for each flow is let be as well, up to so much in all. */
  readonly slack?: { readonly perFlow: number; readonly most: number };
  /** `least` where fewer flows than this were judged. */
  readonly few?: { readonly flows: number; readonly least: number };
}

/**
 * Resident bytes of one process or several. A Node server that does not leak had its interval below 0.6 MB in 29 runs of
 * 10,000 requests, one whose cache is filled for the first half of the run below 2.7 MB; one that leaks 1 KB a request
 * had it above 5.6 MB.
 *
 * The slack is for a heap that is not yet full enough to be collected as a whole: under 100 to 300 requests a second the
 * memory of a bare Node server rose by 120 to 370 bytes a request, 60 to 73 MB in four to six minutes, until the first
 * full collection took it back to 58 MB. What is kept for ever goes past it in time.
 *
 * Few flows may not fill the young generation of a collector once, 16 MB in Node: until then all that they allocate
 * stays. In runs of 1,000 to 5,000 flows, servers that do not leak had their interval below 1.2 MB in 122 with Node's own
 * flags (and once, in another, above 3 MB), and between 4.3 and 13.1 MB in 42 of 56 with `--min-semi-space-size=16`.
 */
export const MEMORY_FLOOR: Floor = {
  least: 3e6,
  share: 0.05,
  slack: { perFlow: 256, most: 32e6 },
  few: { flows: 4500, least: 16e6 },
};

/** What is taken for noise of a growth over these flows, in the unit of what grows. */
export function floorOf(
  { flows, from }: Pick<Growth, 'flows' | 'from'>,
  { least, share, slack, few }: Floor,
): number {
  const young = few !== undefined && flows < few.flows ? few.least : 0;
  const uncollected = slack === undefined ? 0 : Math.min(slack.perFlow * flows, slack.most);
  return Math.max(least, share * from, uncollected, young);
}
