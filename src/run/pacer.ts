import type { Load } from '../model/plan.js';

/** What the pacer needs to know of a run. Times in ms since the first flow was released. */
export interface Pace {
  readonly elapsed: number;
  readonly started: number;
  readonly inFlight: number;
}

/** What the scheduler is to do next. */
export type Step =
  | { readonly kind: 'start'; readonly flows: number }
  /** Nothing before a flow has ended, or `at` (ms since the first release) at the latest. */
  | { readonly kind: 'wait'; readonly at?: number }
  | { readonly kind: 'done' };

/** A pure function of time and counts, asked again whenever one of them has changed. */
export type Pacer = (pace: Pace) => Step;

const WAIT: Step = { kind: 'wait' };
const DONE: Step = { kind: 'done' };

/**
 * The closed model: as many flows in flight as the load says, a new one as soon as one has ended, until `iterations`
 * have been started or no time of `duration` is left. Flows in flight at the end are waited for.
 */
export function closedPacer(load: Load): Pacer {
  const isOver =
    'iterations' in load
      ? ({ started }: Pace) => started >= load.iterations
      : ({ elapsed, started }: Pace) => started > 0 && elapsed >= load.duration;
  const left = (pace: Pace): number => ('iterations' in load ? load.iterations - pace.started : Infinity);

  return (pace) => {
    if (isOver(pace)) return pace.inFlight === 0 ? DONE : WAIT;
    const flows = Math.min(load.flows - pace.inFlight, left(pace));
    return flows > 0 ? { kind: 'start', flows } : WAIT;
  };
}
