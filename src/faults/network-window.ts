import type { TimeWindow } from '../model/network-fault.js';

/** Whether an instant (ms from the start of the run) lies in one of the windows; always without windows. */
export function isWithin(windows: readonly TimeWindow[] | undefined, at: number): boolean {
  return windows?.some((window) => window.from <= at && at < endOf(window)) ?? true;
}

/** The first instant after `at` at which a window begins or ends; undefined if there is none. */
export function nextEdge(windows: readonly TimeWindow[] | undefined, at: number): number | undefined {
  const edges = (windows ?? []).flatMap((window) => [window.from, endOf(window)]);
  const next = Math.min(...edges.filter((edge) => edge > at));
  return Number.isFinite(next) ? next : undefined;
}

function endOf({ to }: TimeWindow): number {
  return to ?? Infinity;
}
