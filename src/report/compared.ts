import { formatChange, formatChanges, formatPercentChange } from '../lib/format-change.js';
import type { AlsoRose, Compared } from '../model/comparison.js';
import { parseMetricName } from '../model/metrics.js';
import { formatCount, formatTime, plural } from '../lib/format.js';
import type { ScenarioResults } from '../model/results.js';
import { answerOf, type Answer } from './compared-answer.js';
import { comparedLines, type ComparedLine } from './compared-line.js';
import { isAgainstBase } from '../model/threshold.js';
import { standingOf, type Standing } from './row.js';
import { sideName } from './side.js';

/** Head against base: the answer, the table, what else rose, and how it was measured. */
export interface ComparedView {
  /** `Compared with`. */
  readonly verb: string;
  /** `main (1a2b3c4)`. */
  readonly base: string;
  readonly answer: Answer;
  readonly standing: Standing;
  readonly lines: readonly ComparedLine[];
  /** What else rose where a metric became worse; exploratory. */
  readonly alsoRose: readonly RoseLine[];
  /** What services and hosts held with every flow, where head and base differ or it was asked for. */
  readonly growth: readonly string[];
  /** Pairs, rounds, time. */
  readonly facts: readonly string[];
  readonly commits?: CommitsView;
  /** The gates on the base are defaults, and it has to be said. */
  readonly defaultGates: boolean;
  readonly source: Compared;
}

export interface RoseLine {
  readonly metric: string;
  readonly change: string;
  readonly interval: string;
  /** The change as an amount. */
  readonly amount: string;
}

export interface CommitsView {
  /** `12 commits between base and head`, or why nobody knows them; a forged file can say anything. */
  readonly title: string;
  readonly list: readonly CommitLine[];
  /** Beyond those that are listed. */
  readonly more: number;
}

export interface CommitLine {
  /** Seven digits. */
  readonly sha: string;
  readonly subject: string;
  readonly author: string;
}

const ROSE_SHOWN = 6;
const COMMITS_SHOWN = 20;
const REASONS_SHOWN = 3;

export function comparedView(scenario: ScenarioResults): ComparedView | undefined {
  const { compared } = scenario;
  if (compared === undefined) return undefined;
  const lines = comparedLines(scenario);
  const commits = commitsOf(compared);
  return {
    verb: lines.length === 0 ? 'Not compared with' : 'Compared with',
    base: sideName(compared.base),
    answer: answerOf(lines, compared),
    standing: standingOfAll(scenario, lines),
    lines,
    alsoRose: compared.alsoRose.slice(0, ROSE_SHOWN).map(roseLine),
    growth: growthOf(scenario),
    facts: factsOf(compared, lines),
    ...(commits === undefined ? {} : { commits }),
    defaultGates: compared.defaultGates !== undefined,
    source: compared,
  };
}

function standingOfAll({ thresholds }: ScenarioResults, [first]: readonly ComparedLine[]): Standing {
  if (first !== undefined) return first.standing;
  const [judged] = thresholds.filter(isAgainstBase);
  return judged === undefined ? 'plain' : standingOf(judged);
}

function roseLine({ metric, change, low, high, amount }: AlsoRose): RoseLine {
  // All that is no metric of a table is a time.
  const unit = parseMetricName(metric).definition?.unit ?? 'ms';
  return {
    metric,
    change: formatPercentChange(change),
    interval: formatChanges(low, high, { scale: 'relative', unit: 'ratio' }) ?? '',
    amount: formatChange(amount, { scale: 'absolute', unit }),
  };
}

function growthOf({ compared, checks }: ScenarioResults): readonly string[] {
  const { found = [], unknown } = compared?.growth ?? {};
  const asked = checks.some(({ id, level }) => id === 'growth' && level !== 'off');
  return [
    ...found.filter(({ outcome }) => asked || outcome !== 'alike').map(({ sentence }) => sentence),
    ...(asked && unknown !== undefined ? [`growth against base is not known: ${unknown}`] : []),
  ];
}

function factsOf(compared: Compared, lines: readonly ComparedLine[]): readonly string[] {
  const { rounds, time, budget, pairs, ended, head } = compared;
  if (pairs.length === 0) return ended === 'interrupted' ? [CUT_SHORT] : [];
  const confidences = new Set(lines.map(({ confidence }) => confidence));
  return [
    pairsFact(compared),
    ...roundsFact(rounds),
    `${formatTime(time)} of ${formatTime(budget)}${ended === undefined ? '' : ENDINGS[ended]}`,
    ...(confidences.size > 1 ? ['all that is claimed holds together with 99%'] : []),
    ...headFact(head),
    ...(lines.length > 0 ? [WHOSE] : []),
    ...(rounds?.services === 'keep' && lines.some(({ metric }) => OF_MEMORY.test(metric)) ? [ONE_START] : []),
  ];
}

const OF_MEMORY = /memory/u;

/** Two starts of one program differ by some MB, which all pairs then share: no number of them tells that apart. */
const ONE_START = 'memory is that of one start of each side; with services: restart it would be that of many';

/** A scenario's figures stand in one table with those of its rounds, and need not agree with them. */
const WHOSE = 'what stands beside a base is the median of these rounds, all else is of head by itself';

const CUT_SHORT = 'interrupted before the first pair was through';

/** `head is feature (1a2b3c4)`, `head is merged into main (1a2b3c4)`; a label of `head` alone tells nothing. */
function headFact(head: Compared['head']): readonly string[] {
  if (head.label !== 'head') return [`head is ${sideName(head).replace(/^head, /u, '')}`];
  return head.sha === undefined ? [] : [`head is ${head.sha.slice(0, 7)}`];
}

const SERVICES = {
  none: '',
  keep: ', everything kept up between them',
  restart: ', everything started anew for each',
} as const;

const ENDINGS = {
  decided: ', then it was decided',
  looks: ', then all looks were taken',
  budget: ': the budget was spent',
  interrupted: ', then it was interrupted',
  failed: ', then a round failed',
  invalid: ', then one side was seen to have changed the files of the other',
} as const;

function roundsFact(rounds: Compared['rounds']): readonly string[] {
  if (rounds === undefined) return [];
  const { flows, services, note } = rounds;
  return [`rounds of ${plural(flows, 'flow')}${SERVICES[services]}`, ...(note === undefined ? [] : [note])];
}

/** `24 pairs, 1 dropped (12% of the machine was given to others while head ran)`. */
function pairsFact({ pairs }: Compared): string {
  const dropped = pairs.flatMap((pair) => (pair.dropped === undefined ? [] : [pair.dropped]));
  if (dropped.length === 0) return plural(pairs.length, 'pair');
  const reasons = [...new Set(dropped)];
  const rest = reasons.length - REASONS_SHOWN;
  const shown = [...reasons.slice(0, REASONS_SHOWN), ...(rest > 0 ? [`and ${formatCount(rest)} more`] : [])];
  return `${plural(pairs.length, 'pair')}, ${formatCount(dropped.length)} dropped (${shown.join(', ')})`;
}

function commitsOf({ commits }: Compared): CommitsView | undefined {
  if (commits?.unknown !== undefined) {
    return { title: `commits between base and head: not known: ${commits.unknown}`, list: [], more: 0 };
  }
  if (commits === undefined || commits.total === 0) return undefined;
  const list = commits.list.slice(0, COMMITS_SHOWN);
  return {
    title: `${plural(commits.total, 'commit')} between base and head`,
    list: list.map(({ sha, subject, author }) => ({ sha: sha.slice(0, 7), subject, author })),
    more: Math.max(0, commits.total - list.length),
  };
}
