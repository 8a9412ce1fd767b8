import { plain } from '../lib/escape.js';
import { clipped } from '../lib/text.js';
import { directionOf } from '../lib/metric-words.js';
import type { Unit } from '../model/metrics.js';
import type { MetricResult, Results } from '../model/results.js';

/* Metrics for tools that keep the history of benchmarks; values are in base units, and what has no data is left out. */

interface Figure {
  readonly scenario: string;
  readonly metric: string;
  readonly value: number;
  readonly result: MetricResult;
}

function figuresOf({ scenarios }: Results): readonly Figure[] {
  return scenarios.flatMap(({ name: scenario, metrics }) =>
    Object.entries(metrics).flatMap(([metric, result]) =>
      result.value === null ? [] : [{ scenario, metric, value: result.value, result }],
    ),
  );
}

const UNITS: Readonly<Record<Unit, string>> = {
  ms: 'ms',
  bytes: 'bytes',
  ratio: 'ratio',
  count: 'count',
  per_second: '1/s',
  bytes_per_minute: 'bytes/min',
};

/**
 * For github-action-benchmark, the tools `customSmallerIsBetter` and `customBiggerIsBetter`: a file has metrics of one
 * direction. It shows names in code within a table of Markdown.
 */
export function renderBenchmarks(results: Results, better: 'smaller' | 'bigger'): string {
  const entries = figuresOf(results)
    .filter(({ metric }) => (directionOf(metric).sign === 1) === (better === 'smaller'))
    .map(({ scenario, metric, value, result: { unit, atMost, note } }) => ({
      name: plain(`${scenario}: ${metric}`).replaceAll('`', "'").replaceAll('|', '/'),
      unit: UNITS[unit],
      value,
      range: atMost === undefined ? undefined : `to ${atMost}`,
      extra: note === undefined ? undefined : plain(note),
    }));
  return `${JSON.stringify(entries, undefined, 2)}\n`;
}

interface BencherMetric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** Of a name of a measure (bencher.dev, Bencher Metric Format). */
const LONGEST_MEASURE = 64;
const LONGEST_BENCHMARK = 1024;
const NANOSECONDS = 1e6;

/**
 * Bencher Metric Format: a scenario is a benchmark, a metric a measure. Bencher's own measure `latency` (ns) is the median
 * flow time, from the shortest to the longest; its measure `throughput` is ours.
 */
export function renderBencher(results: Results): string {
  const benchmarks = new Map<string, Map<string, BencherMetric>>();
  for (const { scenario, metric, value, result } of figuresOf(results)) {
    const benchmark = plain(scenario, LONGEST_BENCHMARK);
    const measures = benchmarks.get(benchmark) ?? new Map<string, BencherMetric>();
    benchmarks.set(benchmark, measures);
    measures.set(clipped(plain(metric, 300), LONGEST_MEASURE), { value, upper_value: result.atMost });
  }
  for (const { name, metrics } of results.scenarios) {
    const [value, low, high] = ['med', 'min', 'max'].map(
      (stat) => metrics[`flow_time.${stat}`]?.value ?? undefined,
    );
    const measures = benchmarks.get(plain(name, LONGEST_BENCHMARK));
    if (value === undefined || low === undefined || high === undefined) continue;
    measures?.set('latency', {
      value: value * NANOSECONDS,
      lower_value: low * NANOSECONDS,
      upper_value: high * NANOSECONDS,
    });
  }
  const nested = Array.from(benchmarks, ([name, measures]) => [name, Object.fromEntries(measures)]);
  return `${JSON.stringify(Object.fromEntries(nested), undefined, 2)}\n`;
}
