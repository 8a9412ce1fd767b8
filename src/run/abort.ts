import type { Aborted } from '../model/record.js';
import type { Threshold } from '../model/threshold.js';
import type { Clock, Timer } from '../system/ports.js';

/** ms between two evaluations of the gates. */
const EVERY = 1000;

interface AbortWatchOptions {
  readonly thresholds: readonly Threshold[];
  /** Those that what has ended so far breaks, in words. */
  readonly broken: (gates: readonly Threshold[]) => readonly string[];
  readonly clock: Clock;
  /** ms of Clock.now() at which the flows begin. */
  readonly origin: number;
  readonly halt: (reason: string) => void;
}

/** Judges the gates with abort-on-fail once a second, by what has ended so far, and halts the run at the first miss. */
export class AbortWatch {
  readonly #options: AbortWatchOptions;
  #timer: Timer | undefined;
  #aborted: Aborted | undefined;

  constructor(options: AbortWatchOptions) {
    this.#options = options;
    if (options.thresholds.some(({ abort }) => abort !== undefined)) this.#schedule();
  }

  /** Undefined if the run came to its own end. */
  get aborted(): Aborted | undefined {
    return this.#aborted;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.timer(EVERY, () => {
      this.#evaluate();
      if (this.#aborted === undefined) this.#schedule();
    });
  }

  #evaluate(): void {
    const { thresholds, broken, clock, origin, halt } = this.#options;
    const at = clock.now() - origin;
    const due = thresholds.filter(({ abort }) => abort !== undefined && at >= abort.delay);
    const [reason] = due.length === 0 ? [] : broken(due);
    if (reason === undefined) return;
    this.#aborted = { at, reason };
    halt(`aborted: ${reason}`);
  }
}
