import type { OpenLoad } from '../model/plan.js';
import type { Pacer, Step } from './pacer.js';
import { profileOf, timeOfArea, wholeArea } from './profile.js';

const WAIT: Step = { kind: 'wait' };
const DONE: Step = { kind: 'done' };
/** A ns, in ms: less than a clock tells, more than the rounding of a sum of times. */
const INSTANT = 1e-6;
/** Flows, by which the rounding of a double may miss a whole number of them. */
const ROUNDING = 1e-9;
const MS_PER_SECOND = 1000;

/**
 * The open model: the first flow is due at 0, and the n-th after it when the integral of the rate has reached n, however
 * the flows before it get on. One that asks late is given all that are due by then, each with the time when it was, so
 * that a delay of ours or theirs is in the flows' times and not lost (coordinated omission).
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
  const flows = Math.ceil(wholeArea(profile) / MS_PER_SECOND - ROUNDING);
  const dueAt = (flow: number): number => timeOfArea(profile, flow * MS_PER_SECOND);

  return ({ elapsed, started, inFlight }) => {
    if (started >= flows) return inFlight === 0 ? DONE : WAIT;
    const due: number[] = [];
    let next = dueAt(started);
    while (next <= elapsed + INSTANT && started + due.length < flows) {
      due.push(next);
      next = dueAt(started + due.length);
    }
    return due.length === 0 ? { kind: 'wait', at: next } : { kind: 'start', flows: due.length, due };
  };
}
