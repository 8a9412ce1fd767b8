import type { Flow, Sample } from '../model/record.js';
import { wasStarted } from './concurrency.js';

/** A stretch of the record's clock, ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** From the first start to the last end; undefined if no flow was started. */
export function runWindow(flows: readonly Flow[]): Window | undefined {
  let from = Infinity;
  let to = -Infinity;
  for (const flow of flows) {
    if (!wasStarted(flow)) continue;
    from = Math.min(from, flow.startedAt);
    to = Math.max(to, flow.endedAt);
  }
  return from <= to ? { from, to } : undefined;
}

/**
 * The samples that tell of a window: those in it, the one before (what had been used when it began) and the one after
 * (what was used up to its end is first seen there; the CPU of a short command only once it has been waited for).
 * A service's boot and the warm-up flows lie before, and are not counted.
 */
export function samplesDuring(samples: readonly Sample[], { from, to }: Window): readonly Sample[] {
  const after = samples.findIndex((sample) => sample.at > from);
  const begin = after === -1 ? samples.length - 1 : after - 1;
  const end = samples.findIndex((sample, index) => index > begin && sample.at >= to);
  return samples.slice(Math.max(begin, 0), end === -1 ? samples.length : end + 1);
}
