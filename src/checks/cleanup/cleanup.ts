import { formatBytes, plural } from '../../lib/format.js';
import { andMore, type LeftBehind, type LeftFile, type Leftover, type LeftPort } from '../../model/checks.js';
import type { Flow } from '../../model/flow.js';
import type { Record } from '../../model/record.js';
import type { Check, Finding } from '../check.js';

const MOST_LINES = 10;
/** Service memory that is less than this above where it began is not worth a remark: bytes, and a share. */
const REMARKABLE = { bytes: 5e6, share: 0.1 };

export const cleanup: Check = {
  id: 'cleanup',
  title: () => 'Nothing was left behind',
  failureTitle: (record) => `Left behind: ${summaryOf(leavingsOf(record))}`,
  description:
    'Flows leave nothing behind: no process that outlives its flow, no file in the folder for temporary files, ' +
    'no port that is listened on; and services leave no process when they are stopped.',
  needs: ['left behind'],
  run: (record) => {
    const leavings = leavingsOf(record);
    const remarks = remarksOf(record, leavings);
    if (countOf(leavings) === 0) return { outcome: 'pass', evidence: remarks };
    return { outcome: 'fail', evidence: [...bounded(leavings), ...remarks] };
  },
};

interface Leavings {
  readonly processes: readonly Leftover[];
  readonly files: readonly LeftFile[];
  readonly ports: readonly LeftPort[];
  /** How many more there are than are kept, of each. */
  readonly more: { readonly processes: number; readonly files: number; readonly ports: number };
  /** Of flows that had no time to tidy up; they do not count. */
  readonly excused: number;
}

function leavingsOf({ leftBehind, leftovers, flows }: Record): Leavings {
  const { files, ports, processes, fileCount, portCount } = leftBehind ?? NOTHING;
  const cut = new Set(flows.filter(wasCut).map(({ iteration }) => iteration));
  const counts = ({ iteration }: { readonly iteration?: number }): boolean =>
    iteration === undefined || !cut.has(iteration);
  const kept = [leftovers, files, ports].flat().length;
  const counted = {
    processes: leftovers.filter(counts).toSorted(byFlow),
    files: files.filter(counts).toSorted(byFlow),
    ports: ports.filter(counts).toSorted(byFlow),
  };
  return {
    ...counted,
    more: {
      processes: processes - leftovers.length,
      files: fileCount - files.length,
      ports: portCount - ports.length,
    },
    excused: kept - Object.values(counted).flat().length,
  };
}

const NOTHING: LeftBehind = { processes: 0, files: [], fileCount: 0, ports: [], portCount: 0, unseen: [] };

/** A flow that was killed, by its timeout, a fault or a limit, had no time to tidy up. */
function wasCut({ outcome, hit }: Flow): boolean {
  return outcome === 'timed_out' || outcome === 'killed' || hit?.kind === 'kill';
}

/** Those of nobody last. */
function byFlow(one: Origin, other: Origin): number {
  return (one.iteration ?? Number.MAX_SAFE_INTEGER) - (other.iteration ?? Number.MAX_SAFE_INTEGER);
}

function numbersOf({ processes, files, ports, more }: Leavings): readonly (readonly [number, string])[] {
  return [
    [processes.length + more.processes, 'process'],
    [files.length + more.files, 'file'],
    [ports.length + more.ports, 'port'],
  ];
}

function countOf(leavings: Leavings): number {
  return numbersOf(leavings).reduce((sum, [count]) => sum + count, 0);
}

/** "2 processes, 1 port". */
function summaryOf(leavings: Leavings): string {
  return numbersOf(leavings)
    .filter(([count]) => count > 0)
    .map(([count, noun]) => plural(count, noun, noun === 'process' ? 'processes' : `${noun}s`))
    .join(', ');
}

/** Of each kind the first, so that one kind does not hide another. */
function bounded(leavings: Leavings): readonly string[] {
  const kinds = [
    leavings.processes.map(processLine),
    leavings.files.map(fileLine),
    leavings.ports.map(portLine),
  ].filter((lines) => lines.length > 0);
  const share = Math.floor(MOST_LINES / kinds.length);
  const lines = kinds.flatMap((all) => all.slice(0, share));
  const rest = countOf(leavings) - lines.length;
  return rest > 0 ? [...lines, andMore(rest)] : lines;
}

function processLine(left: Leftover): string {
  const { pid, parent, command, folder } = left;
  const place = folder === undefined ? '' : ` in ${folder}`;
  const when = left.by === 'service' ? ' when it was stopped' : '';
  return `${whoLeft(left)} left process ${pid} "${command}" (parent ${parent})${place}${when}`;
}

function fileLine(left: LeftFile): string {
  return `${whoLeft(left)} left ${left.path}`;
}

function portLine(left: LeftPort): string {
  const { address, pid, command } = left;
  const whose = left.iteration === undefined ? '' : `, left by ${whoLeft(left)}`;
  return `port ${address} is still listened on by process ${pid} "${command}"${whose}`;
}

type Origin = Pick<Leftover, 'slot' | 'iteration' | 'by'>;

function whoLeft({ slot, iteration, by }: Origin): string {
  if (by === 'service') return 'a service';
  if (iteration !== undefined) return `flow ${iteration}${slot === undefined ? '' : ` (slot ${slot})`}`;
  return slot === undefined ? 'a flow' : `a flow of slot ${slot}`;
}

function remarksOf(record: Record, { excused }: Leavings): Finding['evidence'] {
  const memory = memoryRemark(record);
  return [
    ...(excused === 0
      ? []
      : [`${plural(excused, 'thing')} of flows that were killed not counted: they had no time to tidy up`]),
    ...(memory === undefined ? [] : [memory]),
    ...(record.leftBehind?.unseen ?? []),
  ];
}

/** Memory that is not given back may be a cache: whether it grows with every flow is for the check `growth` to say, if it is on. */
function memoryRemark({ monitor: { samples } }: Record): string | undefined {
  const before = samples[0]?.serviceMemory;
  const after = samples.at(-1)?.serviceMemory;
  if (before === undefined || after === undefined) return undefined;
  if (after - before < Math.max(REMARKABLE.bytes, before * REMARKABLE.share)) return undefined;
  const [from, to] = [formatBytes(before), formatBytes(after)];
  return `service memory ${from} before the flows, ${to} after them`;
}
