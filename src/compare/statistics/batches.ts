import { type Neighbours, neighboursOf } from '../../lib/statistics/neighbours.js';
import type { Misses } from '../../lib/statistics/signed-rank.js';
import type { ComparisonResult } from '../../model/comparison.js';

/*
 * Pairs are taken to be independent. Where they are seen not to be, one witness may have been counted many times: what is
 * claimed must then hold of batches of consecutive pairs too, which resemble each other less (the method of batch means:
 * Conway, "Some tactical problems in digital simulation", Management Science 1963).
 */

/** Pairs resemble their neighbours if independent ones do as much in at most this share of runs. */
const ALIKE = 0.1;

/** What the pairs say about one metric, on the scale of its differences: more is worse. */
export interface Evidence {
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** Worse, better than base by more than the margin. */
  readonly worse: boolean;
  readonly better: boolean;
  /** Less than this is ruled out as the amount by which it is worse; undefined if so few pairs rule nothing out. */
  readonly atMost: number | undefined;
  /** Beyond the margin with a one-sided p-value of at most 10%: more pairs may show it. */
  readonly suspected: boolean;
  /** What the bounds miss with, if so few pairs can not be as sure as was asked for. */
  readonly missed?: Misses;
}

export interface EvidenceOfPairs extends Evidence {
  readonly dependence: NonNullable<ComparisonResult['dependence']>;
  /** By which starts that may differ have moved either bound outwards. */
  readonly widened?: { readonly low: number; readonly high: number };
}

/** Pairs of a batch at most, about: larger ones would not show what so many independent pairs are to show. */
const MOST_OF_A_BATCH = 4;

/** How pairs of one kind are judged. */
interface Judged<Unit> {
  /** The one number by which a pair is compared with the pair before it. */
  readonly difference: (pair: Unit) => number;
  /** Several pairs as if they were one. */
  readonly joined: (pairs: readonly Unit[]) => Unit;
  readonly judge: (pairs: readonly Unit[]) => Evidence;
}

/**
 * What pairs say, in the order in which they were run. Where they resemble their neighbours, only what their batches say
 * too: as few as can say anything, or batches of four if that makes more. The interval is the one around both. A batch has
 * two pairs at least; while there are too few for that nothing is known, and the interval has no ends.
 */
export function judgedBy<Unit>(
  pairs: readonly Unit[],
  { difference, joined, judge }: Judged<Unit>,
  misses: Misses,
): EvidenceOfPairs {
  const neighbours = neighboursOf(pairs.map(difference));
  const evidence = { ...judge(pairs), dependence: dependenceOf(neighbours) };
  // Too few even if they are independent.
  if (neighbours.p > ALIKE || evidence.missed !== undefined) return evidence;
  const count = Math.max(fewestFor(misses), Math.floor(pairs.length / MOST_OF_A_BATCH));
  const dependence = { ...evidence.dependence, batches: count };
  if (pairs.length < 2 * count) return { ...evidence, ...NOTHING_KNOWN, dependence };
  const also = judge(batchesOf(pairs, count).map(joined));
  return {
    ...evidence,
    low: Math.min(evidence.low, also.low),
    high: Math.max(evidence.high, also.high),
    worse: evidence.worse && also.worse,
    better: evidence.better && also.better,
    atMost: Math.max(evidence.atMost ?? Infinity, also.atMost ?? Infinity),
    dependence,
  };
}

const NOTHING_KNOWN = { low: -Infinity, high: Infinity, worse: false, better: false, atMost: undefined };

/** In thousandths, as a few pairs tell no more. */
function dependenceOf({ correlation, p }: Neighbours): EvidenceOfPairs['dependence'] {
  return { correlation: Math.round(correlation * 1000) / 1000, p };
}

/** So many differences, all the same way, are as rare as may be missed: 2⁻ⁿ. */
function fewestFor({ low, high }: Misses): number {
  return Math.ceil(Math.log2(1 / Math.min(low, high)));
}

/** As large as each other, but for one pair. */
function batchesOf<Unit>(pairs: readonly Unit[], count: number): readonly (readonly Unit[])[] {
  const start = (batch: number): number => Math.floor((pairs.length * batch) / count);
  return Array.from({ length: count }, (_, batch) => pairs.slice(start(batch), start(batch + 1)));
}
