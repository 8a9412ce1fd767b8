import { seededRandom } from '../../lib/random.js';
import type { ComparedMetric, ComparisonResult, Pair, PairOrder } from '../../model/comparison.js';
import { compareRun } from '../statistics/looks.js';
import type { ValidityLimits } from '../statistics/round.js';

/** One comparison of head with itself, slowed or not. */
export interface MeasuredRun {
  /** Share of itself by which each flow of one side was made longer; 0: nothing differed. */
  readonly slowdown: number;
  /** The dropped ones too. */
  readonly pairs: readonly Pair[];
  readonly validity: ValidityLimits;
  readonly results: readonly ComparisonResult[];
  /** ms from the first round's start to the last one's end. */
  readonly time: number;
  /** It had all the budget that a comparison has, and ended by itself. */
  readonly whole: boolean;
}

interface Replay {
  readonly metrics: readonly ComparedMetric[];
  /** Pairs that a comparison has within its budget. */
  readonly pairs: number;
  /** As `beginComparison` has it. */
  readonly startSpread?: number;
  /** Comparisons to replay. */
  readonly runs: number;
  readonly seed: number;
  /** Base and head are the same: which of a pair's rounds is called base is drawn by lot, each pair by itself. */
  readonly same: boolean;
  readonly goOn: GoOn;
}

/** Asked before each replay, which may take a second where many flows failed: whether to go on at all. */
export type GoOn = () => Promise<boolean>;

/** Fewer are the same few pairs over and over. */
const FEWEST_PAIRS = 10;

/**
 * Comparisons as they might have gone: each takes valid pairs drawn with replacement, and looks at them as a comparison
 * does. What follows upon what is lost thereby. Undefined if there are too few to draw from.
 */
export async function replay(
  measured: readonly Pair[],
  options: Replay,
): Promise<readonly Ended[] | undefined> {
  if (measured.length < FEWEST_PAIRS) return undefined;
  const random = seededRandom(options.seed);
  const ended: Ended[] = [];
  while (ended.length < options.runs && (await options.goOn())) {
    const drawn = drawnPairs(measured, options, random);
    const { metrics, startSpread } = options;
    const { results } = compareRun(drawn, metrics, { validity: ANY, startSpread, exhausted: true });
    ended.push({ results, pairs: Math.max(...results.map(({ pairs }) => pairs)), time: undefined });
  }
  return ended;
}

/** What is drawn from is valid. */
const ANY: ValidityLimits = { steal: Infinity, startSkew: Infinity };

function drawnPairs(
  measured: readonly Pair[],
  { pairs, same }: Replay,
  random: () => number,
): readonly Pair[] {
  return Array.from({ length: pairs }, () => {
    const pair = measured[Math.floor(random() * measured.length)] as Pair;
    return same && random() < 0.5 ? turned(pair) : pair;
  });
}

function turned({ order, base, head }: Pair): Pair {
  const other: PairOrder = order === 'base_first' ? 'head_first' : 'base_first';
  return { order: other, base: head, head: base };
}

/** The square of them is what an interval by ranks takes. */
const MOST = 400;

/** At most 400 of the values, evenly spread over all of them. */
export function thinned<T>(values: readonly T[]): readonly T[] {
  const step = Math.max(1, values.length / MOST);
  return Array.from(
    { length: Math.min(MOST, values.length) },
    (_, index) => values[Math.floor(index * step)] as T,
  );
}

/** How one comparison ended. */
export interface Ended {
  readonly results: readonly ComparisonResult[];
  /** Pairs that it took. */
  readonly pairs: number;
  /** ms that they took; undefined if nobody waited for it. */
  readonly time: number | undefined;
}
