import { bystandersOf, type Outcome, type FlowTally } from '../model/flow.js';
import type { Record } from '../model/record.js';
import type { RetryPlan } from '../model/plan.js';
import { countedFlows, countsKilled, startedFlows } from './counted.js';
import { MOST_KINDS } from './errors.js';
import { type Figure, type Figures, figure, figureOr, NO_FLOW, noData } from './measures.js';

type FlowMetric =
  | 'success_rate'
  | 'error_rate'
  | 'total_time'
  | 'throughput'
  | 'start_skew'
  | 'dropped'
  | 'failed'
  | 'timed_out'
  | 'retried'
  | 'error_types';

/** What the flows alone tell. Without any flow nothing is zero: all of it is no data. */
export function flowFigures(
  tally: FlowTally,
  record: Pick<Record, 'interrupted' | 'aborted' | 'retries'>,
): Figures<FlowMetric> {
  const counts = bystandersOf(tally);
  const counted = countedFlows(tally, record);
  const why = whyNone(tally, record);
  const count = (outcome: Outcome): Figure => (counted === 0 ? noData(why) : figure(counts[outcome]));
  const total = totalTime(tally);
  return {
    success_rate: share(counts.ok, counted, why),
    error_rate: share(counted - counts.ok, counted, why),
    total_time: total,
    throughput: throughput(tally.counts.ok, total),
    start_skew: figureOr(tally.startSkew, 'no flow left a start barrier'),
    dropped: count('dropped'),
    failed: count('failed'),
    timed_out: count('timed_out'),
    retried: retried(tally, record.retries),
    error_types: counted === 0 ? noData(why) : errorTypes(tally, record),
  };
}

/** Beyond a thousand kinds all others are one, so that a limit above it would hold by what was not counted. */
function errorTypes(tally: FlowTally, record: Pick<Record, 'interrupted' | 'aborted' | 'retries'>): Figure {
  const kinds = tally.errorKinds({ killed: countsKilled(record) }).length;
  return kinds > MOST_KINDS
    ? noData(`more than ${MOST_KINDS} kinds of error, too many to count`)
    : figure(kinds);
}

function retried({ retried: count }: FlowTally, retries: RetryPlan | undefined): Figure {
  return retries === undefined ? noData('no retries are asked for') : figure(count);
}

/** Why there is no bystander to judge by, if there is none. */
function whyNone(tally: FlowTally, record: Pick<Record, 'interrupted' | 'aborted'>): string {
  if (startedFlows(tally) + tally.counts.dropped === 0) return NO_FLOW;
  return countsKilled(record) || bystandersOf(tally).killed === 0
    ? 'every flow was hit by a fault on purpose'
    : 'no flow had ended when the run was interrupted';
}

/** Sorts all starts and ends: of many flows it is asked for only where it is needed. */
export function concurrencyFigure(tally: FlowTally): Figure {
  const started = startedFlows(tally);
  if (started === 0) return noData(NO_FLOW);
  const { most, of } = tally.mostInFlight();
  return figure(most, of === started ? undefined : `among the first ${of} flows that ended`);
}

function share(part: number, whole: number, why: string): Figure {
  // Divided, not 1 − x: 1 of 10 is exactly the 0.1 that `error_rate <= 10%` is read as.
  return whole === 0 ? noData(why) : figure(part / whole, `${part} of ${whole}`);
}

function totalTime({ window }: FlowTally): Figure {
  return window === undefined ? noData(NO_FLOW) : figure(window.to - window.from);
}

function throughput(ok: number, total: Figure): Figure {
  if (total.value === null) return total;
  if (total.value === 0) return noData('the run took no measurable time');
  return figure(ok / (total.value / 1000));
}
