import { plain } from '../../lib/escape.js';
import { formatChange, formatChanges, formatPercentChange } from '../../lib/format-change.js';
import { formatCount, formatRatio, formatTime, plural } from '../../lib/format.js';
import { clipped } from '../../lib/text.js';
import type { AlsoRose, Compared } from '../../model/comparison.js';
import {
  aside,
  atTerminal,
  block,
  type Block,
  type Blocks,
  code,
  inMarkdown,
  inTiers,
  joined,
  onPage,
  own,
  type Reporter,
  right,
  type Sentence,
  strong,
  words,
} from '../../model/document.js';
import { parseMetricName } from '../../model/metrics.js';
import type { ScenarioResults } from '../../model/results.js';
import { deviationOfLogs } from '../statistics/round.js';
import { batchesWords } from '../words.js';
import {
  type Answer,
  answerOf,
  capital,
  type ComparedLine,
  comparedLines,
  intervalCell,
  intervalHead,
  sideName,
} from './lines.js';
import { effectPlot, pairsPlot } from './plots.js';

/** Head against base: the answer, the table, what else rose, and how it was measured. */
export interface ComparedView {
  /** `Compared with`. */
  readonly verb: string;
  /** `main (1a2b3c4)`. */
  readonly base: string;
  readonly answer: Answer;
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

interface RoseLine {
  readonly metric: string;
  readonly change: string;
  readonly interval: string;
  /** The change as an amount. */
  readonly amount: string;
}

interface CommitsView {
  /** `12 commits between base and head`, or why nobody knows them; a forged file can say anything. */
  readonly title: string;
  readonly list: readonly CommitLine[];
  /** Beyond those that are listed. */
  readonly more: number;
}

interface CommitLine {
  /** Seven digits. */
  readonly sha: string;
  readonly subject: string;
  readonly author: string;
}

const ROSE_SHOWN = 6;
const COMMITS_SHOWN = 20;
const REASONS_SHOWN = 3;

/** Cut to this at a terminal. */
const METRIC = 28;
const COMMITS_AT_TERMINAL = 5;

const EXPLORATORY = 'Exploratory: what rose with it need not be why.';
const DEFAULTS = 'No threshold hangs on the base: the default gates of a comparison are in force.';

/** The answer in one sentence and what moved with what became worse; then the table, how it was measured, the commits. */
export const comparison: Reporter = (scenario) => {
  const view = comparedView(scenario);
  if (view === undefined) return [];
  const { answer } = view;
  const blocks = [
    ...inMarkdown(...answerBlocks(view)),
    ...onPage(card(view)),
    ...atTerminal(...lineBlocks(view)),
  ];
  return [
    { id: 'comparison', style: STYLE, overview: { head: 'Against base', text: answer.short }, blocks },
    { id: 'rounds', appendix: true, blocks: inMarkdown(...roundsBlocks(view)) },
  ];
};

function answerBlocks({ verb, base, answer, alsoRose, growth, defaultGates }: ComparedView): Blocks {
  const sentence = block.text([strong(`${verb} ${base}`), own(': '), ...answer.sentence, own('.')]);
  return [
    ...inTiers(['everything', 'without charts', 'failing rows'], sentence),
    ...roseBlocks(alsoRose, 200),
    sentences(growth),
    defaultGates ? block.note([own(DEFAULTS)]) : undefined,
  ];
}

function roseBlocks(lines: readonly RoseLine[], longest: number): Blocks {
  const rows = lines.map(({ metric, change, interval, amount }) => ({
    cells: [[code(metric, longest)], [own(change)], [own(interval)], [own(amount)]],
  }));
  const table = block.table(
    [{ head: 'Also rose', unbroken: 'page' }, ...['Change', 'Interval', 'Difference'].map(right)],
    rows,
  );
  return lines.length === 0 ? [] : [table, block.note([own(EXPLORATORY)])];
}

function sentences(texts: readonly string[]): Block | undefined {
  return block.list(texts.map((each) => [words(capital(each), 'long')]));
}

/** How it was measured: the table and the commits. */
function roundsBlocks({ lines, facts, commits }: ComparedView): Blocks {
  const [first, ...rest] = facts;
  const teaser = first === undefined ? undefined : [words(first, 300)];
  return [
    lines.length === 0
      ? undefined
      : block.part('Comparison', [figureTable(lines, 200), factNote(rest, 200)], { teaser }),
    commits && commitBlock(commits),
  ];
}

function factNote(facts: readonly string[], max: number): Block | undefined {
  const sentences = facts.map((fact) => [words(fact, max)]);
  return facts.length === 0 ? undefined : block.note(joined(sentences, ' · '));
}

function commitBlock({ title, list: commits, more }: CommitsView): Block | undefined {
  if (commits.length === 0) return block.note([words(title, 300)]);
  const lines = commits.map(({ sha, subject, author }) => [
    code(sha),
    own(' '),
    words(subject, 100),
    own(' '),
    { text: author, style: 'small' as const, max: 40 },
  ]);
  return block.part(title, [block.list(more > 0 ? [...lines, [own(`and ${more} more`)]] : lines)], {
    folded: true,
  });
}

function figureTable(lines: readonly ComparedLine[], longest: number): Block | undefined {
  const head = intervalHead(lines);
  return block.table(
    [{ head: 'Metric', unbroken: 'page' }, ...['Base', 'Head', 'Change', head].map(right), 'Outcome', 'Gate'],
    lines.map((line) => {
      const { standing, metric, base, head: after, change, outcome, detail, limit, level } = line;
      const cells = [
        [code(metric, longest)],
        [own(base)],
        [own(after)],
        [own(change, standing === 'fail' || standing === 'alert')],
        [own(intervalCell(line, head))],
        [own(outcome), ...(detail === undefined ? [] : [aside(detail, 150)])],
        [words(limit, 200), ...(level === 'warn' ? [own(' (alert)')] : [])],
      ];
      return { standing, cells };
    }),
  );
}

/** On the page: the answer, the pictures, the table, and how it was measured, each on a line of its own. */
function card(view: ComparedView): Block {
  const { verb, base, answer, alsoRose, growth, lines, defaultGates, facts, commits, source } = view;
  const groups: readonly Blocks[] = [
    [block.text([...answer.sentence, own('.')])],
    [...roseBlocks(alsoRose, 60), sentences(growth)],
    [block.drawing(() => effectPlot(lines))],
    [figureTable(lines, 60)],
    [block.drawing(() => pairsPlot(lines, source))],
    [defaultGates ? block.note([own(DEFAULTS)]) : undefined],
    [factNote(facts, 300)],
    [commits && commitBlock(commits)],
  ];
  const newline: Block = block.drawing(() => '\n');
  const blocks = groups.flatMap((group, index) => (index === 0 ? group : [newline, ...group]));
  return block.part([own(`${verb} `), words(base, 200)], blocks);
}

function lineBlocks(view: ComparedView): Blocks {
  const { base, answer, lines, alsoRose, growth, facts, defaultGates, commits } = view;
  const not = lines.length === 0 ? 'not ' : '';
  const each = (name: string, texts: readonly string[]): Blocks =>
    block.fields(
      name,
      texts.map((sentence) => [words(sentence, 300)]),
    );
  const answered = [own(`${not}with `), words(base, 70), own(': '), ...answer.sentence];
  return [
    block.field('compared', answered, 500),
    narrowTable(lines),
    block.list(defaultGates ? ['no threshold hangs on the base: default gates of a comparison'] : []),
    narrowRose(alsoRose),
    ...each('growth', growth),
    ...each('rounds', facts),
    ...commitLines(commits),
  ];
}

/** In the order in which columns are left out, from the last, where the terminal is narrow. */
function narrowTable(lines: readonly ComparedLine[]): Block | undefined {
  const head = intervalHead(lines);
  return block.table(
    ['metric', right('change'), right(head.toLowerCase()), 'outcome', right('base'), right('head'), 'gate'],
    lines.map((line) => {
      const { standing, metric, change, outcome, base, head: after, limit } = line;
      const name = clipped(plain(metric), METRIC);
      const cells = [name, change, intervalCell(line, head), outcome, base, after, plain(limit, 40)];
      return { standing, cells: cells.map((cell) => [own(cell)]) };
    }),
    { narrow: 'leave out' },
  );
}

function narrowRose(lines: readonly RoseLine[]): Block | undefined {
  return block.table(
    ['also rose', right('change'), right('interval'), right('difference')],
    lines.map(({ metric, change, interval, amount }) => ({
      standing: 'plain',
      cells: [clipped(plain(metric), METRIC), change, interval, amount].map((cell) => [own(cell)]),
    })),
    { narrow: 'leave out' },
  );
}

function commitLines(commits: CommitsView | undefined): Blocks {
  if (commits === undefined) return [];
  const shown = commits.list.slice(0, COMMITS_AT_TERMINAL);
  const rest = commits.more + commits.list.length - shown.length;
  const lines: readonly Sentence[] = [
    [words(commits.title, 300)],
    ...shown.map(({ sha, subject }) => [words(sha, 7), own(' '), words(subject, 100)]),
    ...(rest > 0 ? [[own(`and ${rest} more`)]] : []),
  ];
  return lines.map((line, index) => block.items(index === 0 ? 'commits' : '', [line]));
}

/** What a comparison adds to the look of the page. */
const STYLE = `
.mark.unresolved { color: var(--warn); } .zero { stroke: var(--soft); }
.effect, .pairs { --tint: var(--soft); } .effect.fail, .pairs.fail { --tint: var(--fail); } .effect.pass, .pairs.pass { --tint: var(--pass); }
.effect.alert, .effect.unresolved, .pairs.alert, .pairs.unresolved { --tint: var(--warn); } .effect.inconclusive { --tint: var(--unsure); }
.effect { outline: none; } .effect:focus .span, .effect:hover .span { stroke-width: 6; }
.span { stroke: var(--tint); stroke-width: 3; } .point { fill: var(--tint); stroke: var(--card); } .dot { fill: var(--tint); }
.pairs .limit { stroke-width: 1; stroke-dasharray: 6 4; } .pairs-title { margin-top: 18px; } .metric code { white-space: nowrap; }
.dropped-pair { fill: none; stroke: var(--soft); } .limit { stroke: var(--fail); stroke-width: 2; } .margin { stroke: var(--soft); stroke-width: 2; stroke-dasharray: 2 3; }
.legend .key { display: inline-block; width: 0; height: 14px; margin-right: 8px; vertical-align: -2px; border-left: 2px solid var(--fail); }
.legend .key.soft { border-left: 2px dashed var(--soft); }
.legend .key.hollow { width: 8px; height: 8px; border: 1px solid var(--soft); vertical-align: 0; }
`;

export function comparedView(scenario: ScenarioResults): ComparedView | undefined {
  const { compared } = scenario;
  if (compared === undefined) return undefined;
  const lines = comparedLines(scenario);
  return {
    verb: lines.length === 0 ? 'Not compared with' : 'Compared with',
    base: sideName(compared.base),
    answer: answerOf(lines, compared),
    lines,
    alsoRose: compared.alsoRose.slice(0, ROSE_SHOWN).map(roseLine),
    growth: growthOf(scenario),
    facts: factsOf(compared, lines),
    commits: commitsOf(compared),
    defaultGates: compared.defaultGates !== undefined,
    source: compared,
  };
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
    ...spreadFact(compared, lines),
    `${formatTime(time)} of ${formatTime(budget)}${ended === undefined ? '' : ENDINGS[ended]}`,
    ...lines.flatMap(({ metric, source }) => {
      const judged = batchesWords(source);
      return judged === undefined ? [] : [`${metric}: ${judged}`];
    }),
    ...(confidences.size > 1 ? ['all that is claimed holds together with 99%'] : []),
    ...headFact(head),
    ...(lines.length > 0 ? [WHOSE] : []),
  ];
}

