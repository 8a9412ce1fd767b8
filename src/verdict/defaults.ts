import { formatQuantity } from '../lib/format.js';
import type { MetricId } from '../model/metrics.js';
import type { OmittedGate } from '../model/plan.js';
import type { Threshold } from '../model/threshold.js';
import { parseThresholds } from './threshold-list.js';

/** In force when a scenario has no thresholds of its own; the report says so. */
export const DEFAULT_GATES = [
  'success_rate >= 90%',
  'total_time <= 30s',
  'peak_memory <= 500MB',
  'peak_cpu <= 80%',
] as const;

export function defaultGates(): readonly Threshold[] {
  return parseThresholds(DEFAULT_GATES, 'fail').thresholds;
}

/** Those of them that need a process to be watched. */
const OF_PROCESSES: readonly MetricId[] = ['peak_memory', 'peak_cpu'];

export interface RunShape {
  /** Flows or services are processes of this machine. */
  readonly isWatched: boolean;
  /** ms that the load asks flows to be started for; undefined if it ends after so many flows. */
  readonly length: number | undefined;
}

/**
 * The default gates that can tell right from wrong in such a run, and the others with why not: where no process is
 * watched, two are never judged; a run that is asked to last as long as the limit of `total_time` only ends after it.
 */
export function defaultGatesFor({ isWatched, length = 0 }: RunShape): {
  readonly applying: readonly Threshold[];
  readonly omitted: readonly OmittedGate[];
} {
  const whyNot = ({ metric, limit }: Threshold): string | undefined => {
    if (OF_PROCESSES.includes(metric)) return isWatched ? undefined : 'no process is watched';
    const most = typeof limit === 'number' ? limit : Infinity;
    const isTooLong = metric === 'total_time' && length >= most;
    return isTooLong ? `flows are started for ${formatQuantity(length, 'ms')}` : undefined;
  };
  const judged = defaultGates().map((gate) => ({ gate, reason: whyNot(gate) }));
  return {
    applying: judged.filter(({ reason }) => reason === undefined).map(({ gate }) => gate),
    omitted: judged.flatMap(({ gate: { expression }, reason }) =>
      reason === undefined ? [] : [{ expression, reason }],
    ),
  };
}
