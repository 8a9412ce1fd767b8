/** What something that outlives the flows held when so many of them had ended. */
export interface Level {
  /** ms. */
  readonly at: number;
  /** Flows that had ended. */
  readonly flows: number;
  /** In the unit of what grows. */
  readonly value: number;
}

/** Share of the flows that warm up what serves them: code is compiled, pools and caches are filled. */
const WARM_UP = 1 / 3;

/** Levels from the time on when a third of the flows had ended, and before all had: then nobody holds anything. */
export function afterWarmUp<T extends Pick<Level, 'flows'>>(levels: readonly T[]): readonly T[] {
  const all = levels.at(-1)?.flows ?? 0;
  return levels.filter(({ flows }) => flows >= all * WARM_UP && flows < all);
}

/**
 * Parts of a series without collections, of each of which the lowest level counts. They are few because neighbours in
 * time are alike, and Kendall's distribution takes points for independent: of 400 series of steps, random walks and AR(1)
 * each, ten parts alarm in up to 2%, eight in up to 1%. A single step (a pool, an allocator's arena, compiled code) leaves
 * the lower end of the interval at zero wherever it is.
 */
export const PARTS = 8;
/** Whether growth slows down is seen in each of the halves by itself, which takes finer parts: three of each. */
const FINE_PARTS = 24;
/** Kendall's distribution of five points reaches 98%, of four only 92%. */
export const FEWEST_POINTS = 5;

export const CONFIDENCE = 0.99;
/** Each collection starts afresh, so that the levels after them are more independent than parts are, and they are few. */
const CONFIDENCE_OF_COLLECTIONS = 0.98;

/** The points that stand for the lower envelope of a series. */
export interface Envelope {
  readonly points: readonly Level[];
  /** The same, where there can be more of them. */
  readonly fine: readonly Level[];
  /** That the interval of the slope through `points` is to have, 0…1. */
  readonly confidence: number;
}

/**
 * The lower envelope of a series: the lowest level after each collection where a garbage collector was seen at work, and
 * else the lowest of each of eight parts.
 * @param drop the smallest drop that may be a collection
 */
export function envelopeOf(levels: readonly Level[], drop: number): Envelope {
  const collected = afterCollections(levels, drop);
  if (collected.length < FEWEST_POINTS) {
    const [points, fine] = [PARTS, FINE_PARTS].map((count) => lowestOfParts(levels, count));
    return { points: points ?? [], fine: fine ?? [], confidence: CONFIDENCE };
  }
  const points = collected.length <= FINE_PARTS ? collected : lowestOfParts(collected, FINE_PARTS);
  return { points, fine: points, confidence: CONFIDENCE_OF_COLLECTIONS };
}

/**
 * The lowest level after each collection, and before the next. A collection is a fall by at least half of the largest
 * fall from a peak in the series; the next one comes after a rise by as much.
 */
function afterCollections(levels: readonly Level[], drop: number): readonly Level[] {
  const least = largestFall(levels) / 2;
  if (least < drop / 2) return [];
  const lowest: Level[] = [];
  let [isFalling, peak] = [false, -Infinity];
  for (const level of levels) {
    if (!isFalling) {
      peak = Math.max(peak, level.value);
      isFalling = peak - level.value >= least;
      if (isFalling) lowest.push(level);
      continue;
    }
    const low = lowest.at(-1)?.value ?? level.value;
    if (level.value < low) lowest[lowest.length - 1] = level;
    isFalling = level.value - low < least;
    if (!isFalling) peak = level.value;
  }
  return lowest;
}

function largestFall(levels: readonly Level[]): number {
  let [peak, fall] = [-Infinity, 0];
  for (const { value } of levels) {
    peak = Math.max(peak, value);
    fall = Math.max(fall, peak - value);
  }
  return fall;
}

/** Levels in equal parts of the flows; a part that has none is left out. */
export function inParts<T extends Pick<Level, 'flows'>>(
  levels: readonly T[],
  count = PARTS,
): readonly (readonly T[])[] {
  const [from, to] = [levels[0]?.flows ?? 0, levels.at(-1)?.flows ?? 0];
  const parts: T[][] = Array.from({ length: count }, () => []);
  for (const level of levels) {
    const part = to === from ? 0 : Math.floor(((level.flows - from) / (to - from)) * count);
    parts[Math.min(part, count - 1)]?.push(level);
  }
  return parts.filter((part) => part.length > 0);
}

function lowestOfParts(levels: readonly Level[], count: number): readonly Level[] {
  return inParts(levels, count).flatMap((part) => lowestOf(part) ?? []);
}

function lowestOf(levels: readonly Level[]): Level | undefined {
  return levels.reduce<Level | undefined>(
    (lowest, level) => (lowest === undefined || level.value < lowest.value ? level : lowest),
    undefined,
  );
}