/** A scenario's figures stand in one table with those of its rounds, and need not agree with them. */
const WHOSE = 'what stands beside a base is the median of these rounds, all else is of head by itself';

const CUT_SHORT = 'interrupted before the first pair was through';

/** `head is feature (1a2b3c4)`, `head is merged into main (1a2b3c4)`; a label of `head` alone tells nothing. */
function headFact(head: Compared['head']): readonly string[] {
  if (head.label !== 'head') return [`head is ${sideName(head).replace(/^head, /u, '')}`];
  return head.sha === undefined ? [] : [`head is ${head.sha.slice(0, 7)}`];
}

const ENDINGS = {
  decided: ', then it was decided',
  looks: ', then all looks were taken',
  budget: ': the budget was spent',
  interrupted: ', then it was interrupted',
  failed: ', then a round failed',
  invalid: ', then one side was seen to have changed the files of the other',
} as const;

/** `rounds of 10 flows, each on a start of its own: 24 starts of either side, of 625 ms with 4 flows to warm up`. */
function roundsFact(rounds: Compared['rounds']): readonly string[] {
  if (rounds === undefined) return [];
  const { flows, note } = rounds;
  return [`rounds of ${plural(flows, 'flow')}${startWords(rounds)}`, ...(note === undefined ? [] : [note])];
}

