import { closeSync, constants, openSync } from 'node:fs';
import type { Barrier, CommandSpec } from '../ports.js';
import { waitsInShell } from './bash-barrier.js';
import { makeFifo, type Fifo } from './fifo.js';
import { nodeClock } from './node-clock.js';

/**
 * A FIFO as a start barrier: opening it for reading blocks until somebody has it open for writing, and that open wakes
 * all who wait (fifo(7)). It stays open until all who were on their way have passed, and whoever comes for the next
 * release waits for that: an open barrier would let it through before its time.
 */
export class FifoBarrier implements Barrier {
  readonly #fifo: Fifo;
  #releasedAt: number | undefined;
  #onTheWay: Promise<void>[] = [];
  #closed: Promise<void> = Promise.resolve();
  readonly #waiting = new Map<string, Promise<boolean>>();

  private constructor(fifo: Fifo) {
    this.#fifo = fifo;
  }

  /** `path` must not exist. */
  static async make(path: string): Promise<FifoBarrier> {
    return new FifoBarrier(await makeFifo(path));
  }

  /** To be opened for reading by whoever waits. */
  get path(): string {
    return this.#fifo.path;
  }

  /** ms of the clock, of the last release. */
  get releasedAt(): number | undefined {
    return this.#releasedAt;
  }

  /** Resolves when the barrier holds back whoever comes to it. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Whether the flow's own shell waits here, which is tried out once for each shell and working directory. */
  waitsInShell(spec: CommandSpec): Promise<boolean> {
    const key = JSON.stringify([spec.shell, spec.cwd]);
    const known = this.#waiting.get(key) ?? waitsInShell(spec);
    this.#waiting.set(key, known);
    return known;
  }

  /** Somebody comes to the barrier; `passed` resolves when it is through, or will never be. */
  expect(passed: Promise<void>): void {
    this.#onTheWay.push(passed);
  }

  release(): void {
    this.#releasedAt = nodeClock.now();
    // We hold it open for reading, so this never blocks, even if nobody waits.
    const descriptor = openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#closed = Promise.all(this.#onTheWay).then(() => {
      closeSync(descriptor);
    });
    this.#onTheWay = [];
  }

  close(): void {
    closeSync(this.#fifo.descriptor);
  }
}
