import { nodeClock } from './node-clock.js';

/** ms of wall-clock time since 1970, as others noted it, in ms of our monotonic clock. */
export function wallOnOurClock(wall: number): number {
  return wall - (performance.timeOrigin + performance.now()) + nodeClock.now();
}
