import type { Round } from '../../model/comparison.js';
import { metricName, type MetricRef } from '../../model/metrics.js';
import type { Record } from '../../model/record.js';
import { countedFlows } from '../counted.js';
import { measure, summarize } from '../summarize.js';
import { tallyOf } from '../tally.js';
import { heldIn } from './held.js';

/** Shown and used to explain a difference, whatever the thresholds ask for. */
const ALWAYS: readonly MetricRef[] = [
  { metric: 'flow_time', stat: 'med' },
  { metric: 'flow_time', stat: 'p95' },
  { metric: 'throughput' },
  { metric: 'cpu_per_flow' },
  { metric: 'peak_memory' },
  { metric: 'peak_threads' },
  { metric: 'success_rate' },
];

/** Steps whose median a round holds: a name made anew by every flow must not swell the results. */
const MOST_STEPS = 20;

interface RoundSurroundings {
  /** Asked for by thresholds. */
  readonly metrics: readonly MetricRef[];
  /** Share of the machine's CPU time that was given to others, 0…1; undefined where it is not known. */
  readonly steal: number | undefined;
}

/** What a comparison keeps of one run of the concurrent scenario. */
export function roundOf(record: Record, { metrics, steal }: RoundSurroundings): Round {
  const measures = summarize(record);
  const tally = tallyOf(record);
  const steps = [...measures.steps.keys()]
    .slice(0, MOST_STEPS)
    .map((label): MetricRef => ({ metric: 'step', label, stat: 'med' }));
  const values = [...ALWAYS, ...steps, ...metrics].map((ref) => [
    metricName(ref),
    measure(measures, ref).value,
  ]);
  const started = countedFlows(tally, record);
  const held = heldIn(record.monitor.samples);
  const startSkew = measures.scalars.start_skew.value;
  return {
    values: Object.fromEntries(values) as Round['values'],
    // What was killed by a limit has failed; nothing is injected in a round.
    flows: { started, failed: started - tally.counts.ok },
    steal,
    startSkew: startSkew ?? undefined,
    held,
  };
}
