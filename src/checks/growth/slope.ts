import { slopeInterval, slopesOf, theilSen } from '../../lib/statistics/slopes.js';
import { afterWarmUp, type Envelope, envelopeOf, FEWEST_POINTS, type Level } from './envelope.js';

/** With its interval. In the unit of what grows, a flow. */
interface Slope {
  readonly perFlow: number;
  readonly low: number;
  readonly high: number;
  /** Of the interval, 0…1. */
  readonly confidence: number;
}

/** How something grew with every flow. */
export interface Growth extends Slope {
  /** In the first and in the last half of what was judged. */
  readonly early: Slope;
  readonly late: Slope;
  /** ms over which it was judged. */
  readonly time: number;
  /** Flows over which it was judged: the first third of the run is not among them. */
  readonly flows: number;
  /** The first and the last point of the lower envelope. */
  readonly from: number;
  readonly to: number;
}

/** Of the intervals of the halves: they have fewer points, and what they decide is not whether something grows. */
const CONFIDENCE_OF_HALVES = 0.9;

/**
 * Theil–Sen slope over the lower envelope of a series, with the interval of Kendall's distribution (see
 * `slopeInterval`). Undefined if the envelope has fewer than five points.
 */
export function growthOf(levels: readonly Level[], floor: Floor): Growth | undefined {
  const judged = afterWarmUp(levels);
  return growthAlong(envelopeOf(judged, floor.least), judged);
}

/** The same of points that are known already. */
export function growthAlong(envelope: Envelope, judged: readonly Level[]): Growth | undefined {
  const { points, fine, confidence } = envelope;
  const [first, last] = [judged[0], judged.at(-1)];
  const [from, to] = [points[0], points.at(-1)];
  if (!first || !last || !from || !to || points.length < FEWEST_POINTS) return undefined;
  const whole = slopeOf(points, confidence);
  const middle = fine.length / 2;
  const early = slopeOf(fine.slice(0, Math.ceil(middle)), CONFIDENCE_OF_HALVES);
  const late = slopeOf(fine.slice(Math.floor(middle)), CONFIDENCE_OF_HALVES);
  if (whole === undefined || early === undefined || late === undefined) return undefined;
  const over = { time: last.at - first.at, flows: last.flows - first.flows };
  return { ...whole, early, late, ...over, from: from.value, to: to.value };
}

function slopeOf(levels: readonly Level[], confidence: number): Slope | undefined {
  const points = levels.map(({ flows, value }) => ({ x: flows, y: value }));
  const slopes = slopesOf(points);
  const perFlow = theilSen(points);
  if (slopes === undefined || perFlow === undefined) return undefined;
  return { perFlow, ...slopeInterval(slopes.sorted, points.length, confidence) };
}

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
