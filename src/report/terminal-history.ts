import { plain } from './escape.js';
import type { HistoryLine, HistoryView } from './history.js';
import { spoken } from './sentence.js';
import type { Palette } from './terminal-block.js';

/** A line for each metric that has changed, with its sparkline; or that none has. */
export function historyLines(view: HistoryView | undefined, paint: Palette): readonly string[] {
  if (view === undefined) return [];
  if (view.changed.length === 0) return paint.field('history', [plain(spoken(view.summary))]);
  return view.changed.flatMap((line, index) => changeLines(line, paint, index === 0 ? 'history' : ''));
}

function changeLines({ title, sentence, now, spark }: HistoryLine, paint: Palette, name: string) {
  return [
    ...paint.titled(name, `${plain(title, 60)}: ${plain(spoken(sentence))}; this run ${now}`),
    ...paint.field('', [spark]),
  ];
}
