import type { Flow, Outcome, Record } from '../model/record.js';
import { mostInFlight, startSkew, wasStarted } from './concurrency.js';
import { countedFlows } from './counted.js';
import { type Distribution, distributionOf } from './distribution.js';
import { errorKinds } from './errors.js';
import { type Figure, type Figures, figure, figureOr, NO_FLOW, noData } from './measures.js';
import { runWindow } from './window.js';

export type FlowMetric =
  | 'success_rate'
  | 'error_rate'
  | 'total_time'
  | 'throughput'
  | 'max_concurrency'
  | 'start_skew'
  | 'dropped'
  | 'failed'
  | 'timed_out'
  | 'error_types';

/** What the flows alone tell. Without any flow nothing is zero: all of it is no data. */
export function flowFigures(record: Record): Figures<FlowMetric> {
  const counted = countedFlows(record);
  const started = record.flows.filter(wasStarted);
  const why = record.flows.length === 0 ? NO_FLOW : 'no flow had ended when the run was interrupted';
  const count = (outcome: Outcome): Figure =>
    counted.length === 0 ? noData(why) : figure(counted.filter((flow) => flow.outcome === outcome).length);
  const ok = counted.filter((flow) => flow.outcome === 'ok').length;
  const total = totalTime(started);
  return {
    success_rate: share(ok, counted.length, why),
    error_rate: share(counted.length - ok, counted.length, why),
    total_time: total,
    throughput: throughput(ok, total),
    max_concurrency: started.length === 0 ? noData(NO_FLOW) : figure(mostInFlight(started)),
    start_skew: figureOr(startSkew(started), 'no flow left a start barrier'),
    dropped: count('dropped'),
    failed: count('failed'),
    timed_out: count('timed_out'),
    error_types: counted.length === 0 ? noData(why) : figure(errorKinds(counted).length),
  };
}

/**
 * ms of every ok flow. In the closed model it counts from its actual start, in the open model from when it was due:
 * whoever comes while nothing moves has waited (no coordinated omission).
 */
export function flowTimes({ flows, load }: Pick<Record, 'flows' | 'load'>): Distribution | undefined {
  const from = load.model === 'open' ? 'scheduledAt' : 'startedAt';
  return distributionOf(
    flows.filter((flow) => flow.outcome === 'ok').map((flow) => flow.endedAt - flow[from]),
  );
}

/** ms of every step of every ok flow, by name; a step that a flow runs twice counts twice. */
export function stepTimes(flows: readonly Flow[]): ReadonlyMap<string, Distribution> {
  const times = new Map<string, number[]>();
  for (const flow of flows) {
    if (flow.outcome !== 'ok') continue;
    for (const step of flow.steps ?? []) {
      const known = times.get(step.name);
      if (known === undefined) times.set(step.name, [step.endedAt - step.startedAt]);
      else known.push(step.endedAt - step.startedAt);
    }
  }
  const steps = new Map<string, Distribution>();
  for (const [name, values] of times) {
    const distribution = distributionOf(values);
    if (distribution !== undefined) steps.set(name, distribution);
  }
  return steps;
}

function share(part: number, whole: number, why: string): Figure {
  // Divided, not 1 − x: 1 of 10 is exactly the 0.1 that `error_rate <= 10%` is read as.
  return whole === 0 ? noData(why) : figure(part / whole, `${part} of ${whole}`);
}

function totalTime(started: readonly Flow[]): Figure {
  const window = runWindow(started);
  return window === undefined ? noData(NO_FLOW) : figure(window.to - window.from);
}

function throughput(ok: number, total: Figure): Figure {
  if (total.value === null) return total;
  if (total.value === 0) return noData('the run took no measurable time');
  return figure(ok / (total.value / 1000));
}
