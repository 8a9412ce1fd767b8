import { html } from './escape.js';
import type { HistoryView } from './history.js';
import { blocks, folded, inline, MARKS, table } from './markdown-block.js';

/** Folded: what has changed stands in the line that unfolds it. */
export function historyBlock(view: HistoryView | undefined): string | undefined {
  if (view === undefined) return undefined;
  const rows = [...view.changed, ...view.steady].map(({ title, sentence, spark, now, change }) => [
    MARKS[change === 'worse' ? 'alert' : 'plain'],
    html(title, 80),
    `<code>${spark}</code>`,
    inline(sentence),
    html(now),
  ]);
  return folded(
    `<b>History</b>: ${inline(view.summary)}`,
    blocks(
      table(
        [
          { head: '', align: 'center' },
          { head: 'Metric', align: 'left' },
          { head: 'Runs', align: 'left' },
          { head: 'Level', align: 'left' },
          { head: 'This run', align: 'left' },
        ],
        rows,
      ),
    ),
  );
}
