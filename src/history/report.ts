import { line } from '../lib/charts.js';
import { markup } from '../lib/escape.js';
import { formatQuantity, formatShare, NO_DATA, plural } from '../lib/format.js';
import { metricTitle } from '../lib/metric-words.js';
import { sparkline } from '../lib/text.js';
import {
  atTerminal,
  block,
  type Block,
  type Blocks,
  code,
  onPage,
  own,
  type Reporter,
  type Sentence,
  strong,
  words,
} from '../model/document.js';
import type { Change, Trend } from '../model/history.js';
import { parseMetricName } from '../model/metrics.js';
import type { ScenarioResults } from '../model/results.js';

/** One metric over the earlier runs, this run set beside them. */
export interface HistoryLine {
  readonly title: string;
  /** `120 MB → 134 MB since 3f2a1bc, 12 runs ago`, or `about 134 MB in 43 runs`. */
  readonly sentence: Sentence;
  /** `135 MB`, and whether that is what the last level lets expect: `150 MB, 128 MB to 140 MB expected`. */
  readonly now: string;
  /** The level is a new one; `worse` if it is for the worse. */
  readonly change: 'none' | 'changed' | 'worse';
  readonly spark: string;
  readonly trend: Trend;
}

export interface HistoryView {
  /** `Peak memory 120 MB → 134 MB since 3f2a1bc, 12 runs ago`, or that nothing has changed. */
  readonly summary: Sentence;
  /** What has changed, for the worse first. */
  readonly changed: readonly HistoryLine[];
  /** The figures that everybody asks for, if they have not. */
  readonly steady: readonly HistoryLine[];
}

/** A level that has lasted longer is what one is used to, and no news. */
const NEWS = 30;
const CHANGES_SHOWN = 12;
const STEADY_SHOWN = ['success_rate', 'flow_time.p95', 'throughput', 'peak_memory'];
const SPARKS = 40;
/** The least height of a curve, as a part of the largest value: noise must not look like a mountain. */
const LEAST_SPAN = 0.25;
const SHORT_SHA = 7;

/** All that is told of in Markdown and on the page; at a terminal what has changed. */
export const history: Reporter = (scenario, cores) => {
  const view = historyView(scenario, cores);
  return [
    { id: 'history', appendix: true, notes: historyNotes(scenario), blocks: view ? historyBlocks(view) : [] },
  ];
};

function historyBlocks({ summary, changed, steady }: HistoryView): Blocks {
  const body = [...onPage(block.text([...summary, own('.')])), historyTable([...changed, ...steady])];
  const fields = changed.length === 0 ? [block.items('history', [summary])] : changed.flatMap(changeFields);
  return [block.part('History', body, { teaser: summary }), ...atTerminal(...fields)];
}

function historyTable(lines: readonly HistoryLine[]): Block | undefined {
  return block.table(
    [{ head: 'Metric', only: 'markdown' }, { head: 'Metric', only: 'page' }, 'Runs', 'Level', 'This run'],
    lines.map(({ title, trend, spark, sentence, now, change }) => {
      const drawing = historyPlot(trend, markup(`${title} over ${trend.values.length} runs`));
      return {
        standing: change === 'worse' ? 'alert' : 'plain',
        cells: [[words(title, 80)], title, [{ ...code(spark), drawing }], sentence, now],
      };
    }),
  );
}

function changeFields({ title, sentence, now, spark }: HistoryLine, index: number): Blocks {
  const changed = [words(title, 60), own(': '), ...sentence, own(`; this run ${now}`)];
  return [block.field(index === 0 ? 'history' : '', changed), block.items('', [[own(spark)]])];
}

/** Undefined without a history, or while it is too short for a trend. */
export function historyView(scenario: ScenarioResults, cores: number): HistoryView | undefined {
  const trends = scenario.history?.trends ?? [];
  if (trends.length === 0) return undefined;
  const lines = trends.map((trend) => lineOf(trend, formatter(scenario, trend, cores)));
  const changed = lines.filter(({ change }) => change !== 'none');
  const steady = lines.filter(
    ({ change, trend }) => change === 'none' && STEADY_SHOWN.includes(trend.metric),
  );
  const worseFirst = changed.toSorted((a, b) => Number(b.change === 'worse') - Number(a.change === 'worse'));
  const longest = trends.reduce((most, { values }) => Math.max(most, values.length), 0);
  return {
    summary: summaryOf(worseFirst, Math.min(longest, NEWS)),
    changed: worseFirst.slice(0, CHANGES_SHOWN),
    steady,
  };
}

