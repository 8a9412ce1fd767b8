import type { Record } from '../model/record.js';
import { figuredWaves } from '../stats/waves/figures.js';

/** Faults, in a run that was not cut short: what was cut off has not failed, and may have been slow. */
export const WAVES = {
  in: (record: Record): boolean =>
    record.interrupted === undefined &&
    record.aborted === undefined &&
    figuredWaves(record).some(({ kind }) => kind === 'faulted'),
  why: 'it takes waves with faults (faults: kill or network), in a run that is not cut short',
};
