import { setTimeout as delay } from 'node:timers/promises';
import type { Crew } from './crew.js';

/** What is kept of one finished flow. */
export interface Entry {
  readonly token: string;
  /** 0 in warm-up. */
  readonly iteration: number;
  readonly words: number;
}

/** Everything that the collector knows at one instant; replaced as a whole, never changed in place. */
export interface Snapshot {
  readonly started: number;
  readonly failed: number;
  readonly finished: number;
  readonly words: number;
  /** Answers that each crew had from its model. */
  readonly answers: Readonly<Partial<Record<Crew, number>>>;
  readonly entries: readonly Entry[];
}

const EMPTY: Snapshot = { started: 0, failed: 0, finished: 0, words: 0, answers: {}, entries: [] };

/** ms between reading and writing, as a remote store would take. */
const STORE_LATENCY_MS = 5;

type Change = (before: Snapshot) => Snapshot;

/**
 * The metrics that all flows report to.
 * Atomic: a change is applied to what is there when it is applied. Not atomic (bug `race`): the state is read, the
 * store takes its time, and what was read is written back with the change, over whatever others wrote meanwhile.
 */
export class MetricsCollector {
  private state = EMPTY;
  private readonly atomic: boolean;

  constructor({ atomic }: { readonly atomic: boolean }) {
    this.atomic = atomic;
  }

  started(): Promise<void> {
    return this.apply((before) => ({ ...before, started: before.started + 1 }));
  }

  failed(): Promise<void> {
    return this.apply((before) => ({ ...before, failed: before.failed + 1 }));
  }

  answered(crew: Crew): Promise<void> {
    return this.apply((before) => ({
      ...before,
      answers: { ...before.answers, [crew]: (before.answers[crew] ?? 0) + 1 },
    }));
  }

  finished(entry: Entry): Promise<void> {
    return this.apply((before) => ({
      ...before,
      finished: before.finished + 1,
      words: before.words + entry.words,
      entries: [...before.entries, entry],
    }));
  }

  snapshot(): Snapshot {
    return this.state;
  }

  private async apply(change: Change): Promise<void> {
    if (this.atomic) {
      this.state = change(this.state);
      return;
    }
    const read = this.state;
    await delay(STORE_LATENCY_MS);
    this.state = change(read);
  }
}
