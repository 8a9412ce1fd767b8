import type { Record } from '../model/record.js';
import { startedFlows } from '../stats/counted.js';
import { afterWarmUp } from '../stats/growth.js';
import { tallyOf } from '../stats/tally.js';

/** Fewer flows than this warm up and do no more; and as many turns of every slot, since the first ones are alike. */
const FEWEST_FLOWS = 100;
const FEWEST_TURNS = 10;
/** After the warm-up: a busy machine is looked at less often, and 10,000 requests may take no more than a second. */
const FEWEST_SAMPLES = 10;

interface Need {
  readonly in: (record: Record) => boolean;
  readonly why: string;
}

export const LASTING: Need = {
  in: ({ monitor }) =>
    monitor.samples.some(
      ({ flows, serviceMemory, hostMemory }) =>
        flows !== undefined && (serviceMemory ?? hostMemory) !== undefined,
    ),
  why:
    'nothing that outlives the flows was watched: there is no service, and the flows are not those of a module in one ' +
    'process (isolate: none or thread)',
};

/** What rises with the number of flows at once, or under faults, is no leak. */
export const STEADY: Need = {
  in: ({ load, rungs, waves }) => rungs === undefined && waves === undefined && !('stages' in load),
  why: 'the load changes during the run (ladder, stages or faults), and what is held with it',
};

export const LONG: Need = {
  in: (record) => {
    const flows = startedFlows(tallyOf(record));
    const samples = record.monitor.samples.filter((sample) => sample.flows !== undefined);
    const judged = afterWarmUp(samples.map(({ flows: ended = 0 }) => ({ flows: ended })));
    return flows >= fewestFlows(record) && judged.length >= FEWEST_SAMPLES;
  },
  why:
    `the run was too short to tell: it takes ${FEWEST_FLOWS} flows, ${FEWEST_TURNS} for each of those at once, and ` +
    `${FEWEST_SAMPLES} samples after the first third of them`,
};

function fewestFlows({ load }: Record): number {
  return load.model === 'closed' ? Math.max(FEWEST_FLOWS, FEWEST_TURNS * load.flows) : FEWEST_FLOWS;
}
