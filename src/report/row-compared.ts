import { formatCount } from '../model/format.js';
import type { ComparedLine } from './compared-line.js';
import type { Against, Row } from './row.js';

/**
 * Base, change and interval beside the rows that a comparison is about: thresholds on the base, and plain figures. A
 * row with a limit of its own stays as it is, as its value is of the whole run and not of rounds.
 */
export function withComparison(rows: readonly Row[], lines: readonly ComparedLine[]): readonly Row[] {
  const byMetric = new Map(lines.map((line) => [line.metric, line]));
  return rows.map((row) => {
    const line = byMetric.get(row.metric);
    if (line === undefined || !isAbout(row)) return row;
    // A word on the value is one on that of the whole run, and why it is unresolved stands in the comparison.
    const { detail, ...rest } = row;
    const why = line.source.change === null ? detail : undefined;
    return {
      ...rest,
      value: line.head,
      ...(why === undefined ? {} : { detail: why }),
      against: againstOf(line),
    };
  });
}

function isAbout({ limit, againstBase }: Row): boolean {
  return limit === undefined || againstBase === true;
}

function againstOf({ base, change, interval, confidence, source }: ComparedLine): Against {
  const { low, high, pairs } = source;
  return {
    base,
    change: low === 0 && high === 0 ? '=' : mayBeNoise(source) ? '~' : change,
    interval,
    how: `${change}${interval === '' ? '' : ` (${confidence} interval ${interval}, ${formatCount(pairs)} pairs)`}`,
  };
}

/** The exact test of rates may find a difference that its bounds, which are wider, only touch: they then end at 0. */
function mayBeNoise({ low, high, scale }: ComparedLine['source']): boolean {
  if (low === null || high === null) return true;
  return scale === 'rate' ? low < 0 && high > 0 : low <= 0 && high >= 0;
}
