import { Mean } from '../lib/statistics/distribution.js';
import { studentQuantile } from '../lib/statistics/slopes.js';
import { type Change, type HistoryPoint, MOST_VALUES, type Trend } from '../model/history.js';
import type { MetricDefinition } from '../model/metrics.js';
import { changePointsOfCorrelated } from './correlation.js';

/** Fewer values are no trend. */
const FEWEST_VALUES = 20;
/**
 * How often a series without a change may be said to have one: 0.05%, so that all of a scenario, about twenty, are right
 * together in 99% of reports. Where neighbours are much alike it is more: docs/history.md.
 */
const LEVEL = 0.0005;
/** Of the interval in which one more value is expected. */
const CHANCE = 0.99;
/** Two builds of the same code differ by that much: a smaller step is not told. */
const LEAST_STEP = 0.02;
const SEED = 1;

/** A metric whose trend is asked for. */
interface Watched {
  readonly name: string;
  readonly definition: MetricDefinition;
  /** Of this run; null if it was not measured. */
  readonly now: number | null;
}

/** The trend of a metric over comparable points; undefined if fewer than {@link FEWEST_VALUES} of them know it. */
export function trendOf(
  { name, definition, now }: Watched,
  points: readonly HistoryPoint[],
): Trend | undefined {
  const known = points.filter(({ metrics }) => metrics[name] !== undefined).slice(-MOST_VALUES);
  if (known.length < FEWEST_VALUES) return undefined;
  const values = known.map(({ metrics }) => metrics[name] ?? 0);
  const segments = segmentsBetween(values, changePointsOfCorrelated(values, { level: LEVEL, seed: SEED }), {
    least: LEAST_STEP,
    sizeOf: stepSize(definition),
  });
  const [before, last] = segments.length > 1 ? segments.slice(-2) : [undefined, ...segments];
  if (last === undefined) return undefined;
  const first = known[last.from];
  return {
    metric: name,
    anyMachine: !definition.speed,
    values,
    last: { from: last.from, ...levelOf(values.slice(last.from), CHANCE) },
    change:
      before && first
        ? changeAt(first, {
            before: before.mean,
            after: last.mean,
            definition,
            runsAgo: last.to - last.from,
            image: imageChange(known[last.from - 1]?.image, first.image),
          })
        : undefined,
    now,
  };
}

/** `ubuntu24 20260101.1 → ubuntu24 20260108.1`; undefined if it is the same, or one of them is not known. */
export function imageChange(before: string | undefined, after: string | undefined): string | undefined {
  return before === undefined || after === undefined || before === after ? undefined : `${before} → ${after}`;
}

/** Relative; of a share that had better be whole, what counts is what is missing: 99% to 98% is twice as many. */
function stepSize({ unit, worse }: MetricDefinition): StepSize {
  const counted = (value: number): number => (unit === 'ratio' && worse === 'lower' ? 1 - value : value);
  return (before, after) => {
    const step = Math.abs(counted(after) - counted(before));
    return step === 0 ? 0 : step / Math.abs(counted(before));
  };
}

function changeAt(
  { sha, at }: HistoryPoint,
  {
    definition,
    ...change
  }: Pick<Change, 'before' | 'after' | 'runsAgo' | 'image'> & { definition: MetricDefinition },
): Change {
  const { before, after } = change;
  return { ...change, sha, at, worse: definition.worse === (after > before ? 'higher' : 'lower') };
}

/** A level: values that belong together. */
interface Level {
  readonly mean: number;
  /** Where one more value of it lies with the given chance; left out of fewer values than tell. */
  readonly low?: number;
  readonly high?: number;
}

/** Fewer values than this say too little of their spread. */
const FEWEST_FOR_INTERVAL = 5;

/**
 * The mean of the values, and the prediction interval mean ± t·s·√(1 + 1 ÷ n) of one value more (Hahn and Meeker,
 * "Statistical intervals", 1991, section 4.8), of which chance holds if they are normal and independent.
 * @param values at least one
 */
export function levelOf(values: readonly number[], chance: number): Level {
  const mean = meanOf(values);
  const count = values.length;
  if (count < FEWEST_FOR_INTERVAL) return { mean };
  const squares = new Mean();
  for (const value of values) squares.add((value - mean) ** 2);
  const deviation = Math.sqrt((squares.value * count) / (count - 1));
  const reach = studentQuantile(1 - chance, count - 1) * deviation * Math.sqrt(1 + 1 / count);
  return { mean, low: mean - reach, high: mean + reach };
}

/** NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  const mean = new Mean();
  for (const value of values) mean.add(value);
  return mean.value;
}

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
