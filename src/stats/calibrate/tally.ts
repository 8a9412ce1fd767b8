import type { RunTally, TallyShare } from '../../model/calibration.js';
import type { ComparedMetric, ComparisonOutcome, ComparisonResult } from '../../model/comparison.js';
import { shareBounds } from '../compare/binomial.js';
import { awaitedOf, gatesOf } from '../compare/run.js';
import { distributionOf, percentile } from '../distribution.js';

/** How one comparison ended. */
export interface Ended {
  readonly results: readonly ComparisonResult[];
  /** Pairs that it took. */
  readonly pairs: number;
  /** ms that they took; undefined if nobody waited for it. */
  readonly time: number | undefined;
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

function medianOf(values: readonly number[]): number | null {
  const distribution = distributionOf(values);
  return distribution === undefined ? null : percentile(distribution, 50);
}
