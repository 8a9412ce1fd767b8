import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Barrier } from '../ports.js';
import { startupFile } from './bash-barrier.js';
import { nodeClock } from './node-clock.js';
import { quote } from './quote.js';

/**
 * A FIFO as a start barrier: opening it for reading blocks until somebody has it open for writing, and that open wakes
 * all who wait (fifo(7)). It stays open until all who were on their way have passed, and whoever comes for the next
 * release waits for that: an open barrier would let it through before its time.
 */
export class FifoBarrier implements Barrier {
  readonly path: string;
  /** Makes a bash wait here before it runs its command ($BASH_ENV). */
  readonly startupFile: string;
  #releasedAt: number | undefined;
  #onTheWay: Promise<void>[] = [];
  #closed: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.path = path;
    this.startupFile = `${path}.bash`;
  }

  /** `path` must not exist. Node has no call of its own for mkfifo(3). */
  static async make(path: string): Promise<FifoBarrier> {
    await promisify(execFile)('mkfifo', [path]);
    const barrier = new FifoBarrier(path);
    await writeFile(barrier.startupFile, startupFile(quote(path)));
    return barrier;
  }

  /** ms of the clock, of the last release. */
  get releasedAt(): number | undefined {
    return this.#releasedAt;
  }

  /** Resolves when the barrier holds back whoever comes to it. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Somebody comes to the barrier; `passed` resolves when it is through, or will never be. */
  expect(passed: Promise<void>): void {
    this.#onTheWay.push(passed);
  }

  release(): void {
    this.#releasedAt = nodeClock.now();
    // For reading too, so that the open itself never blocks, even if nobody waits.
    const descriptor = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#closed = Promise.all(this.#onTheWay).then(() => {
      closeSync(descriptor);
    });
    this.#onTheWay = [];
  }
}
