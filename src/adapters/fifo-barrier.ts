import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Barrier } from '../ports.js';
import { nodeClock } from './node-clock.js';

/** ms after a release in which whoever was on the way to the barrier comes through too. */
const STAYS_OPEN = 1000;

/**
 * A FIFO as a start barrier: opening it for reading blocks until somebody has it open for writing, and that open wakes
 * all who wait (fifo(7)).
 */
export class FifoBarrier implements Barrier {
  readonly path: string;
  #releasedAt: number | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** `path` must not exist. Node has no call of its own for mkfifo(3). */
  static async make(path: string): Promise<FifoBarrier> {
    await promisify(execFile)('mkfifo', [path]);
    return new FifoBarrier(path);
  }

  /** ms of the clock, of the last release. */
  get releasedAt(): number | undefined {
    return this.#releasedAt;
  }

  release(): void {
    this.#releasedAt = nodeClock.now();
    // For reading too, so that the open itself never blocks, even if nobody waits.
    const descriptor = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    setTimeout(() => {
      closeSync(descriptor);
    }, STAYS_OPEN).unref();
  }
}
