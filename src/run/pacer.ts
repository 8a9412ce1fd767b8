import type { Load } from '../model/plan.js';
import { closedPacer } from './closed-pacer.js';
import { openPacer } from './open-pacer.js';

/** What the pacer needs to know of a run. Times in ms since the first flow was released. */
export interface Pace {
  readonly elapsed: number;
  /** Dropped ones among them. */
  readonly started: number;
  readonly inFlight: number;
}

/** What the scheduler is to do next. */
export type Step =
  /** `due`: when each of them was due, where that is not simply now. */
  | { readonly kind: 'start'; readonly flows: number; readonly due?: readonly number[] }
  /** Nothing before a flow has ended, or `at` (ms since the first release) at the latest. */
  | { readonly kind: 'wait'; readonly at?: number }
  | { readonly kind: 'done' };

/** A pure function of time and counts, asked again whenever one of them has changed. */
export type Pacer = (pace: Pace) => Step;

export function pacerOf(load: Load): Pacer {
  return load.model === 'open' ? openPacer(load) : closedPacer(load);
}
