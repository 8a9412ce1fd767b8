import type { ComparedMetric, ComparisonResult, ComparisonScale } from '../model/comparison.js';
import { definitionOf, LADDER_METRICS, type MetricId, metricName } from '../model/metrics.js';
import { hasProcesses, type ScenarioPlan } from '../model/plan.js';
import {
  type BaseThreshold,
  isAgainstBase,
  type Threshold,
  type ThresholdLevel,
  worseOf,
} from '../model/threshold.js';
import { RELATIVE_MARGIN } from './statistics/evidence.js';

/** Shares of flows: compared by the flows that are counted, not by the quotients of rounds. */
const RATES: ReadonlySet<MetricId> = new Set(['success_rate', 'error_rate']);

/** Flows by how they ended; the success rate is what tells of all of them. */
const FLOWS: ReadonlySet<MetricId> = new Set(['failed', 'timed_out', 'dropped']);

/** What adds up over the flows: of a round, which has fewer of them than the run, it is less. */
const SUMS: ReadonlySet<MetricId> = new Set([
  ...FLOWS,
  'total_time',
  'cpu_time',
  'retried',
  'resent',
  'bytes_received',
  'bytes_sent',
]);

/**
 * Why a threshold against the base can not be judged, whatever is measured; undefined if it can. A comparison shows
 * that head is not worse by more than an amount; it can not show that two things are equal, says nothing of a ladder, of
 * which a round is one rung, nor of what it drops pairs by, and knows an amount for a round only.
 */
export function refusedAgainstBase(threshold: Threshold): string | undefined {
  if (!isAgainstBase(threshold)) return undefined;
  const { metric, op, limit } = threshold;
  const name = metricName(threshold);
  const worse = worseOf(threshold);
  const meant = worse === 'lower' ? `${name} >= base - 5%` : `${name} <= base + 5%`;
  if (LADDER_METRICS.has(metric)) {
    return `${name} is of a ladder as a whole, and a comparison runs its top rung alone; give it a limit of its own`;
  }
  if (metric === 'start_skew') {
    return 'pairs of rounds with a wide start_skew are dropped, so that what is left can not tell of it; give it a limit of its own';
  }
  if (op === '==') return `no number of rounds shows that two things are equal; write ${meant}`;
  if (op.startsWith('<') !== (worse === 'higher')) {
    return `${name} is worse when ${worse}, so that base is the other bound of it; write ${meant}`;
  }
  const amount = worseningOf(threshold);
  if (amount < 0) return `asks head to be better than base by an amount; write ${meant}`;
  const isRelative = limit.base === 'relative';
  if (worse === 'lower' && isRelative && amount >= 1) {
    return `${name} can not fall by ${limit.delta * -100}%; write ${meant}`;
  }
  if (amount > 0 && !isRelative && (SUMS.has(metric) || threshold.stat === 'sum')) {
    return `${name} adds up over a run, and a round of a comparison is only a part of one; write ${insteadOfSum(metric, name)}`;
  }
  return undefined;
}

/** Of what a round may have none at all there is no share. */
function insteadOfSum(id: MetricId, name: string): string {
  if (FLOWS.has(id)) return 'success_rate >= base - 1%';
  return id === 'retried' || id === 'resent' ? `${id} <= base` : `a share, such as ${name} <= base + 5%`;
}

/**
 * Why thresholds of one scenario can not be judged beside each other: one metric is compared in one way. Begins with the
 * expression in quotation marks.
 */
export function conflictAgainstBase(thresholds: readonly Threshold[]): string | undefined {
  for (const [name, all] of byMetric(thresholds)) {
    const [first, ...others] = all.filter((threshold) => worseningOf(threshold) > 0);
    const other = others.find((threshold) => first !== undefined && scaleOf(threshold) !== scaleOf(first));
    if (first !== undefined && other !== undefined) {
      return `"${other.expression}": "${first.expression}" compares ${name} in another way; write both with a share or both with an amount`;
    }
  }
  return undefined;
}

/** How much worse than base is too much: a ratio if the limit is relative, else in the metric's base unit. */
export function worseningOf({ limit, ...threshold }: BaseThreshold): number {
  const amount = worseOf(threshold) === 'lower' ? -limit.delta : limit.delta;
  // Not −0.
  return amount === 0 ? 0 : amount;
}

/**
 * What is to be compared for these thresholds, each metric once: by the strictest limit of its gates, or of its alerts
 * if it has no gate. The others are judged by the same interval.
 *
 * Base itself is a limit of 0: it can be broken, but never be shown to hold, so that no run waits for it.
 */
