import type { ProcessReading } from '../ports.js';
import { keyOf } from './process-key.js';

interface Seen {
  readonly memory: number;
  readonly peakMemory: number;
}

/**
 * The highest a process can have been since the reading before, in bytes.
 *
 * If its high-water mark changed since then (rose, or was set anew by exec) the mark is it: a spike between two
 * readings is not lost. If not, it was at most what it was before or is now, as far as anybody can tell. A process seen
 * for the first time counts with its mark.
 */
export function highestSince(before: Seen | undefined, now: Seen): number {
  return before === undefined || before.peakMemory !== now.peakMemory
    ? Math.max(now.peakMemory, now.memory)
    : Math.max(before.memory, now.memory);
}

/**
 * Resident memory of the tree with every process at its highest since the reading before. Processes that ended in
 * between are left out: those that followed them would be added on top, and both never were there together.
 */
export class PeakMemory {
  private before: ReadonlyMap<string, Seen> = new Map();

  /** Bytes; of the processes that count (no launchers, no zombies). */
  observe(readings: readonly ProcessReading[]): number {
    const now = new Map<string, Seen>();
    let sum = 0;
    for (const reading of readings) {
      const key = keyOf(reading);
      sum += highestSince(this.before.get(key), reading);
      now.set(key, { memory: reading.memory, peakMemory: reading.peakMemory });
    }
    this.before = now;
    return sum;
  }
}
