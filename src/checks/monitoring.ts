import { formatBytes, formatQuantity, formatRatio, formatTime, plural } from '../lib/format.js';
import { machineFigures, samplesDuring } from '../measure/machine.js';
import { tallyOf } from '../measure/tally.js';
import type { Record, Sample } from '../model/record.js';
import { type Check, type Finding, FLOWS, type Need } from './check.js';

const PROCESSES: Need = {
  in: ({ monitor }) => monitor.unwatched !== true,
  why: 'no process is watched: the flows are HTTP requests, and the scenario has no service and no watch',
};

/** A gap between two looks is long beyond both: ms, and share of the time that the flows took. */
const LONG_GAP = { time: 1000, share: 0.05 };
/** A table that starts a process for each look may take longer. */
const SLOW_GAP = 3000;
/** The monitor takes much beyond both: share of one core, and ms of CPU. */
const DEAR = { share: 0.05, time: 100 };

export const monitoring: Check = {
  id: 'monitoring',
  level: 'warn',
  title: () => 'What was measured can be trusted',
  failureTitle: () => 'What was measured cannot be trusted',
  description:
    'Memory and CPU were measured throughout: every look at the processes succeeded, no two looks were far apart, ' +
    'processes of the flows were seen, what `watch` names ran throughout, and the monitor itself took little CPU.',
  needs: [FLOWS, PROCESSES],
  quiet: true,
  run: (record) => {
    const samples = duringFlows(record);
    const wrong = [failedLooks(record), unseen(record, samples), longGap(record, samples), dear(record)];
    const evidence = [...endedEarly(record), ...wrong.filter((line) => line !== undefined)];
    if (evidence.length > 0)
      return { outcome: 'fail', evidence: [...evidence, samplingLine(record, samples)] };
    return bounds(record, samples);
  },
};

function duringFlows(record: Record): readonly Sample[] {
  const { window } = tallyOf(record);
  return window === undefined ? [] : samplesDuring(record.monitor.samples, window);
}

function failedLooks({ monitor: { failures = 0, notes } }: Record): string | undefined {
  if (failures === 0) return undefined;
  const why = notes.find((note) => note.startsWith('a reading of the process table failed'));
  return `${plural(failures, 'look')} at the processes failed${why === undefined ? '' : `: ${why}`}`;
}

/** What `watch` names is not ours to keep up; what it would have used is not known. */
function endedEarly({ monitor: { watched = [] } }: Record): readonly string[] {
  return watched.flatMap(({ name, ended }) =>
    ended === true ? [`${name}, which is watched, ended during the run`] : [],
  );
}

/** Flows that are over before they are looked at have no data, which their gates say; longer ones must have been seen. */
function unseen(record: Record, samples: readonly Sample[]): string | undefined {
  const { window } = tallyOf(record);
  if (window === undefined || window.to - window.from < longest(record)) return undefined;
  return samples.every(({ processes }) => processes === 0)
    ? `no look saw a process, while flows ran for ${formatTime(window.to - window.from)}`
    : undefined;
}

function longGap(record: Record, samples: readonly Sample[]): string | undefined {
  const { window } = tallyOf(record);
  const gap = largestGap(samples);
  const took = window === undefined ? 0 : window.to - window.from;
  return gap > Math.max(longest(record), LONG_GAP.share * took)
    ? `nothing was looked at for ${formatTime(gap)} of ${formatTime(took)}`
    : undefined;
}

function longest({ monitor }: Record): number {
  return monitor.source === 'pidusage' ? SLOW_GAP : LONG_GAP.time;
}

/** Not of a table that starts processes: what it waited for is no CPU of ours. */
function dear({ monitor: { cost, source } }: Record): string | undefined {
  if (source === 'pidusage' || cost.cpuTime < DEAR.time) return undefined;
  const share = cost.cpuTime / cost.duration;
  return share > DEAR.share
    ? `the monitor used ${formatRatio(share)} of one core, which the flows did not have`
    : undefined;
}

function bounds(record: Record, samples: readonly Sample[]): Finding {
  const evidence = [samplingLine(record, samples)];
  const { peak_memory: peak } = machineFigures(tallyOf(record), record);
  if (peak.value === null)
    return { outcome: 'inconclusive', evidence: [peak.note ?? 'no data', ...evidence] };
  if (peak.atMost === undefined) return { outcome: 'pass', evidence };
  const range = `at least ${formatBytes(peak.value)} and at most ${formatBytes(peak.atMost)}`;
  return { outcome: 'inconclusive', evidence: [`peak memory was ${range}: ${peak.note ?? ''}`, ...evidence] };
}

/** `240 looks, at most 26 ms apart; processes came and went unseen at 3 of them; the monitor used 0.8% of one core`. */
function samplingLine({ monitor: { cost, source } }: Record, samples: readonly Sample[]): string {
  const missed = samples.filter(({ mostMemory }) => (mostMemory?.unknown ?? 0) > 0).length;
  return [
    `${plural(samples.length, 'look')}${samples.length < 2 ? '' : `, at most ${formatTime(largestGap(samples))} apart`}`,
    ...(missed === 0 ? [] : [`before ${formatQuantity(missed, 'count')} of them processes ended unseen`]),
    `the monitor used ${source === 'pidusage' ? 'at most ' : ''}${formatRatio(cost.cpuTime / Math.max(cost.duration, 1))} of one core`,
  ].join('; ');
}

function largestGap(samples: readonly Sample[]): number {
  let largest = 0;
  for (const [index, { at }] of samples.entries()) {
    const before = samples[index - 1];
    if (before !== undefined) largest = Math.max(largest, at - before.at);
  }
  return largest;
}