/** Said in passing: that there is no trend yet, and when there will be. */
export function historyNotes({ history }: ScenarioResults): readonly string[] {
  if (history === undefined || history.trends.length > 0) return [];
  const { runs, branch } = history;
  return runs === 0
    ? [`history: no earlier run under this load on the branch ${branch} yet`]
    : [`history: ${plural(runs, 'earlier run')} so far; trends are told from 20 on`];
}

type Format = (value: number | null) => string;

function formatter({ metrics }: ScenarioResults, { metric }: Trend, cores: number): Format {
  const isShare = ['peak_cpu', 'avg_cpu'].includes(parseMetricName(metric).id);
  const unit = metrics[metric]?.unit ?? parseMetricName(metric).definition?.unit ?? 'count';
  return (value) => (isShare ? formatShare(value, cores) : formatQuantity(value, unit));
}

function summaryOf([first, ...others]: readonly HistoryLine[], runs: number): Sentence {
  if (first === undefined) return [words(`no change in ${plural(runs, 'run')}`)];
  const more = others.length === 0 ? [] : [words(`, and ${plural(others.length, 'other change')}`)];
  return [words(`${first.title} `), ...first.sentence, ...more];
}

function lineOf(trend: Trend, format: Format): HistoryLine {
  const { metric, change, values, last } = trend;
  const isNews = change !== undefined && change.runsAgo <= NEWS;
  return {
    title: metricTitle(metric),
    sentence: isNews
      ? stepOf(change, format)
      : [words(`about ${format(last.mean)} in ${plural(values.length - last.from, 'run')}`)],
    now: nowOf(trend, format),
    change: !isNews ? 'none' : change.worse ? 'worse' : 'changed',
    spark: spark(values.slice(-SPARKS)),
    trend,
  };
}

function stepOf({ before, after, sha, runsAgo, image }: Change, format: Format): Sentence {
  const since = sha === undefined ? [] : [words(' since '), code(sha.slice(0, SHORT_SHA)), words(',')];
  const beside = image === undefined ? [] : [words(`, when the runner's image changed too (${image})`)];
  return [
    strong(`${format(before)} → ${format(after)}`),
    ...since,
    words(` ${plural(runsAgo, 'run')} ago`),
    ...beside,
  ];
}

function nowOf({ now, last: { low, high } }: Trend, format: Format): string {
  if (now === null) return NO_DATA;
  if (low === undefined || high === undefined || (now >= low && now <= high)) return format(now);
  const expected = low === high ? format(low) : `${format(Math.max(0, low))} to ${format(high)}`;
  return `${format(now)}, ${expected} expected`;
}

function spark(values: readonly number[]): string {
  const least = values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
  const most = values.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const span = Math.max(most - least, LEAST_SPAN * Math.abs(most));
  return sparkline(
    values.map((value) => value - (most - span)),
    span,
  );
}

const WIDTH = 200;
const HEIGHT = 32;
const EDGE = 4;

/** A metric over the earlier runs: its values, the last level as a dashed line, and this run as a dot at the end. */
function historyPlot({ values, last, now }: Trend, label: string): string {
  const shown = now === null ? values : [...values, now];
  const most = shown.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const least = shown.reduce((smallest, value) => Math.min(smallest, value), Infinity);
  const span = Math.max(most - least, LEAST_SPAN * Math.abs(most)) || 1;
  const x = (index: number): string =>
    (EDGE + (index / Math.max(1, values.length)) * (WIDTH - 2 * EDGE)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - EDGE - ((value - most + span) / span) * (HEIGHT - 2 * EDGE)).toFixed(1);
  const path = values.map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`).join('');
  const mean = y(last.mean);
  const level = line('marker', { x1: x(last.from), x2: x(values.length), y1: mean, y2: mean });
  const dot =
    now === null ? '' : `<circle r="3" fill="currentColor" cx="${x(values.length)}" cy="${y(now)}"/>`;
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" style="width: ${WIDTH}px; min-width: 0"`;
  return `<svg ${size} role="img" aria-label="${label}"><g class="law"><path d="${path}"/></g>${level}${dot}</svg>`;
}