function startWords({ services, starts = 0, startTime, warmup = 0, startSpread }: Rounds): string {
  switch (services) {
    case 'none':
      return '';
    case 'keep':
      return startSpread === undefined
        ? ', one start a side: differences between starts are not seen'
        : `, one start a side: intervals are widened for starts that differ by ${formatRatio(startSpread)}`;
    case 'restart': {
      const time = startTime === undefined ? '' : `, of ${formatTime(startTime)}`;
      const warm = warmup === 0 ? '' : ` with ${plural(warmup, 'flow')} to warm up`;
      return `, each on a start of its own: ${plural(starts, 'start')} of either side${time}${warm}`;
    }
  }
}

type Rounds = NonNullable<Compared['rounds']>;

const SPREADS_SHOWN = 3;

/** What starts and rounds come to together: of one round a start, nothing tells the two apart. */
function spreadFact({ rounds, pairs }: Compared, lines: readonly ComparedLine[]): readonly string[] {
  if (rounds?.services !== 'restart') return [];
  const valid = pairs.filter(({ dropped }) => dropped === undefined);
  const spreads = lines
    .filter(({ source }) => source.scale === 'relative')
    .flatMap(({ metric }) => {
      const spread = deviationOfLogs(valid.map((pair) => pair.base.values[metric] ?? 0));
      return spread === undefined ? [] : [`${formatRatio(Number(spread.toPrecision(2)))} in ${metric}`];
    });
  if (spreads.length === 0) return [];
  const shown = spreads.slice(0, SPREADS_SHOWN).join(', ');
  return [`starts of base differ by ${shown} (SD, with the noise of their rounds)`];
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
