import { html } from './escape.js';
import { ladderChart, ladderSpark } from './ladder-chart.js';
import type { LadderView } from './ladder.js';
import { blocks, folded, MARKS, table, type Column } from './markdown-block.js';
import type { Tier } from './tiers.js';

const right = (head: string): Column => ({ head, align: 'right' });
const MARK: Column = { head: '', align: 'center' };

/** What a ladder says: its rungs, the laws that follow, and what other sizes would take. */
export function ladderBlock(ladder: LadderView | undefined, tier: Tier): string | undefined {
  if (ladder === undefined) return undefined;
  const { limit, law, resources } = ladder;
  return blocks(
    `<b>Ladder</b>${limit === undefined ? '' : `: ${html(limit, 400)}`}`,
    rungTable(ladder),
    `<sub>${ladder.note}</sub>`,
    resources === undefined ? undefined : `<b>At N flows at once</b>: ${html(resources, 400)}`,
    predictedTable(ladder),
    law === undefined ? undefined : html(law, 400),
    chart(ladder, tier),
  );
}

function rungTable({ rungs }: LadderView): string | undefined {
  if (rungs.length === 0) return undefined;
  return table(
    [
      MARK,
      ...[
        'At once',
        'Throughput',
        'Efficiency',
        'Median',
        'p95',
        'Ok',
        'Memory',
        'CPU (peak)',
        'Threads',
      ].map(right),
    ],
    rungs.map(({ holds, flows, throughput, efficiency, median, p95, success, memory, cpu, threads }) => [
      MARKS[holds ? 'pass' : 'fail'],
      flows,
      throughput,
      efficiency,
      median,
      p95,
      success,
      memory,
      cpu,
      threads,
    ]),
  );
}

function predictedTable({ predicted }: LadderView): string | undefined {
  if (predicted.length === 0) return undefined;
  const sizes = predicted[0]?.cells ?? [];
  return table(
    predicted.map(({ head }) => right(head)),
    sizes.map((_unused, row) => predicted.map(({ cells }) => cells[row] ?? '')),
  );
}

function chart({ source, intervals }: LadderView, tier: Tier): string | undefined {
  const spark = ladderSpark(source);
  const body = blocks(
    tier === 'everything' ? ladderChart(source) : undefined,
    spark === undefined ? undefined : `Throughput \`${spark.line}\` ${spark.span}`,
    intervals.map((line) => `<sub>${html(line, 300)}</sub>`).join('<br>\n'),
  );
  return body === '' ? undefined : folded('<b>Ladder</b>, drawn, and how sure it is', body);
}
