import type { MetricId } from '../model/metrics.js';
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

/** The default gates that can be judged where no process is watched, and those that never could. */
export function gatesWithoutProcesses(): {
  readonly applying: readonly Threshold[];
  readonly omitted: readonly Threshold[];
} {
  const ofProcesses = ({ metric }: Threshold): boolean => OF_PROCESSES.includes(metric.id);
  const all = defaultGates();
  return {
    applying: all.filter((gate) => !ofProcesses(gate)),
    omitted: all.filter(ofProcesses),
  };
}
