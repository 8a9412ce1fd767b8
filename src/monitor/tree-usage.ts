import type { ProcessSummary, Sample } from '../model/record.js';
import type { ProcessReading } from '../ports.js';
import { CpuAccount } from './cpu-account.js';
import { MemoryBound, type Turnover } from './memory-bound.js';
import { Standing } from './standing.js';
import { PeakMemory } from './peak-memory.js';
import { ProcessSummaries } from './process-summaries.js';
import { filesOf, sum } from './sums.js';

/**
 * Folds successive readings of a process tree into samples of it as a whole. Nothing but the readings goes in.
 *
 * Memory is the sum of resident sets: a page that two processes share counts in both, as in `ps` and in cgroup-less
 * tools; proportional sets would cost fifty times as much to read (/proc/PID/smaps_rollup).
 * Launchers are ours: only the CPU of what they waited for counts. Zombies keep their CPU and count for nothing else.
 */
export class TreeUsage {
  private readonly cpu = new CpuAccount();
  private readonly peaks = new PeakMemory();
  private readonly most = new MemoryBound();
  private readonly summaries = new ProcessSummaries();
  private readonly standing = new Standing();

  /** The next reading, taken at `at` (ms), as a sample. */
  observe(at: number, readings: readonly ProcessReading[], turnover?: Turnover): Sample {
    const watched = readings.filter((reading) => !reading.launcher);
    const alive = watched.filter((reading) => reading.zombie !== true);
    this.summaries.observe(at, watched);
    const memory = sum(alive, (reading) => reading.memory);
    const files = filesOf(alive);
    const peakMemory = Math.max(memory, this.peaks.observe(alive));
    const most = this.most.observe(readings, turnover);
    return {
      at,
      memory,
      peakMemory,
      mostMemory: most.unknown === 0 && most.known <= peakMemory ? undefined : most,
      cpuTime: this.cpu.charge(readings),
      threads: sum(alive, (reading) => reading.threads),
      processes: alive.length,
      files,
      ...this.standing.observe(alive),
    };
  }

  /** The 50 processes with the highest peak, highest first. */
  processes(): readonly ProcessSummary[] {
    return this.summaries.list();
  }
}
