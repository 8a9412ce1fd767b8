import { MOST_VALUES, type Change, type HistoryPoint, type Trend } from '../model/history.js';
import type { MetricDefinition } from '../model/metrics.js';
import { changePoints } from '../stats/history/change-points.js';
import { levelOf } from '../stats/history/level.js';
import { segmentsBetween, type StepSize } from '../stats/history/segments.js';

/** Fewer values are no trend. */
const FEWEST_VALUES = 20;
/**
 * How often a series of independent values without a change may be said to have one: 0.05%, so that all of a scenario,
 * about twenty, are right together in 99% of reports. Runs that follow each other are somewhat alike: docs/history.md.
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
  const segments = segmentsBetween(values, changePoints(values, { level: LEVEL, seed: SEED }), {
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
          })
        : undefined,
    now,
  };
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
  { definition, ...change }: Pick<Change, 'before' | 'after' | 'runsAgo'> & { definition: MetricDefinition },
): Change {
  const { before, after } = change;
  return { ...change, sha, at, worse: definition.worse === (after > before ? 'higher' : 'lower') };
}
