import type { Flow, Record } from '../model/record.js';

/**
 * The flows that count as tried. Those that the interruption or the abortion of the run cut short are neither ok nor
 * failed: a cancelled run must not look like a broken pull request, and an aborted one not worse than it was.
 */
export function countedFlows(record: Pick<Record, 'flows' | 'interrupted' | 'aborted'>): readonly Flow[] {
  if (record.interrupted === undefined && record.aborted === undefined) return record.flows;
  return record.flows.filter((flow) => flow.outcome !== 'killed');
}
