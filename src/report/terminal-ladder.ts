import { plain } from './escape.js';
import { ladderSpark } from './ladder-chart.js';
import type { LadderView, RungLine } from './ladder.js';
import { wrapped } from './lines.js';
import type { Palette } from './terminal-block.js';

type Column = readonly [head: string, cell: (rung: RungLine) => string];

/** In the order in which they are left out, from the last, where the terminal is narrow. */
const COLUMNS: readonly Column[] = [
  ['at once', ({ flows }) => flows],
  ['throughput', ({ throughput }) => throughput],
  ['median', ({ median }) => median],
  ['p95', ({ p95 }) => p95],
  ['ok', ({ success }) => success],
  ['memory', ({ memory }) => memory],
  ['cpu (peak)', ({ cpu }) => cpu],
  ['threads', ({ threads }) => threads],
  ['efficiency', ({ efficiency }) => efficiency],
];
const GAP = '  ';

/** The rungs in columns, then the sentences on them. */
export function ladderLines(ladder: LadderView | undefined, paint: Palette): readonly string[] {
  if (ladder === undefined) return [];
  const { limit, law, resources, source } = ladder;
  const sentence = (name: string, text: string | undefined): readonly string[] =>
    text === undefined ? [] : paint.field(name, wrapped(plain(text), paint.width - 16), ' ');
  const spark = ladderSpark(source);
  return [
    ...rungLines(ladder, paint),
    paint.marked('plain', 'gates and figures above this table are over all rungs'),
    ...sentence('limit', limit),
    ...(spark === undefined ? [] : paint.field('climb', [`${spark.line} ${spark.span}`])),
    ...sentence('law', law),
    ...sentence('at N', resources),
    ...predictedLines(ladder).flatMap((line, index) => paint.field(index === 0 ? 'predicted' : '', [line])),
  ];
}

/** `at 100: 1.07 GB, 0.558 cores, 11 threads`. */
function predictedLines({ predicted: [sizes, ...resources] }: LadderView): readonly string[] {
  return (sizes?.cells ?? []).map((size, row) => {
    const parts = resources.map(
      ({ of, cells }) => `${cells[row] ?? ''}${of === 'threads' ? ' threads' : ''}`,
    );
    return `at ${size}: ${parts.join(', ')}`;
  });
}

function rungLines({ rungs }: LadderView, paint: Palette): readonly string[] {
  const columns = COLUMNS.map(([head, cell]) => {
    const cells = rungs.map(cell);
    const width = cells.reduce((most, text) => Math.max(most, text.length), head.length);
    return { head: head.padStart(width), cells: cells.map((text) => text.padStart(width)) };
  });
  const shown = columns.filter(
    (_unused, index) => widthOf(columns.slice(0, index + 1).map(({ head }) => head)) <= paint.width - 4,
  );
  return [
    `    ${paint.dim(shown.map(({ head }) => head).join(GAP))}`,
    ...rungs.map((rung, index) =>
      paint.marked(rung.holds ? 'pass' : 'fail', shown.map(({ cells }) => cells[index] ?? '').join(GAP)),
    ),
  ];
}

function widthOf(heads: readonly string[]): number {
  return heads.join(GAP).length;
}
