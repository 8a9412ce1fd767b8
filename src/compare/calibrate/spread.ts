import type { StartCalibration } from '../../model/calibration.js';
import type { ComparedMetric, Round } from '../../model/comparison.js';
import { limitOf } from '../statistics/evidence.js';
import { beginComparison } from '../statistics/looks.js';
import { startsApart, upperNormal } from '../statistics/metric.js';
import { LARGEST, looksAt, smallestLimit } from './limits.js';

/** What was run to see by how much starts of the same code differ. */
export interface MeasuredStarts {
  /** The rounds of each start, in order; as many of each. */
  readonly starts: readonly (readonly Round[])[];
  /** ms that all of it took. */
  readonly time: number;
  /** ms that a round took. */
  readonly roundTime: number;
}

/** Standard deviations on the scale of the values. */
export interface Spread {
  /** Between starts, without the noise of their rounds. */
  readonly between: number;
  /** Of a round, between those of one start. */
  readonly within: number;
  /** Bound of `between` from above, with 95%. */
  readonly atMost: number;
}

/** Fewer starts bound nothing: with four the bound is three times the estimate. */
const FEWEST = 5;
/** Chance with which the bound lies too low. */
const MISS = 0.05;

/**
 * Variance components of a one-way layout with random starts by the method of moments (Searle, Casella and McCulloch,
 * "Variance Components", 1992, ch. 3). What the n-th rounds of all starts have in common, as they become warmer, is
 * taken off first, as that of a block. With S the sum of squares of starts, each of n rounds,
 *
 *     between² = (S ÷ (k − 1) − within²) ÷ n,   atMost² = (S ÷ χ²₅% − within²) ÷ n
 *
 * The bound is that of Tukey ("Components in regression", Biometrics 1951) and Williams ("A confidence interval for
 * variance components", Biometrika 1962), with the variance within starts taken for known. Rounds of one start are
 * neighbours in time, so that a machine that drifts makes starts look more different than they are: never less.
 * Undefined for fewer than five starts, or two rounds of each.
 */
export function spreadBetween(starts: readonly (readonly number[])[]): Spread | undefined {
  const [count, rounds] = [starts.length, starts[0]?.length ?? 0];
  if (count < FEWEST || rounds < 2) return undefined;
  const all = meanOf(starts.flat());
  const ofStarts = starts.map(meanOf);
  const ofPlaces = Array.from({ length: rounds }, (_, place) =>
    meanOf(starts.map((one) => one[place] ?? NaN)),
  );
  const left = starts.flatMap((one, start) =>
    one.map((value, place) => value - (ofStarts[start] ?? NaN) - (ofPlaces[place] ?? NaN) + all),
  );
  const within = squares(left) / ((count - 1) * (rounds - 1));
  const sum = rounds * squares(ofStarts.map((mean) => mean - all));
  const component = (divisor: number): number => Math.sqrt(Math.max(0, sum / divisor - within) / rounds);
  return {
    between: component(count - 1),
    within: Math.sqrt(within),
    atMost: component(lowerChiSquared(count - 1, MISS)),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}

/** x with P(χ² < x) = p: within 3% from four degrees of freedom on at 5% (Wilson and Hilferty, PNAS 1931). */
function lowerChiSquared(degrees: number, p: number): number {
  const part = 2 / (9 * degrees);
  return degrees * (1 - part - upperNormal(p) * Math.sqrt(part)) ** 3;
}

interface Judging {
  readonly metrics: readonly ComparedMetric[];
  /** ms that a comparison may take. */
  readonly budget: number;
}

/**
 * By how much starts differ in each metric that is compared by shares, and what `services: keep` would need. It is safe
 * if two starts that differ by the bound come as far apart as a limit no more often than a comparison may be wrong: then
 * they are no regression by themselves. Else intervals have to be widened, by the bound that is largest.
 */
export function startsOf(measured: MeasuredStarts, { metrics, budget }: Judging): StartCalibration {
  const { starts, time, roundTime } = measured;
  const rounds = starts[0]?.length ?? 0;
  const known = metrics.flatMap((metric) => {
    const spread = metric.scale === 'relative' ? spreadBetween(logsOf(starts, metric)) : undefined;
    return spread === undefined ? [] : [{ metric, spread }];
  });
  const shown = { starts: starts.length, rounds, time };
  if (known.length === 0) return { ...shown, metrics: [] };
  const { alpha } = beginComparison(metrics).plan;
  const needed = known.map(({ spread }) => roundedUp(Math.expm1(spread.atMost)));
  const startSpread = Math.max(...needed);
  const safe = known.every(
    ({ metric }, index) => startsApart(needed[index] ?? 0, alpha / 2 / metrics.length) < limitOf(metric),
  );
  const pairs = Math.min(looksAt(metrics).at(-1) ?? 0, Math.floor(budget / (2 * roundTime)));
  const smallestOf = (metric: ComparedMetric, { within }: Spread): number | null => {
    const holding = { metric, metrics, pairs, startSpread: safe ? undefined : startSpread };
    const smallest = smallestLimit({ spread: within * Math.SQRT2 }, holding);
    return smallest === null || smallest > LARGEST ? null : smallest;
  };
  return {
    ...shown,
    metrics: known.map(({ metric, spread }) => ({
      metric: metric.metric,
      ...spread,
      smallest: smallestOf(metric, spread),
    })),
    keep: { safe, startSpread },
  };
}

/** None where a round has no value above 0. */
function logsOf(
  starts: readonly (readonly Round[])[],
  { metric }: ComparedMetric,
): readonly (readonly number[])[] {
  const logs = starts.map((rounds) => rounds.map(({ values }) => Math.log(values[metric] ?? 0)));
  return logs.flat().every(Number.isFinite) ? logs : [];
}

/** Shares for the config are written in tenths of per cents, one at least. */
const STEP = 0.001;

function roundedUp(share: number): number {
  return Number((Math.max(1, Math.ceil(share / STEP - 1e-9)) * STEP).toFixed(3));
}
