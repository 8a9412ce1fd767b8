import type { Flow, Record } from '../model/record.js';

/**
 * The flows that count as tried. Those that the interruption of the run cut short are neither ok nor failed: a
 * cancelled run must not look like a broken pull request.
 */
export function countedFlows(record: Pick<Record, 'flows' | 'interrupted'>): readonly Flow[] {
  if (record.interrupted === undefined) return record.flows;
  return record.flows.filter((flow) => flow.outcome !== 'killed');
}
