import type { Load } from '../model/plan.js';

/** What the live line of a long run shows. */
export interface Progress {
  readonly scenario: string;
  readonly flows: number;
  readonly load?: Load;
  /** Undefined in a run by duration. */
  readonly total?: number;
  /** ms, and for a run by duration how long in all. */
  readonly elapsed: number;
  readonly duration?: number;
  readonly done: number;
  readonly inFlight: number;
  readonly failed: number;
  /** ok flows per second so far. */
  readonly rate: number;
  /** Bytes and ratio of all cores, latest sample and the row of the last 40 for a sparkline. */
  readonly memory: number;
  readonly memoryHistory: readonly number[];
  readonly cpu: number;
  readonly cpuHistory: readonly number[];
}

/** What the live line of a comparison shows. */
export interface ComparingProgress {
  readonly scenario: string;
  /** What it is compared with, as people call it. */
  readonly base: string;
  /** Pairs that were run, and the most that there will be. */
  readonly pairs: number;
  readonly most: number;
  /** Pairs at which what is known is judged next; undefined if that was the last time. */
  readonly nextLook: number | undefined;
  /** ms. */
  readonly elapsed: number;
  readonly budget: number;
  /** What is known so far, a line each; nothing before the first look. */
  readonly known: readonly string[];
}

export interface ProgressView {
  update(progress: Progress | ComparingProgress): void;
  /** Clears the live line before something else is printed. */
  clear(): void;
}
