import type { ProcessSummary } from '../model/record.js';
import type { ProcessReading } from '../ports.js';
import { keyOf } from './process-key.js';

/** Processes that are listed by name. */
const MOST_LISTED = 50;

interface Life {
  readonly summary: ProcessSummary;
  /** High-water mark of the last reading: after an exec it may be lower than the peak of its life. */
  readonly mark: number;
}

/** What is known of each process of a run, bounded: the living, and of the dead the largest. */
export class ProcessSummaries {
  private living: ReadonlyMap<string, Life> = new Map();
  private dead: ProcessSummary[] = [];

  /** `at` in ms; launchers are ours and must not be among the readings. */
  observe(at: number, readings: readonly ProcessReading[]): void {
    const next = new Map<string, Life>();
    for (const reading of readings) {
      const key = keyOf(reading);
      next.set(key, liveOn(this.living.get(key), reading, at));
    }
    for (const [key, life] of this.living) if (!next.has(key)) this.dead.push(life.summary);
    this.living = next;
    if (this.dead.length >= 4 * MOST_LISTED) this.dead = largest(this.dead);
  }

  /** The 50 with the highest peak, highest first. */
  list(): readonly ProcessSummary[] {
    return largest([...this.dead, ...[...this.living.values()].map((life) => life.summary)]);
  }
}

function liveOn(life: Life | undefined, reading: ProcessReading, at: number): Life {
  const ended = reading.zombie === true;
  const rose = reading.peakMemory > (life?.mark ?? 0);
  const summary: ProcessSummary = {
    pid: reading.pid,
    parent: reading.parent,
    command: reading.command,
    role: reading.role,
    peakMemory: Math.max(life?.summary.peakMemory ?? 0, reading.peakMemory),
    cpuTime: Math.max(life?.summary.cpuTime ?? 0, reading.cpuTime),
    firstSeen: life?.summary.firstSeen ?? at,
    lastSeen: at,
    // A zombie has no memory left to tell: what was said of it while it lived stands.
    mayHaveGrown: ended
      ? (life?.summary.mayHaveGrown ?? true)
      : rose && reading.memory === reading.peakMemory,
  };
  return { summary, mark: ended ? (life?.mark ?? 0) : reading.peakMemory };
}

function largest(summaries: readonly ProcessSummary[]): ProcessSummary[] {
  return [...summaries].sort((a, b) => b.peakMemory - a.peakMemory).slice(0, MOST_LISTED);
}
