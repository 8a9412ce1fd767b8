import type { StagedLoad, Load } from '../model/plan.js';
import type { Pace, Pacer, Step } from './pacer.js';
import { endOfProfile, levelAt, profileOf, timeOfLevel } from './profile.js';

type ClosedLoad = Extract<Load, { model: 'closed' }>;

const WAIT: Step = { kind: 'wait' };
const DONE: Step = { kind: 'done' };
/** A level that is a whole number but for the rounding of a double is that number. */
const ROUNDING = 1e-9;

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
function stagedPacer({ stages }: StagedLoad): Pacer {
  const profile = profileOf(
    stages.map(({ flows, duration, ramp = 0 }) => ({ level: flows, duration, ramp })),
  );
  const end = endOfProfile(profile);
  return ({ elapsed, inFlight }) => {
    if (elapsed >= end) return inFlight === 0 ? DONE : WAIT;
    const level = Math.floor(levelAt(profile, elapsed) + ROUNDING);
    if (level > inFlight) return { kind: 'start', flows: level - inFlight };
    const at = timeOfLevel(profile, inFlight + 1 - ROUNDING, elapsed);
    // With nothing in flight no end of a flow would ask again.
    return at === undefined ? { kind: 'wait', at: end } : { kind: 'wait', at };
  };
}
