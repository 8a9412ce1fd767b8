import { formatBytes, formatTime, plural } from '../../lib/format.js';
import { amountWords, limitWords, SUBJECTS } from '../../lib/limit-words.js';
import {
  atTerminal,
  block,
  inMarkdown,
  joined,
  onPage,
  own,
  type Reporter,
  words,
} from '../../model/document.js';
import { LIMIT_SUBJECTS, type LimitsRecord } from '../../model/limits.js';
import type { ScenarioResults } from '../../model/results.js';

/** What limits were in force, and what they did. */
export const limits: Reporter = (scenario) => {
  const lines = limitLines(scenario);
  const sentences = lines.map((line) => [words(line, 400)]);
  const blocks = [
    ...inMarkdown(block.note([own('Limits: '), ...joined(sentences, '\n')])),
    ...onPage(block.part('Limits', [block.list(lines)])),
    // They are sentences, and too long to stand beside each other.
    ...atTerminal(...block.fields('limits', lines)),
  ];
  return [
    { id: 'limits', continues: true, blocks: lines.length === 0 ? [] : blocks, notes: limitNotes(scenario) },
  ];
};

/** The limits that were in force, those that were not, and what the kernel counted; empty if none were asked for. */
export function limitLines({ limits }: ScenarioResults): readonly string[] {
  if (limits === undefined) return [];
  const counted = limits.counters === undefined ? [] : [countedLine(limits.counters)];
  return [...inForceLine(limits), ...notEnforcedLines(limits), ...counted];
}

/** How each is enforced where that has to be said, and why not better. */
export function limitNotes({ limits }: ScenarioResults): readonly string[] {
  if (limits === undefined) return [];
  const { enforced, passedOver } = limits;
  return [
    ...enforced.flatMap((limit) =>
      limit.remark === undefined ? [] : [`limit of ${limitWords(limit)} by ${limit.by}: ${limit.remark}`],
    ),
    ...(isWhole(limits) ? [] : passedOver.map((reason) => `limits were not enforced by ${reason}`)),
  ];
}

/** Everything is in force as it was asked for: why it is not by other means is of no interest. */
function isWhole({ enforced, unenforced }: LimitsRecord): boolean {
  return unenforced.length === 0 && !enforced.some(({ weaker }) => weaker === true);
}

/** "256 MB of memory, 0.5 cores for each flow; 1 GB of memory for each service (cgroup v2)". */
function inForceLine({ enforced, strategy }: LimitsRecord): readonly string[] {
  const parts = LIMIT_SUBJECTS.flatMap((subject) => {
    const amounts = enforced.filter(({ of }) => of === subject).map(amountWords);
    return amounts.length === 0 ? [] : [`${amounts.join(', ')} for ${SUBJECTS[subject]}`];
  });
  return parts.length === 0 ? [] : [`${parts.join('; ')} (${strategy})`];
}

/** "not enforced: 64 processes for each flow, each service: RLIMIT_NPROC counts …": those with one reason together. */
function notEnforcedLines({ unenforced }: LimitsRecord): readonly string[] {
  const reasons = new Set(unenforced.map(({ reason }) => reason));
  return [...reasons].map((reason) => {
    const limits = unenforced.filter((each) => each.reason === reason).map(limitWords);
    return `not enforced: ${limits.join(', ')}: ${reason}`;
  });
}

function countedLine(counters: NonNullable<LimitsRecord['counters']>): string {
  const { peakMemory, cpuTime, throttledTime = 0, outOfMemoryKills, refusedForks } = counters;
  const counted = [
    ...(peakMemory === undefined ? [] : [`peak memory ${formatBytes(peakMemory)} with page cache`]),
    ...(cpuTime === undefined ? [] : [`CPU ${formatTime(cpuTime)}`]),
    ...(throttledTime > 0 ? [`held back for ${formatTime(throttledTime)}`] : []),
    ...(outOfMemoryKills > 0
      ? [`${plural(outOfMemoryKills, 'process', 'processes')} killed for want of memory`]
      : []),
    ...(refusedForks > 0 ? [`${plural(refusedForks, 'fork or thread', 'forks or threads')} refused`] : []),
  ];
  return `the kernel counted ${counted.join(', ')}`;
}
