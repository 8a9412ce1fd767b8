import { totalOf, type FlowTally } from '../model/flow.js';
import type { ScenarioResults } from '../model/results.js';
import { Tally } from './tally.js';

type Saved = Pick<ScenarioResults, 'load' | 'counts' | 'hits' | 'metrics' | 'flows'>;

/**
 * What the flows of saved results add up to. Of a run whose flows were not all kept, counts, hits, start skew and most in
 * flight are those that were saved, and exact; the rest is of the flows that were kept.
 */
export function savedTally({ load, counts, hits, metrics, flows }: Saved): FlowTally {
  const kept = new Tally(load.model);
  for (const flow of flows) kept.add(flow);
  if (totalOf(counts) === flows.length) return kept;
  return {
    counts,
    hits: hits ?? kept.hits,
    untracedHits: hits?.untraced ?? kept.untracedHits,
    window: kept.window,
    startSkew: metrics.start_skew?.value ?? undefined,
    retried: metrics.retried?.value ?? kept.retried,
    received: metrics.bytes_received?.value ?? undefined,
    sent: metrics.bytes_sent?.value ?? undefined,
    resent: metrics.resent?.value ?? kept.resent,
    mostInFlight: () => ({ most: metrics.max_concurrency?.value ?? 0, of: totalOf(counts) }),
    inFlightOver: (slices) => kept.inFlightOver(slices),
    flowTimes: () => kept.flowTimes(),
    firstByteTimes: () => kept.firstByteTimes(),
    stepTimes: () => kept.stepTimes(),
    errorKinds: (options) => kept.errorKinds(options),
  };
}
