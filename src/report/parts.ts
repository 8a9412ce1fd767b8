import { formatCount, formatQuantity, formatTime } from '../lib/format.js';
import { atTerminal, block, inMarkdown, onPage, own, type Reporter, right } from '../model/document.js';
import { totalOf } from '../model/flow.js';
import { metricName, type MetricRef } from '../model/metrics.js';

/** Of a mix: what became of the flows of each part. */
export const parts: Reporter = ({ parts: all = [], metrics, counts }) => {
  const flows = totalOf(counts);
  const table = block.table(
    ['Part', right('Flows'), right('Success'), right('Flow time, median'), right('p95'), right('Throughput')],
    all.map((part) => {
      const value = (ref: Omit<MetricRef, 'label'>): number | null =>
        metrics[metricName({ ...ref, label: part.name })]?.value ?? null;
      const count = totalOf(part.counts);
      const drawn = flows === 0 ? null : count / flows;
      return {
        cells: [
          part.name,
          [
            own(
              `${formatCount(count)} (${formatQuantity(drawn, 'ratio')}, asked: ${formatQuantity(part.share, 'ratio')})`,
            ),
          ],
          [own(formatQuantity(value({ metric: 'success_rate' }), 'ratio'))],
          [own(formatTime(value({ metric: 'flow_time', stat: 'med' })))],
          [own(formatTime(value({ metric: 'flow_time', stat: 'p95' })))],
          [own(formatQuantity(value({ metric: 'throughput' }), 'per_second'))],
        ],
      };
    }),
  );
  if (table === undefined) return [];
  const blocks = [
    ...inMarkdown(table),
    ...onPage(block.part('Parts of the mix', [table])),
    ...atTerminal(table),
  ];
  return [{ id: 'parts', blocks }];
};