export function comparedMetrics(thresholds: readonly Threshold[]): readonly ComparedMetric[] {
  return [...byMetric(thresholds).entries()].map(([metric, all]) => {
    const amounts = all.filter((threshold) => worseningOf(threshold) > 0);
    const gates = amounts.filter(({ level }) => level === 'fail');
    const deciding = gates.length > 0 ? gates : amounts;
    const [one = all[0]] = deciding;
    return {
      metric,
      worse: isWorseWhenLower(all) ? 'lower' : 'higher',
      scale: one === undefined ? 'relative' : scaleOf(one),
      limit: deciding.length === 0 ? 0 : Math.min(...deciding.map(worseningOf)),
      level:
        (deciding.length > 0 ? gates : all.filter(({ level }) => level === 'fail')).length > 0
          ? 'fail'
          : 'warn',
    };
  });
}

function isWorseWhenLower([threshold]: readonly BaseThreshold[]): boolean {
  return threshold !== undefined && worseOf(threshold) === 'lower';
}

function byMetric(thresholds: readonly Threshold[]): ReadonlyMap<string, readonly BaseThreshold[]> {
  const all = new Map<string, BaseThreshold[]>();
  for (const threshold of thresholds.filter(isAgainstBase)) {
    const name = metricName(threshold);
    const known = all.get(name);
    if (known === undefined) all.set(name, [threshold]);
    else known.push(threshold);
  }
  return all;
}

/**
 * The margin of a limit of base itself where another limit has its metric compared by amounts: as large as it is without
 * that one, since two builds of the same code differ by 2% whatever else is asked. Undefined where the scale tells.
 */
export function marginBeside(
  threshold: BaseThreshold,
  { scale, base }: Pick<ComparisonResult, 'scale' | 'base'>,
): number | undefined {
  const isTold = threshold.limit.delta !== 0 || scaleOf(threshold) === scale;
  return isTold || scale !== 'absolute' || base === null ? undefined : RELATIVE_MARGIN * base;
}

/** Base itself is no amount of either kind: a share is understood whatever the size of a metric, but a count may be 0. */
export function scaleOf({ metric, limit }: BaseThreshold): ComparisonScale {
  if (RATES.has(metric)) return 'rate';
  const isShare = limit.delta === 0 ? definitionOf(metric).unit !== 'count' : limit.base === 'relative';
  return isShare ? 'relative' : 'absolute';
}

/** Why a limit on the base was not judged. */
export const NOT_COMPARED = 'nothing was compared (--no-compare)';

const FIVE_PER_CENT = { number: '5', unit: '%' } as const;
const AT_MOST = {
  op: '<=',
  limit: { base: 'relative', delta: 0.05 },
  written: FIVE_PER_CENT,
} as const;

/** In force when a scenario is compared and none of its thresholds refers to base; the report says so. */
const DEFAULT_BASE_GATES: readonly Omit<Threshold, 'level'>[] = [
  { expression: 'flow_time.med <= base + 5%', metric: 'flow_time', stat: 'med', ...AT_MOST },
  {
    expression: 'throughput >= base - 5%',
    metric: 'throughput',
    op: '>=',
    limit: { base: 'relative', delta: -0.05 },
    written: FIVE_PER_CENT,
  },
  { expression: 'cpu_per_flow <= base + 5%', metric: 'cpu_per_flow', ...AT_MOST },
  {
    expression: 'success_rate >= base',
    metric: 'success_rate',
    op: '>=',
    limit: { base: 'absolute', delta: 0 },
  },
];

/** None if the plan has thresholds on the base. CPU is left out where no process is watched. */
export function defaultBaseGates(
  plan: Pick<ScenarioPlan, 'thresholds' | 'work' | 'services' | 'watch'>,
  level: ThresholdLevel,
): readonly Threshold[] {
  if (plan.thresholds.some(isAgainstBase)) return [];
  const isWatched = hasProcesses(plan);
  return DEFAULT_BASE_GATES.filter(({ metric }) => isWatched || metric !== 'cpu_per_flow').map((gate) => ({
    ...gate,
    level,
  }));
}

/** Names of the metrics of default gates that are left out if the rounds are too coarse for them. */
export function spareMetrics(defaultGates: readonly Threshold[]): ReadonlySet<string> {
  return new Set(defaultGates.filter(({ metric }) => metric === 'cpu_per_flow').map(metricName));
}
