import type { Flow, Window } from '../model/flow.js';

/** A flow that ran, however it ended; a dropped one never did. */
export function wasStarted(flow: Flow): boolean {
  return flow.outcome !== 'dropped';
}

type Span = Pick<Flow, 'startedAt' | 'runningAt' | 'endedAt'>;

/** ms: when its process was seen to run; where that is not known, when it was told to start. */
export function runningFrom({ startedAt, runningAt }: Span): number {
  return runningAt ?? startedAt;
}

/**
 * Most of the flows that were in flight at one instant, by a sweep over starts and ends, both ascending. A flow is in
 * flight from the moment it runs up to, and not at, its end: one that ends as another starts does not overlap it, and
 * fifty that were told to start at once are not together if the first has ended before the last is forked. A flow that
 * took no measurable time counts while it is alone.
 */
export function mostInFlight(starts: Float64Array, ends: Float64Array): number {
  let ended = 0;
  let most = starts.length === 0 ? 0 : 1;
  for (const [before, start] of starts.entries()) {
    while ((ends[ended] ?? Infinity) <= start) ended++;
    most = Math.max(most, before + 1 - ended);
  }
  return most;
}

/** The same in each of `slices` equal parts of a window. */
export function inFlightOver(
  { starts, ends }: { starts: Float64Array; ends: Float64Array },
  { from, to }: Window,
  slices: number,
): readonly number[] {
  const width = (to - from) / slices;
  let started = 0;
  let ended = 0;
  return Array.from({ length: slices }, (_, slice) => {
    const edge = slice === slices - 1 ? Infinity : from + (slice + 1) * width;
    let most = started - ended;
    while ((starts[started] ?? Infinity) < edge) {
      while ((ends[ended] ?? Infinity) <= (starts[started] as number)) ended++;
      started++;
      most = Math.max(most, started - ended);
    }
    while ((ends[ended] ?? Infinity) < edge) ended++;
    return most;
  });
}
