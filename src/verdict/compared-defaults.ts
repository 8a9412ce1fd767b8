import type { ScenarioPlan } from '../model/plan.js';
import { isAgainstBase, type Threshold, type ThresholdLevel } from '../model/threshold.js';
import { metricName } from '../model/metrics.js';
import { parseThresholds } from './threshold-list.js';

/** In force when a scenario is compared and none of its thresholds hangs on the base; the report says so. */
const DEFAULT_BASE_GATES = [
  'flow_time.med <= base + 5%',
  'throughput >= base - 5%',
  'cpu_per_flow <= base + 5%',
  'success_rate >= base',
] as const;

/** None if the plan has thresholds on the base. CPU is left out where no process is watched. */
export function defaultBaseGates(
  { thresholds, work, services }: Pick<ScenarioPlan, 'thresholds' | 'work' | 'services'>,
  level: ThresholdLevel,
): readonly Threshold[] {
  if (thresholds.some(isAgainstBase)) return [];
  const isWatched = work.kind !== 'http' || services.length > 0;
  const { thresholds: gates } = parseThresholds(DEFAULT_BASE_GATES, level);
  return gates.filter(({ metric }) => isWatched || metric !== 'cpu_per_flow');
}

/** Names of the metrics of default gates that are left out if the rounds are too coarse for them. */
export function spareMetrics(defaultGates: readonly Threshold[]): ReadonlySet<string> {
  return new Set(defaultGates.filter(({ metric }) => metric === 'cpu_per_flow').map(metricName));
}
