import { seedOf } from '../../lib/random.js';
import { shareBounds } from '../../lib/statistics/exact-counts.js';
import {
  type CalibratedMetric,
  type CalibrationSeries,
  type RunTally,
  type ScenarioCalibration,
  SLOWDOWNS,
  type TallyShare,
} from '../../model/calibration.js';
import type { ComparedMetric, ComparisonOutcome, ComparisonResult, Pair } from '../../model/comparison.js';
import { awaitedOf, gatesOf } from '../statistics/looks.js';
import { compareMetric, medianOf } from '../statistics/metric.js';
import { isValid } from '../statistics/round.js';
import { looksAt, type Noise, noiseOf, smallestLimit, suggestedLimit, suggestionOf } from './limits.js';
import { type Ended, type GoOn, type MeasuredRun, replay, thinned } from './replay.js';
import { type MeasuredStarts, startsOf } from './spread.js';

interface Calibrating {
  readonly metrics: readonly ComparedMetric[];
  readonly runs: readonly MeasuredRun[];
  /** ms that a comparison may take. */
  readonly budget: number;
  /** Undefined where nothing starts but the flows. */
  readonly starts?: MeasuredStarts;
  /** The comparisons were on one start of either side. */
  readonly isKept?: boolean;
  /** As `beginComparison` has it, for replays; limits allow for what starts were seen to need. */
  readonly startSpread?: number;
  /** Comparisons to replay of each series. */
  readonly replays: number;
  readonly seed: number;
  /** Whether to go on with the replays. */
  readonly goOn: GoOn;
}

type Figures = Pick<
  ScenarioCalibration,
  'pairTime' | 'pairs' | 'dropped' | 'metrics' | 'same' | 'slower' | 'looks' | 'starts' | 'suggestion'
>;

/** All that follows from the runs; the same runs and seed give the same. */
export async function calibrationOf(calibrating: Calibrating): Promise<Figures> {
  const { metrics, runs } = calibrating;
  const starts = calibrating.starts && startsOf(calibrating.starts, calibrating);
  const startSpread = startSpreadFor(calibrating, starts);
  const all = runs.flatMap(({ pairs }) => pairs).length;
  const time = runs.reduce((sum, run) => sum + run.time, 0);
  const pairTime = all === 0 ? null : time / all;
  const pairs = pairTime === null ? null : pairsWithin(calibrating, pairTime);
  const same = runs.filter(({ slowdown }) => slowdown === 0);
  const noises = metrics.map((metric) => noiseOf(validPairs(same), metric));
  const calibrated = metrics.map((metric, index) =>
    calibratedMetric(metric, { ...calibrating, startSpread, pairs, same, noise: noises[index] }),
  );
  const series: CalibrationSeries[] = [];
  for (const slowdown of [0, ...SLOWDOWNS]) series.push(...(await seriesOf(slowdown, calibrating, pairs)));
  const suggestion =
    pairTime === null ? undefined : suggestionOf(metrics, { calibrated, pairTime, startSpread });
  return {
    pairTime,
    pairs,
    dropped: all - validPairs(runs).length,
    metrics: calibrated,
    ...pick(series),
    looks: looksAt(metrics).map((look) => ({
      pairs: look,
      time: pairTime === null ? null : look * pairTime,
      smallest: metrics.flatMap((metric, index) => {
        const noise = noises[index];
        return noise === undefined
          ? []
          : [
              {
                metric: metric.metric,
                limit: smallestLimit(noise, { metric, metrics, startSpread, pairs: look }),
              },
            ];
      }),
    })),
    starts,
    suggestion,
  };
}

/** What the config is to say for the start that it keeps, as far as it is known: what it says already, if it is not. */
function startSpreadFor(
  { isKept = false, startSpread }: Calibrating,
  starts: ScenarioCalibration['starts'],
): number | undefined {
  if (!isKept) return undefined;
  if (starts?.keep === undefined) return startSpread;
  return starts.keep.safe ? undefined : starts.keep.startSpread;
}

function pick(series: readonly CalibrationSeries[]): Pick<Figures, 'same' | 'slower'> {
  const same = series.find(({ slowdown }) => slowdown === 0);
  return { same, slower: series.filter(({ slowdown }) => slowdown > 0) };
}

/** As many as the last look takes at most. */
function pairsWithin({ metrics, budget }: Calibrating, pairTime: number): number {
  return Math.min(looksAt(metrics).at(-1) ?? 0, Math.floor(budget / pairTime));
}

