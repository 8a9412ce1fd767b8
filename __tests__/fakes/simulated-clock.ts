import type { Clock, Timer } from '../../src/system/ports.js';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * Time of a simulation: it stands still while anything can be done, and jumps to the next timer when nothing can.
 * Hours pass in milliseconds, and the same program gives the same times again.
 */
export class SimulatedClock implements Clock {
  #time: number;
  #due: Due[] = [];
  #order = 0;

  constructor(start = 5000) {
    this.#time = start;
  }

  now(): number {
    return this.#time;
  }

  cpuTime(): number {
    return 0;
  }

  wall(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#time);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const timer = this.timer(ms, resolve);
      signal?.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
  }

  timer(ms: number, callback: () => void): Timer {
    const due = { at: this.#time + Math.max(0, ms), order: this.#order++, callback };
    this.#due.push(due);
    return {
      cancel: () => {
        this.#due = this.#due.filter((other) => other !== due);
      },
    };
  }

  alarm(ms: number, callback: () => void): Timer {
    return this.timer(ms, callback);
  }

  /** Runs until `work` is done; rejects if it waits for something that no timer will bring. */
  async run<T>(work: Promise<T>): Promise<T> {
    const outcome: { settled?: true } = {};
    const finished = work.finally(() => {
      outcome.settled = true;
    });
    finished.catch(() => undefined);
    for (;;) {
      await quiet();
      if (outcome.settled === true) return finished;
      const next = this.#due.sort((a, b) => a.at - b.at || a.order - b.order).shift();
      if (next === undefined) throw new Error('the simulation waits for something that will never come');
      this.#time = Math.max(this.#time, next.at);
      next.callback();
    }
  }
}

/** Lets everything happen that is ready to happen: promises of promises included. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
