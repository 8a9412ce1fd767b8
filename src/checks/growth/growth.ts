import { formatQuantity, plural } from '../../lib/format.js';
import { startedFlows } from '../../measure/figures.js';
import { tallyOf } from '../../measure/tally.js';
import type { Unit } from '../../model/metrics.js';
import type { Record } from '../../model/record.js';
import type { Check, Finding } from '../check.js';
import { afterWarmUp, floorOf, type Growth } from './slope.js';
import { isLeak, type Subject, SUBJECTS } from './subjects.js';

const MS_PER_MINUTE = 60_000;

export const growth: Check = {
  id: 'growth',
  title: () => 'Nothing grows with the flows',
  failureTitle: () => 'Something grows with every flow',
  description:
    'What outlives the flows does not leak: memory, threads, open files and CPU time a flow of the services and of the ' +
    'process that module flows run in. Theil–Sen slope over the lower envelope after a third of the flows, at 99%.',
  needs: ['flows', 'lasting process', 'steady load', 'long run'],
  run: judge,
};

interface Judged {
  readonly subject: Subject;
  readonly growth: Growth;
}

function judge({ monitor }: Record): Finding {
  const judged = SUBJECTS.flatMap((subject): Judged[] => {
    const found = subject.growth(monitor.samples);
    return found === undefined ? [] : [{ subject, growth: found }];
  });
  if (judged.length === 0) {
    return { outcome: 'inconclusive', evidence: ['samples were too few in some part of the run'] };
  }
  const leaks = judged.filter(({ subject, growth: found }) => isLeak(found, subject.floor));
  return leaks.length > 0
    ? { outcome: 'fail', evidence: leaks.map(leakText) }
    : {
        outcome: 'pass',
        evidence: [
          ...judged.filter(({ subject }) => subject.unit === 'bytes').map(restText),
          ...unjudged(monitor, judged),
        ],
      };
}

/** A pass says what it is not about. */
function unjudged({ samples }: Record['monitor'], judged: readonly Judged[]): readonly string[] {
  const known = new Set(judged.map(({ subject }) => subject));
  const names = SUBJECTS.filter((subject) => !known.has(subject) && samples.some(subject.seen)).map(
    ({ name }) => name,
  );
  return names.length === 0 ? [] : [`not judged, for too few readings: ${names.join(', ')}`];
}

/** "memory of the service grew by 1.1 KB a flow (0.9 KB … 1.3 KB, 99%), 212 MB/min, over 6 667 flows: 48 MB → 59 MB". */
function leakText({ subject: { name, unit }, growth: found }: Judged): string {
  const { perFlow, flows, time } = found;
  const pace =
    unit === 'bytes' && time > 0
      ? `, ${formatQuantity((perFlow * flows * MS_PER_MINUTE) / time, 'bytes_per_minute')},`
      : '';
  return `${name} grew by ${amount(perFlow, unit)} a flow (${intervalOf(found, unit)})${pace} over ${plural(flows, 'flow')}: ${levelsOf(found, unit)}`;
}

/** What was looked at, and how much would have been seen. */
function restText({ subject: { name, unit, floor }, growth: found }: Judged): string {
  const { perFlow, flows } = found;
  const least = floorOf(found, floor) / flows;
  return `${name}: ${amount(perFlow, unit)} a flow (${intervalOf(found, unit)}) over ${plural(flows, 'flow')}: ${levelsOf(found, unit)}; less than ${amount(least, unit)} a flow is taken for noise`;
}

function intervalOf({ low, high, confidence }: Growth, unit: Unit): string {
  return `${amount(low, unit)} … ${amount(high, unit)}, ${Math.floor(confidence * 100)}%`;
}

function levelsOf({ from, to }: Growth, unit: Unit): string {
  const each = unit === 'ms' ? ' a flow' : '';
  return `${formatQuantity(from, unit)} → ${formatQuantity(to, unit)}${each}`;
}

/** Counts grow by a fraction a flow. */
function amount(value: number, unit: Unit): string {
  return unit === 'count' ? value.toPrecision(2) : formatQuantity(value, unit);
}

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
