import type { Record } from '../model/record.js';
import { bystandersOf, type FlowTally } from '../model/flow.js';

/** A run that was cut short, and what cut it killed flows. */
type CutShort = Pick<Record, 'interrupted' | 'aborted'>;

/**
 * Whether flows that were killed count as tried. Those that the interruption or the abortion of the run cut short are
 * neither ok nor failed: a cancelled run must not look like a broken pull request, and an aborted one not worse than
 * it was.
 */
export function countsKilled({ interrupted, aborted }: CutShort): boolean {
  return interrupted === undefined && aborted === undefined;
}

/** How many bystanders count as tried. */
export function countedFlows(tally: FlowTally, record: CutShort): number {
  const { ok, failed, timed_out, killed, dropped } = bystandersOf(tally);
  return ok + failed + timed_out + dropped + (countsKilled(record) ? killed : 0);
}

/** How many flows ran, however they ended; a dropped one never did. */
export function startedFlows({ counts: { ok, failed, timed_out, killed } }: FlowTally): number {
  return ok + failed + timed_out + killed;
}
