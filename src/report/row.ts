import type { MetricResult, ScenarioResults, ThresholdResult } from '../model/results.js';
import { formatAgainst, formatQuantity, formatShare, NO_DATA } from '../lib/format.js';
import { limitText, metricTitle } from '../lib/metric-words.js';
import { metricName } from '../model/metrics.js';
import { isAgainstBase } from '../model/threshold.js';
import { byStanding, type Standing } from './blocks.js';

/** One line of the table of metrics. */
export interface Row {
  readonly standing: Standing;
  /** Canonical name: `flow_time.p95`. */
  readonly metric: string;
  /** As a person reads it: `Flow time p95`. */
  readonly title: string;
  /** `2.71 s`, `23% of 4 cores`, `no data`. */
  readonly value: string;
  /** A word on the value: `236 of 240`, or why there is none. */
  readonly detail?: string;
  /** `≤ 30 s`; missing in a row without threshold. */
  readonly limit?: string;
  /** The limit hangs on the base. */
  readonly againstBase?: boolean;
  /** As the user wrote it. */
  readonly expression?: string;
  readonly level?: ThresholdResult['level'];
  /** Where the row is that of a comparison; the value is then the median over head's rounds too. */
  readonly against?: Against;
}

/** What stands beside a value that was compared with the base's. */
export interface Against {
  readonly base: string;
  /** `+9.8%`; `~` where noise may be all of it, `=` where nothing differs. */
  readonly change: string;
  /** `+7.1% … +12.6%`; empty if nothing is known. */
  readonly interval: string;
  /** `99.7% interval +7.1% … +12.6%, 24 pairs`. */
  readonly how: string;
}

/** Plain figures, in this order, when no threshold shows them already. */
const FIGURES = [
  'success_rate',
  'flow_time.med',
  'flow_time.p95',
  'flow_time.max',
  'ttfb.med',
  'ttfb.p95',
  'total_time',
  'throughput',
  'peak_memory',
  'peak_cpu',
  'avg_cpu',
  'cpu_per_flow',
  'peak_threads',
  'peak_processes',
  'start_skew',
  'max_concurrency',
  'bytes_received',
  'bytes_sent',
];
/** Shown where there are any. */
const COUNTED = ['dropped', 'retried', 'resent'];

/** Failing gates, gates without data, those that the comparison left unresolved, alerts, gates that hold, alerts that hold, plain figures. */
export function rowsOf(scenario: ScenarioResults, cores: number): readonly Row[] {
  const judged = scenario.thresholds
    .map((threshold) => thresholdRow(threshold, scenario.metrics[metricName(threshold)], cores))
    .sort((one, other) => byStanding(one, other) || rank(one) - rank(other));
  const shown = new Set(judged.map((row) => row.metric));
  const figures = [...FIGURES, ...COUNTED]
    .filter((name) => !shown.has(name))
    .flatMap((name) => {
      const metric = scenario.metrics[name];
      if (metric === undefined || metric.value === null) return [];
      return metric.value === 0 && COUNTED.includes(name) ? [] : [figureRow(name, metric, cores)];
    });
  return [...judged, ...figures];
}

/** Every metric of the scenario, as a row without threshold. */
export function allMetrics(scenario: ScenarioResults, cores: number): readonly Row[] {
  return Object.entries(scenario.metrics).map(([name, metric]) => figureRow(name, metric, cores));
}

export function figureRow(name: string, metric: MetricResult, cores: number): Row {
  return {
    standing: 'plain',
    metric: name,
    title: metricTitle(name),
    value:
      least(metric) +
      (isCpuShare(name) ? formatShare(metric.value, cores) : formatQuantity(metric.value, metric.unit)),
    detail: noteOf(metric) || undefined,
  };
}

function thresholdRow(threshold: ThresholdResult, metric: MetricResult | undefined, cores: number): Row {
  const name = metricName(threshold);
  return {
    standing: standingOf(threshold),
    metric: name,
    title: metricTitle(name),
    value: least(metric) + measured(threshold, cores),
    againstBase: isAgainstBase(threshold),
    limit: `${limitText(threshold)}${threshold.origin === undefined ? '' : ', by history'}`,
    expression: threshold.expression,
    level: threshold.level,
    detail: (reasonOf(threshold) ?? (metric && noteOf(metric))) || undefined,
  };
}

/** `unresolved`: a limit on the base of which it is not known whether it holds. */
export function standingOf({ outcome, level }: ThresholdResult): Standing {
  if (outcome === 'pass') return 'pass';
  if (outcome === 'unresolved' || outcome === 'not_judged') return 'unresolved';
  return level === 'warn' ? 'alert' : outcome;
}

function reasonOf({ outcome, reason }: ThresholdResult): string | undefined {
  return outcome === 'not_judged' ? `not judged: ${reason ?? ''}` : reason;
}

/** The value with the digits that tell it from the limit it is held against. */
export function measured(threshold: ThresholdResult, cores: number): string {
  const { metric, actual, bound, unit } = threshold;
  const value = formatAgainst(actual, bound, unit);
  return isCpuShare(metric) && value !== NO_DATA
    ? `${value} ${formatShare(0, cores).slice('0% '.length)}`
    : value;
}

/** `at least `, where the value may have been more. */
function least(metric: MetricResult | undefined): string {
  return metric?.atMost === undefined ? '' : 'at least ';
}

function noteOf({ atMost, unit, note }: MetricResult): string | undefined {
  return atMost === undefined ? note : `at most ${formatQuantity(atMost, unit)}: ${note ?? ''}`;
}

function isCpuShare(id: string): boolean {
  return id === 'peak_cpu' || id === 'avg_cpu';
}

function rank({ level }: Row): number {
  return level === 'warn' ? 1 : 0;
}