function validPairs(runs: readonly MeasuredRun[]): readonly Pair[] {
  return runs.flatMap(({ pairs, validity }) => pairs.filter((pair) => isValid(pair, validity)));
}

interface Known extends Calibrating {
  readonly pairs: number | null;
  readonly same: readonly MeasuredRun[];
  readonly noise: Noise | undefined;
}

function calibratedMetric(
  metric: ComparedMetric,
  { metrics, startSpread, pairs, same, noise }: Known,
): CalibratedMetric {
  const smallest =
    noise === undefined || pairs === null
      ? null
      : smallestLimit(noise, { metric, metrics, startSpread, pairs });
  const { scale, worse, limit } = metric;
  return {
    metric: metric.metric,
    scale,
    worse,
    limit,
    deviation: noise?.deviation ?? null,
    spread: noise?.spread ?? null,
    pairs: validPairs(same).length,
    smallest,
    suggested: suggestedLimit({ smallest, scale }),
  };
}

/** None if there was no run with this slowdown. */
async function seriesOf(
  slowdown: number,
  { metrics, runs, replays, startSpread, seed, goOn }: Calibrating,
  pairs: number | null,
): Promise<readonly CalibrationSeries[]> {
  const of = runs.filter((run) => run.slowdown === slowdown);
  if (of.length === 0) return [];
  const whole = of.filter((run) => run.whole);
  const replayed =
    pairs === null || pairs === 0
      ? undefined
      : await replay(validPairs(of), {
          metrics,
          pairs,
          startSpread,
          runs: replays,
          seed: seedOf(seed, Math.round(slowdown * 1000)),
          same: slowdown === 0,
          goOn,
        });
  return [
    {
      slowdown,
      runs: tallyRuns(
        whole.map(({ results, pairs: taken, time }) => ({ results, pairs: taken.length, time })),
        metrics,
      ),
      replays: replayed === undefined || replayed.length === 0 ? undefined : tallyRuns(replayed, metrics),
      injected: metrics.map((metric) => injectedChange(validPairs(of), metric)),
    },
  ];
}

/** One look at all pairs, missed in 1%. */
const ONE_LOOK = { misses: { low: 0.005, high: 0.005 }, confidence: 0.99, looks: 1, dropped: 0 };

function injectedChange(
  pairs: readonly Pair[],
  metric: ComparedMetric,
): CalibrationSeries['injected'][number] {
  const { result } = compareMetric(thinned(pairs), metric, ONE_LOOK);
  const { scale, change, low, high } = result;
  return { metric: metric.metric, scale, change, low, high, pairs: result.pairs };
}

/** Chance with which either bound of a share may miss it. */
const MISS = 0.05;

/** How many of the comparisons ended how. */
export function tallyRuns(runs: readonly Ended[], metrics: readonly ComparedMetric[]): RunTally {
  const whereAny = (is: (result: ComparisonResult) => boolean): TallyShare =>
    shareOf(runs.filter(({ results }) => results.some(is)).length, runs.length);
  return {
    runs: runs.length,
    regression: whereAny(ended('regression')),
    improvement: whereAny(ended('improvement')),
    resolved: shareOf(runs.filter(({ results }) => isResolved(results, metrics)).length, runs.length),
    byMetric: metrics.map(({ metric }) => ({
      metric,
      regression: whereAny((result) => result.metric === metric && ended('regression')(result)),
    })),
    pairs: medianOf(runs.map(({ pairs }) => pairs)),
    time: medianOf(runs.flatMap(({ time }) => time ?? [])),
  };
}

/**
 * A gate that is missed settles the run, whatever is not known of the others. Else all must be known that a run waits
 * for: what only warns is not known to have been given its time, and of the same code nothing shows that it is base.
 */
function isResolved(results: readonly ComparisonResult[], metrics: readonly ComparedMetric[]): boolean {
  const gates = new Set(gatesOf(metrics).map(({ metric }) => metric));
  const awaited = awaitedOf(metrics);
  const isMissed = results.some((result) => gates.has(result.metric) && ended('regression')(result));
  return isMissed || !results.some((result) => awaited.has(result.metric) && ended('unresolved')(result));
}

function ended(how: ComparisonOutcome): (result: ComparisonResult) => boolean {
  return ({ outcome }) => outcome === how;
}

function shareOf(count: number, runs: number): TallyShare {
  return { count, ...shareBounds({ started: runs, failed: count }, MISS) };
}
