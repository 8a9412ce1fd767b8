import type { CalibratedMetric, CalibrationSeries, ScenarioCalibration } from '../../model/calibration.js';
import { SLOWDOWNS } from '../../model/calibration.js';
import type { ComparedMetric, Pair } from '../../model/comparison.js';
import { seedOf } from '../random.js';
import { compareMetric } from '../compare/metric.js';
import { isValid } from '../compare/validity.js';
import { looksAt, noiseOf, smallestLimit, type Noise } from './limits.js';
import type { MeasuredRun } from './measured.js';
import { blocksOf, replay, type GoOn } from './replay.js';
import { thinned } from './thinned.js';
import { suggestedLimit, suggestionOf } from './suggest.js';
import { tallyRuns } from './tally.js';

interface Calibrating {
  readonly metrics: readonly ComparedMetric[];
  readonly runs: readonly MeasuredRun[];
  /** ms that a comparison may take. */
  readonly budget: number;
  /** Comparisons to replay of each series. */
  readonly replays: number;
  readonly seed: number;
  /** Whether to go on with the replays. */
  readonly goOn: GoOn;
}

type Figures = Pick<
  ScenarioCalibration,
  'pairTime' | 'pairs' | 'dropped' | 'metrics' | 'same' | 'slower' | 'looks' | 'suggestion'
>;

/** All that follows from the runs; the same runs and seed give the same. */
export async function calibrationOf(calibrating: Calibrating): Promise<Figures> {
  const { metrics, runs } = calibrating;
  const all = runs.flatMap(({ pairs }) => pairs).length;
  const time = runs.reduce((sum, run) => sum + run.time, 0);
  const pairTime = all === 0 ? null : time / all;
  const pairs = pairTime === null ? null : pairsWithin(calibrating, pairTime);
  const same = runs.filter(({ slowdown }) => slowdown === 0);
  const noises = metrics.map((metric) => noiseOf(validPairs(same), metric));
  const calibrated = metrics.map((metric, index) =>
    calibratedMetric(metric, { ...calibrating, pairs, same, noise: noises[index] }),
  );
  const series: CalibrationSeries[] = [];
  for (const slowdown of [0, ...SLOWDOWNS]) series.push(...(await seriesOf(slowdown, calibrating, pairs)));
  const suggestion = pairTime === null ? undefined : suggestionOf(metrics, { calibrated, pairTime });
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
          : [{ metric: metric.metric, limit: smallestLimit(noise, { metric, metrics, pairs: look }) }];
      }),
    })),
    suggestion,
  };
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

function calibratedMetric(metric: ComparedMetric, { metrics, pairs, same, noise }: Known): CalibratedMetric {
  const smallest =
    noise === undefined || pairs === null ? null : smallestLimit(noise, { metric, metrics, pairs });
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
  { metrics, runs, replays, seed, goOn }: Calibrating,
  pairs: number | null,
): Promise<readonly CalibrationSeries[]> {
  const of = runs.filter((run) => run.slowdown === slowdown);
  if (of.length === 0) return [];
  const whole = of.filter((run) => run.whole);
  const replayed =
    pairs === null || pairs === 0
      ? undefined
      : await replay(blocksOf(of), {
          metrics,
          pairs,
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
