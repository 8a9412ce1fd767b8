import { formatQuantity, plural } from '../lib/format.js';
import { distributionOf, percentile } from '../lib/statistics/distribution.js';
import { startedFlows } from '../measure/figures.js';
import { runningFrom, tallyOf, wasStarted } from '../measure/tally.js';
import type { Record } from '../model/record.js';
import type { Check, Finding } from './check.js';

export const concurrency: Check = {
  id: 'concurrency',
  title: ({ load }) =>
    load.flows === 1 ? '1 flow was in flight' : `${plural(load.flows, 'flow')} were in flight together`,
  failureTitle: ({ load }) => `${plural(load.flows, 'flow')} were never in flight together`,
  description:
    'The flows really ran at once: at one instant at least, every slot had a flow in flight. ' +
    'Seen from the starts and ends in the record.',
  needs: ['flows', 'closed model'],
  run: (record) => {
    const { most } = tallyOf(record).mostInFlight();
    return most >= record.load.flows ? together(record) : apart(record, most);
  },
};

function together(record: Record): Finding {
  const skew = tallyOf(record).startSkew;
  return {
    outcome: 'pass',
    evidence: skew === undefined ? [] : [`start skew ${formatQuantity(skew, 'ms')}`],
  };
}

/** A run that was cut short may not have come to the point. */
function apart(record: Record, most: number): Finding {
  const seen = `at most ${most} of ${record.load.flows} in flight at one instant`;
  if (record.interrupted !== undefined) {
    return { outcome: 'inconclusive', evidence: [`${seen} before ${record.interrupted}`] };
  }
  if (record.aborted !== undefined) {
    return { outcome: 'inconclusive', evidence: [`${seen} before the run was aborted`] };
  }
  return { outcome: 'fail', evidence: [seen, whyApart(record)] };
}

function whyApart(record: Record): string {
  const tally = tallyOf(record);
  const started = startedFlows(tally);
  if (started < record.load.flows) return `only ${plural(started, 'flow')} started in all`;
  const times = distributionOf(
    record.flows.filter(wasStarted).map((flow) => flow.endedAt - runningFrom(flow)),
  );
  const median = formatQuantity(times === undefined ? null : percentile(times, 50), 'ms');
  const skew = tally.startSkew;
  if (skew === undefined) return `flows took ${median} (median)`;
  const short = `flows took ${median} (median), their starts were ${formatQuantity(skew, 'ms')} apart`;
  return `${short}: give each flow more to do, so that the first has not ended when the last starts`;
}
