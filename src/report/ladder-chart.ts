import { formatRate } from '../lib/format.js';
import { uslThroughput, type LadderResults } from '../model/ladder.js';
import { niceTop } from './charts.js';
import { sparkline } from './sparkline.js';

/** Fewer rungs with a throughput make no chart. */
const FEWEST = 2;

/** Throughput against flows at once as a fenced Mermaid block: bars are measured, the line is the law. */
export function ladderChart({ rungs, usl }: LadderResults): string | undefined {
  const measured = rungs.map(({ throughput }) => throughput ?? 0);
  if (measured.filter((value) => value > 0).length < FEWEST) return undefined;
  const law = usl === undefined ? [] : rungs.map(({ flows }) => uslThroughput(usl, flows));
  const top = niceTop([...measured, ...law].reduce((most, value) => Math.max(most, value), 0));
  const lines = [
    'xychart-beta',
    '  title "Throughput, flows per second"',
    `  x-axis "flows at once" [${rungs.map(({ flows }) => flows).join(', ')}]`,
    `  y-axis "flows/s" 0 --> ${top}`,
    `  bar [${measured.map(short).join(', ')}]`,
    ...(law.length === 0 ? [] : [`  line [${law.map(short).join(', ')}]`]),
  ];
  return `\`\`\`mermaid\n${lines.join('\n')}\n\`\`\``;
}

/** The same in text: a block for each rung. */
export function ladderSpark({
  rungs,
}: LadderResults): { readonly line: string; readonly span: string } | undefined {
  const measured = rungs.map(({ throughput }) => throughput ?? 0);
  if (measured.length < FEWEST) return undefined;
  return {
    line: sparkline(measured),
    span: `${formatRate(measured[0] ?? 0)} → ${formatRate(measured.at(-1) ?? 0)}`,
  };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
