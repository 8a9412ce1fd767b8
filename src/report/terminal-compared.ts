import { intervalCell, intervalHead, type ComparedLine } from './compared-line.js';
import type { CommitsView, ComparedView } from './compared.js';
import { plain } from './escape.js';
import { clipped } from './lines.js';
import { spoken } from './sentence.js';
import type { Palette } from './terminal-block.js';

const GAP = '  ';
const METRIC = 28;
const COMMITS = 5;

/** The answer, the tables, how it was measured, and the last commits. */
export function comparedLines(compared: ComparedView | undefined, paint: Palette): readonly string[] {
  if (compared === undefined) return [];
  const { base, answer, growth, facts, defaultGates } = compared;
  const not = compared.lines.length === 0 ? 'not ' : '';
  const each = (name: string, texts: readonly string[]): readonly string[] =>
    texts.flatMap((text, index) => paint.titled(index === 0 ? name : '', plain(text, 300)));
  return [
    ...paint.titled('compared', `${not}with ${plain(base, 70)}: ${plain(spoken(answer.sentence), 500)}`),
    ...tableLines(columnsOf(compared.lines), compared.lines, paint),
    ...(defaultGates
      ? [paint.marked('plain', 'no threshold hangs on the base: default gates of a comparison')]
      : []),
    ...alsoRoseLines(compared, paint),
    ...each('growth', growth),
    ...each('rounds', facts),
    ...commitLines(compared.commits, paint),
  ];
}

/** In the order in which they are left out, from the last, where the terminal is narrow. */
function columnsOf(lines: readonly ComparedLine[]): readonly Column[] {
  const head = intervalHead(lines);
  return [
    { head: 'metric', cells: lines.map(({ metric }) => clipped(plain(metric), METRIC)), left: true },
    { head: 'change', cells: lines.map(({ change }) => change) },
    { head: head.toLowerCase(), cells: lines.map((line) => intervalCell(line, head)) },
    { head: 'outcome', cells: lines.map(({ outcome }) => outcome), left: true },
    { head: 'base', cells: lines.map(({ base }) => base) },
    { head: 'head', cells: lines.map(({ head: after }) => after) },
    { head: 'gate', cells: lines.map(({ limit }) => plain(limit, 40)), left: true },
  ];
}

interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly left?: true;
}

/** Exploratory: what rose with it need not be why. */
function alsoRoseLines({ alsoRose }: ComparedView, paint: Palette): readonly string[] {
  const columns: readonly Column[] = [
    {
      head: 'also rose',
      cells: alsoRose.map(({ metric }) => clipped(plain(metric), METRIC)),
      left: true,
    },
    { head: 'change', cells: alsoRose.map(({ change }) => change) },
    { head: 'interval', cells: alsoRose.map(({ interval }) => interval) },
    { head: 'difference', cells: alsoRose.map(({ amount }) => amount) },
  ];
  const rows = alsoRose.map(() => ({ standing: 'plain' as const }));
  return tableLines(columns, rows, paint);
}

function tableLines(
  unpadded: readonly Column[],
  rows: readonly Pick<ComparedLine, 'standing'>[],
  paint: Palette,
): readonly string[] {
  if (rows.length === 0) return [];
  const columns = unpadded.map(padded);
  const shown = columns.filter(
    (_unused, index) =>
      columns
        .slice(0, index + 1)
        .map(({ head }) => head)
        .join(GAP).length <=
      paint.width - 4,
  );
  return [
    `    ${paint.dim(
      shown
        .map(({ head }) => head)
        .join(GAP)
        .trimEnd(),
    )}`,
    ...rows.map(({ standing }, index) =>
      paint.marked(standing, shown.map(({ cells }) => cells[index] ?? '').join(GAP)),
    ),
  ];
}

function padded({ head, cells, left }: Column): Column {
  const width = cells.reduce((most, text) => Math.max(most, text.length), head.length);
  const pad = (text: string): string => (left === true ? text.padEnd(width) : text.padStart(width));
  return { head: pad(head), cells: cells.map(pad) };
}

function commitLines(commits: CommitsView | undefined, paint: Palette): readonly string[] {
  if (commits === undefined) return [];
  const shown = commits.list
    .slice(0, COMMITS)
    .map(({ sha, subject }) => `${plain(sha, 7)} ${plain(subject, 100)}`);
  const rest = commits.more + commits.list.length - shown.length;
  return [plain(commits.title, 300), ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].flatMap(
    (line, index) => paint.field(index === 0 ? 'commits' : '', [line]),
  );
}
