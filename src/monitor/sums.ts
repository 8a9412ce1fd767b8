import type { ProcessReading } from '../ports.js';

export function sum(readings: readonly ProcessReading[], of: (reading: ProcessReading) => number): number {
  return readings.reduce((total, reading) => total + of(reading), 0);
}

/** Open files of all together; undefined if those of none could be counted. */
export function filesOf(readings: readonly ProcessReading[]): number | undefined {
  return readings.some((reading) => reading.files !== undefined)
    ? sum(readings, (reading) => reading.files ?? 0)
    : undefined;
}
