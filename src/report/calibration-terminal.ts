import pc from 'picocolors';
import type { Calibration } from '../model/calibration.js';
import { calibrationView, type CalibrationBlock } from './calibration.js';
import { machineOf } from './environment.js';
import { plain } from './escape.js';
import { usableWidth, wrapped } from './lines.js';

const MARGIN = '    ';

/** The report for a terminal, in lines of at most `width` characters (40 … 120) but for tables; no newline at the end. */
export function renderCalibrationTerminal(
  calibration: Calibration,
  options: { color: boolean; width: number },
): string {
  const colors = pc.createColors(options.color);
  const room = usableWidth(options.width) - MARGIN.length;
  const lines = calibrationView(calibration).flatMap(({ title, blocks }) => [
    '',
    `  ${colors.bold(plain(title, 80))}`,
    ...blocks.flatMap((block) => ['', ...linesOf(block, room).map((line) => `${MARGIN}${line}`)]),
  ]);
  return [...lines, '', `${MARGIN}${colors.dim(plain(machineOf(calibration), 300))}`].join('\n');
}

function linesOf(block: CalibrationBlock, room: number): readonly string[] {
  switch (block.kind) {
    case 'text':
      return wrapped(plain(block.text, 1000), room);
    case 'table':
      return [
        ...wrapped(plain(block.title), room),
        ...tableLines(
          [block.head, ...block.rows].map((row) => row.map((text) => plain(text, 80))),
          room,
        ),
      ];
    case 'code':
      return block.text.trimEnd().split('\n').map(indented);
  }
}

/** What is plain has no spaces before it. */
function indented(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${plain(line, 300)}`;
}

/** Columns of their own, or, where these are wider than there is room, a line for each cell under its row. */
function tableLines(rows: readonly (readonly string[])[], room: number): readonly string[] {
  const [head = []] = rows;
  const widths = head.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  const width = widths.reduce((sum, each) => sum + each + 2, -2);
  if (width > room) return stacked(rows);
  return rows.map((row) =>
    row
      .map((text, index) => (index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function stacked([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] {
  const longest = Math.max(...head.map(({ length }) => length));
  return rows.flatMap((row) =>
    row.map((text, index) => {
      const name = `${index === 0 ? '' : '  '}${head[index] ?? ''}`;
      return `${name.padEnd(longest + 2)}  ${text}`;
    }),
  );
}
