import { slopeInterval, slopesOf, theilSen } from '../../lib/statistics/slopes.js';

/** What something that outlives the flows held when so many of them had ended. */
export interface Level {
  /** ms. */
  readonly at: number;
  /** Flows that had ended. */
  readonly flows: number;
  /** In the unit of what grows. */
  readonly value: number;
}

/** How something grew with every flow, in its own unit a flow. */
export interface Growth {
  readonly perFlow: number;
  readonly low: number;
  readonly high: number;
  /** Of the interval, 0…1. */
  readonly confidence: number;
  /** ms over which it was judged. */
  readonly time: number;
  /** Flows over which it was judged: the first third of the run is not among them. */
  readonly flows: number;
  /** The lowest levels of the first and of the last part that was judged. */
  readonly from: number;
  readonly to: number;
}

/** Share of the flows that warm up what serves them: code is compiled, pools and caches are filled. */
const WARM_UP = 1 / 3;
/**
 * Parts of the rest, of each of which the lowest level counts: what a garbage collector has not yet collected is above
 * it. They are few because neighbours in time are alike, and Kendall's distribution takes points for independent: of 400
 * series of steps, random walks and AR(1) each, ten parts alarm in up to 2%, eight in up to 1%. A single step (a pool, an
 * allocator's arena, compiled code) leaves the interval at zero wherever it is. What levels off leaves it near zero: the
 * lower end is then one of the slopes between the last parts.
 */
export const PARTS = 8;
const CONFIDENCE = 0.99;

/**
 * Theil–Sen slope over the lower envelope of a series, with the interval of Kendall's distribution (see
 * `slopeInterval`). Undefined if fewer than two in three of the parts have a level.
 */
export function growthOf(levels: readonly Level[]): Growth | undefined {
  return growthAlong(lowestOfParts(afterWarmUp(levels)));
}

/** The same of levels that stand for a part each. */
export function growthAlong(parts: readonly Level[]): Growth | undefined {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined || parts.length < (PARTS * 2) / 3) return undefined;
  const points = parts.map(({ flows, value }) => ({ x: flows, y: value }));
  const slopes = slopesOf(points);
  const perFlow = theilSen(points);
  if (slopes === undefined || perFlow === undefined) return undefined;
  return {
    perFlow,
    ...slopeInterval(slopes.sorted, points.length, CONFIDENCE),
    time: last.at - first.at,
    flows: last.flows - first.flows,
    from: first.value,
    to: last.value,
  };
}

/** Levels from the time on when a third of the flows had ended, and before all had: then nobody holds anything. */
export function afterWarmUp<T extends Pick<Level, 'flows'>>(levels: readonly T[]): readonly T[] {
  const all = levels.at(-1)?.flows ?? 0;
  return levels.filter(({ flows }) => flows >= all * WARM_UP && flows < all);
}

/** Levels in equal parts of the flows; a part that has none is left out. */
export function inParts<T extends Pick<Level, 'flows'>>(levels: readonly T[]): readonly (readonly T[])[] {
  const [from, to] = [levels[0]?.flows ?? 0, levels.at(-1)?.flows ?? 0];
  const parts: T[][] = Array.from({ length: PARTS }, () => []);
  for (const level of levels) {
    const part = to === from ? 0 : Math.floor(((level.flows - from) / (to - from)) * PARTS);
    parts[Math.min(part, PARTS - 1)]?.push(level);
  }
  return parts.filter((part) => part.length > 0);
}

function lowestOfParts(levels: readonly Level[]): readonly Level[] {
  return inParts(levels).flatMap((part) => lowestOf(part) ?? []);
}

function lowestOf(levels: readonly Level[]): Level | undefined {
  return levels.reduce<Level | undefined>(
    (lowest, level) => (lowest === undefined || level.value < lowest.value ? level : lowest),
    undefined,
  );
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
