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
