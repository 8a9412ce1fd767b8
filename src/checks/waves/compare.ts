import { chanceOfHigher, leastChance, type Shift, shiftOf } from '../../lib/statistics/rank-sum.js';
import { type Count, stratifiedTest } from '../../lib/statistics/exact-counts.js';
import { type Point, theilSen } from '../../lib/statistics/slopes.js';
import type { FiguredWave } from '../../measure/tally.js';
import { totalOf } from '../../model/flow.js';

/*
 * Are some waves worse than others? The wave is the unit: flows of one wave have much in common, a machine that paused, a
 * dependency that hiccuped, and are no independent witnesses. See docs/statistics.md.
 */

/** How often a check may alarm falsely, its two tests together, and each of them. */
export const FALSE_ALARMS = 0.01;
const EACH = FALSE_ALARMS / 2;
/** Of all flows: so much more that are not ok is told from none. */
const LEAST_EXCESS = 0.01;
/** A slowdown by less than a fifth is let be, and twice as slow must be ruled out with 90% for time to pass. */
const MARGIN = Math.log(1.2);
const TOO_WIDE = Math.log(2);
const MISS_OF_WIDTH = 0.1;

interface WaveSides {
  /** Those that may be worse. */
  readonly some: readonly FiguredWave[];
  readonly others: readonly FiguredWave[];
}

type Answer = 'same' | 'worse' | 'unknown';

export interface SuccessComparison {
  readonly answer: Answer;
  readonly some: Count;
  readonly others: Count;
  /** Of the exact test over waves. */
  readonly chance: number;
  readonly waves: { readonly some: number; readonly others: number };
  /** Too few waves to find anything. */
  readonly tooFew: boolean;
}

export interface TimeComparison {
  readonly answer: Answer;
  /** On the scale of ln(some ÷ others), where what never ends takes ∞; undefined if there was nothing to compare. */
  readonly shift: Shift | undefined;
  /** ms, typical of either side; undefined if no flow was ok. */
  readonly some: number | undefined;
  readonly others: number | undefined;
  readonly waves: { readonly some: number; readonly others: number };
  readonly tooFew: boolean;
  /** ln a wave, by which it rose among `others` already, and which is not held against `some`. */
  readonly trend: number;
}

/** Rounds that either test takes at least: 5 and 5 waves can be told apart with 1 in 252. */
export const FEWEST_ROUNDS = 5;

/** Whether so many waves can be told from others at all. */
export function canTell(some: number, others: number): boolean {
  return leastChance(some, others) <= EACH;
}

/** Flows of a wave that no fault hit. */
export function countOf({ flows: { bystanders } }: FiguredWave): Count {
  const started = totalOf(bystanders);
  return { started, failed: started - bystanders.ok };
}

function pooledCount(waves: readonly FiguredWave[]): Count {
  return waves
    .map(countOf)
    .reduce((sum, count) => ({ started: sum.started + count.started, failed: sum.failed + count.failed }), {
      started: 0,
      failed: 0,
    });
}

/**
 * Do more flows of some waves fail? Worse if the waves say so, by the exact rank-sum test on their shares, and it is a
 * percentage point at least. Unknown if only the flows do, by the exact test that takes them for independent.
 */
export function compareSuccess({ some, others }: WaveSides): SuccessComparison {
  const [mine, theirs] = [some.flatMap(shareOf), others.flatMap(shareOf)];
  const counts = { some: pooledCount(some), others: pooledCount(others) };
  const chance = chanceOfHigher(mine, theirs);
  const tooFew = !canTell(mine.length, theirs.length);
  const excess = counts.some.failed / counts.some.started - counts.others.failed / counts.others.started;
  const byFlows = stratifiedTest([{ base: counts.others, head: counts.some }]).greater <= EACH;
  const answer = (): Answer => {
    if (excess >= LEAST_EXCESS && chance <= EACH) return 'worse';
    return tooFew || (excess >= LEAST_EXCESS && byFlows) ? 'unknown' : 'same';
  };
  const waves = { some: mine.length, others: theirs.length };
  return { answer: answer(), ...counts, chance, waves, tooFew };
}

/** None without a bystander. */
function shareOf(wave: FiguredWave): readonly number[] {
  const { started, failed } = countOf(wave);
  return started === 0 ? [] : [failed / started];
}

interface TimeOptions {
  /** A rise among `others`, which come before `some`, goes on in `some` without their doing. */
  readonly afterOthers: boolean;
}

/**
 * Do flows of some waves take longer? By the mean of those that are ok: of a closed load it is, with the number of
 * flows at once, the throughput (Little's law), and a few that wait long are just what is looked for.
 */
export function compareTimes({ some, others }: WaveSides, { afterOthers }: TimeOptions): TimeComparison {
  const [before, after] = [others.flatMap(pointOf), some.flatMap(pointOf)];
  const trend = afterOthers ? Math.max(0, theilSen(before.filter(isFinished)) ?? 0) : 0;
  const center = meanOf(others.map(({ wave }) => wave));
  const mine = after.map(({ x, y }) => y - trend * (x - center));
  const theirs = before.map(({ y }) => y);
  const shift = shiftOf(mine, theirs, { low: EACH, high: MISS_OF_WIDTH });
  const tooFew = !canTell(mine.length, theirs.length);
  return {
    answer: answerOf(shift, tooFew),
    shift,
    some: typical(after),
    others: typical(before),
    waves: { some: mine.length, others: theirs.length },
    tooFew,
    trend,
  };
}

function answerOf(shift: Shift | undefined, tooFew: boolean): Answer {
  if (shift === undefined || tooFew) return 'unknown';
  if (shift.low > MARGIN) return 'worse';
  return shift.high < TOO_WIDE ? 'same' : 'unknown';
}

/** Of a wave whose flows all failed the time is ∞; of one without a bystander there is none. */
function pointOf(wave: FiguredWave): readonly Point[] {
  const { flowTime } = wave.flows;
  if (flowTime !== undefined && flowTime > 0) return [{ x: wave.wave, y: Math.log(flowTime) }];
  return countOf(wave).failed > 0 ? [{ x: wave.wave, y: Infinity }] : [];
}

function isFinished({ y }: Point): boolean {
  return y < Infinity;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The geometric mean of those waves in which a flow was ok. */
function typical(points: readonly Point[]): number | undefined {
  const finished = points.filter(isFinished).map(({ y }) => y);
  return finished.length === 0 ? undefined : Math.exp(meanOf(finished));
}
