import type { ProcessReading } from '../ports.js';

/** One process, also when its pid is given out again. */
export function keyOf(reading: Pick<ProcessReading, 'pid' | 'startTime'>): string {
  return `${reading.pid}@${reading.startTime}`;
}
