import type { Growth } from './growth.js';

/** Growth over the flows that were judged is no leak below either: in the unit of the subject, and of where it began. */
export interface Floor {
  readonly least: number;
  readonly share: number;
  /** A little for each flow is let be as well, up to so much in all. */
  readonly slack?: { readonly perFlow: number; readonly most: number };
}

/**
 * Resident bytes of one process or several. A Node server that does not leak had its interval below 0.6 MB in 29 runs of
 * 10,000 requests, one whose cache is filled for the first half of the run below 2.7 MB; one that leaks 1 KB a request
 * had it above 5.6 MB.
 *
 * The slack is for a heap that is not yet full enough to be collected as a whole: under 100 to 300 requests a second the
 * memory of a bare Node server rose by 120 to 370 bytes a request, 60 to 73 MB in four to six minutes, until the first
 * full collection took it back to 58 MB. What is kept for ever goes past it in time.
 */
export const MEMORY_FLOOR: Floor = { least: 3e6, share: 0.05, slack: { perFlow: 256, most: 32e6 } };

/** What is taken for noise of a growth over these flows, in the unit of what grows. */
export function floorOf(
  { flows, from }: Pick<Growth, 'flows' | 'from'>,
  { least, share, slack }: Floor,
): number {
  const uncollected = slack === undefined ? 0 : Math.min(slack.perFlow * flows, slack.most);
  return Math.max(least, share * from, uncollected);
}
