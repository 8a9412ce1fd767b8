import type { RunTally, TallyShare } from '../../model/calibration.js';
import type { ComparedMetric, ComparisonOutcome, ComparisonResult } from '../../model/comparison.js';
import { shareBounds } from '../compare/binomial.js';
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
  const gates = gatesOf(metrics);
  return {
    runs: runs.length,
    regression: whereAny(ended('regression')),
    improvement: whereAny(ended('improvement')),
    resolved: shareOf(runs.filter(({ results }) => isResolved(results, gates)).length, runs.length),
    byMetric: metrics.map(({ metric }) => ({
      metric,
      regression: whereAny((result) => result.metric === metric && ended('regression')(result)),
    })),
    pairs: medianOf(runs.map(({ pairs }) => pairs)),
    time: medianOf(runs.flatMap(({ time }) => time ?? [])),
  };
}

/** Metrics that a run waits for: those that only warn are not known to have been given their time. */
function gatesOf(metrics: readonly ComparedMetric[]): ReadonlySet<string> {
  const gates = metrics.filter(({ level }) => level !== 'warn');
  return new Set((gates.length > 0 ? gates : metrics).map(({ metric }) => metric));
}

/** A gate that is missed settles the run, whatever is not known of the others. */
function isResolved(results: readonly ComparisonResult[], gates: ReadonlySet<string>): boolean {
  const judged = results.filter(({ metric }) => gates.has(metric));
  return judged.some(ended('regression')) || !judged.some(ended('unresolved'));
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
