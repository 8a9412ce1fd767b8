import type { Load, OpenLoad, StagedLoad } from '../model/plan.js';
import { countOf, numberOf } from '../model/share.js';
import {
  endOfProfile,
  profileOf,
  ROUNDING,
  timeOfArea,
  timeOfLevel,
  wholeArea,
  wholeLevelAt,
} from './profile.js';

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

type ClosedLoad = Extract<Load, { model: 'closed' }>;

const WAIT: Step = { kind: 'wait' };
const DONE: Step = { kind: 'done' };

/**
 * The closed model: as many flows in flight as the load says, a new one as soon as one has ended, until `iterations`
 * have been started or no time of `duration` or of the stages is left. Flows in flight at the end are waited for.
 */
export function closedPacer(load: ClosedLoad): Pacer {
  if ('stages' in load) return stagedPacer(load);
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

/** Where a stage has fewer flows than the one before, those in flight beyond are not ended, but not replaced either. */
function stagedPacer({ stages, share }: StagedLoad): Pacer {
  const profile = profileOf(
    stages.map(({ flows, duration, ramp = 0 }) => ({ level: flows, duration, ramp })),
  );
  const end = endOfProfile(profile);
  return ({ elapsed, inFlight }) => {
    if (elapsed >= end) return inFlight === 0 ? DONE : WAIT;
    const level = countOf(share, wholeLevelAt(profile, elapsed));
    if (level > inFlight) return { kind: 'start', flows: level - inFlight };
    // Half of what is forgiven, or the rounding of that very moment could have it asked for over and over.
    const at = timeOfLevel(profile, numberOf(share, inFlight + 1) - ROUNDING / 2, elapsed);
    // With nothing in flight no end of a flow would ask again.
    return at === undefined ? { kind: 'wait', at: end } : { kind: 'wait', at };
  };
}

/** A ns, in ms: less than a clock tells, more than the rounding of a sum of times. */
const INSTANT = 1e-6;
const MS_PER_SECOND = 1000;

/**
 * The open model: the first flow is due at 0, and the n-th after it when the integral of the rate has reached n, however
 * the flows before it get on. One that asks late is given all that are due by then, each with the time when it was, so
 * that a delay of ours or theirs is in the flows' times and not lost (coordinated omission). Stages last as long as they
 * say, also where the last ones start nothing.
 */
export function openPacer(load: OpenLoad): Pacer {
  const stages = 'stages' in load ? load.stages : [load];
  const profile = profileOf(
    stages.map(({ rate, duration, ramp = 0 }: { rate: number; duration: number; ramp?: number }) => ({
      level: rate,
      duration,
      ramp,
    })),
  );
  const { share } = load;
  const flows = countOf(share, Math.ceil(wholeArea(profile) / MS_PER_SECOND - ROUNDING));
  const end = 'stages' in load ? endOfProfile(profile) : 0;
  const dueAt = (flow: number): number =>
    timeOfArea(profile, (numberOf(share, flow + 1) - 1) * MS_PER_SECOND);

  return ({ elapsed, started, inFlight }) => {
    if (started >= flows) {
      if (inFlight > 0) return WAIT;
      return elapsed < end ? { kind: 'wait', at: end } : DONE;
    }
    const due: number[] = [];
    let next = dueAt(started);
    while (next <= elapsed + INSTANT && started + due.length < flows) {
      due.push(next);
      next = dueAt(started + due.length);
    }
    return due.length === 0 ? { kind: 'wait', at: next } : { kind: 'start', flows: due.length, due };
  };
}
