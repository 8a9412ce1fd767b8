import type { Flow } from '../model/record.js';

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
 * Most of the flows that were in flight at one instant, by a sweep over starts and ends. A flow is in flight from the
 * moment it runs up to, and not at, its end: one that ends as another starts does not overlap it, and fifty that were
 * told to start at once are not together if the first has ended before the last is forked. A flow that took no
 * measurable time counts while it is alone.
 */
export function mostInFlight(flows: readonly Span[]): number {
  if (flows.length === 0) return 0;
  const starts = Float64Array.from(flows, runningFrom).sort();
  const ends = Float64Array.from(flows, (flow) => flow.endedAt).sort();
  let ended = 0;
  let most = 1;
  for (const [before, start] of starts.entries()) {
    while ((ends[ended] ?? Infinity) <= start) ended++;
    most = Math.max(most, before + 1 - ended);
  }
  return most;
}

/**
 * ms between the first and the last actual start behind the barrier; undefined if no flow left one. Each rung of a
 * ladder has a barrier of its own: the widest counts.
 */
export function startSkew(flows: readonly Flow[]): number | undefined {
  const barriers = new Map<number | undefined, { first: number; last: number }>();
  for (const flow of flows) {
    if (flow.barrier !== true || !wasStarted(flow)) continue;
    const at = runningFrom(flow);
    const { first, last } = barriers.get(flow.rung) ?? { first: at, last: at };
    barriers.set(flow.rung, { first: Math.min(first, at), last: Math.max(last, at) });
  }
  let widest: number | undefined;
  for (const { first, last } of barriers.values()) widest = Math.max(widest ?? 0, last - first);
  return widest;
}
