import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MARK } from '../lib/identity.js';
import { killGroup, killPids } from '../system/processes.js';
import { environmentValue, parseStat } from './procfs/parse.js';
import { readOrUndefined } from './procfs/reader.js';

/** ms between two looks; how many in a row must find nothing; and how many there are at most. */
const LOOK_EVERY = 20;
const QUIET_LOOKS = 3;
const MOST_LOOKS = 500;

/** What a flowgate that is gone had started. */
interface AbandonedRun {
  /** Of the process groups that it knew. */
  readonly leaders: readonly number[];
  /** Marks in the environment of what belongs to the run. */
  readonly runs: readonly string[];
}

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly ended: boolean;
}

/**
 * Ends every process of a run whose flowgate was killed: the groups that it knew, what is below their leaders, whichever
 * group or session it has moved to, and what carries the run's mark. The leaders go last: launchers and hosts adopt the
 * orphans of their flows, which are found below them only while they live.
 */
export async function endRun({ leaders, runs }: AbandonedRun): Promise<void> {
  killPids(leaders, 'SIGSTOP');
  await endAll(() => abandoned({ leaders, runs }).filter((pid) => !leaders.includes(pid)));
  for (const leader of leaders) killGroup(leader, 'SIGKILL');
  await endAll(() => abandoned({ leaders: [], runs }));
}

async function endAll(find: () => readonly number[]): Promise<void> {
  for (let looks = 0, quiet = 0; quiet < QUIET_LOOKS && looks < MOST_LOOKS; looks += 1) {
    const found = find();
    killPids(found);
    quiet = found.length === 0 ? quiet + 1 : 0;
    await sleep(LOOK_EVERY);
  }
}

/** The living below the leaders, those that carry a mark, and what is below these. Empty where there is no /proc. */
function abandoned({ leaders, runs }: AbandonedRun): readonly number[] {
  const seen = processes();
  const family = new Set(leaders);
  for (const { pid } of seen) if (isMarked(pid, runs)) family.add(pid);
  for (let size = -1; size !== family.size;) {
    size = family.size;
    for (const { pid, parent } of seen) if (family.has(parent)) family.add(pid);
  }
  return seen.filter(({ pid, ended }) => family.has(pid) && !ended).map(({ pid }) => pid);
}

function processes(): readonly Seen[] {
  return namesOfProc().flatMap((name) => {
    const bytes = /^\d+$/.test(name) ? readOrUndefined(`/proc/${name}/stat`) : undefined;
    const stat = bytes === undefined ? undefined : parseStat(bytes, bytes.length);
    const pid = Number(name);
    if (stat === undefined || pid === process.pid) return [];
    return [{ pid, parent: stat.parent, ended: stat.state === 'Z' || stat.state === 'X' }];
  });
}

function namesOfProc(): readonly string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}

function isMarked(pid: number, runs: readonly string[]): boolean {
  const environment = readOrUndefined(`/proc/${pid}/environ`);
  const mark = environment === undefined ? undefined : environmentValue(environment, MARK);
  return mark !== undefined && runs.includes(mark);
}
