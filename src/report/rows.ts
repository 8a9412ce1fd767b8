import { plain } from '../lib/escape.js';
import { formatAgainst, formatQuantity, formatShare, NO_DATA } from '../lib/format.js';
import { imageSentence, limitText, metricTitle } from '../lib/metric-words.js';
import { byStanding, type Row, standingOf } from '../model/document.js';
import { metricName, parseMetricName, type Unit } from '../model/metrics.js';
import type { MetricResult, ScenarioResults, ThresholdResult } from '../model/results.js';
import { isAgainstBase } from '../model/threshold.js';

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
/** Of what flows report: the first ones. */
const REPORTED_SHOWN = 5;
/** What is worth a row of it; shares do not add up. */
const REPORTED_STATS: Partial<Record<Unit, readonly string[]>> = {
  count: ['sum', 'avg'],
  bytes: ['sum', 'avg'],
  ms: ['avg', 'p95'],
  ratio: ['avg'],
};

/** Failing gates, gates without data, those that the comparison left unresolved, alerts, gates that hold, alerts that hold, plain figures. */
export function rowsOf(scenario: ScenarioResults, cores: number): readonly Row[] {
  const judged = scenario.thresholds
    .map((threshold) => thresholdRow(threshold, scenario.metrics[metricName(threshold)], cores))
    .sort((one, other) => byStanding(one, other) || rank(one) - rank(other));
  const shown = new Set(judged.map((row) => row.metric));
  const figures = [...FIGURES, ...reportedFigures(scenario), ...COUNTED]
    .filter((name) => !shown.has(name))
    .flatMap((name) => {
      const metric = scenario.metrics[name];
      if (metric === undefined || metric.value === null) return [];
      return metric.value === 0 && COUNTED.includes(name) ? [] : [figureRow(name, metric, cores)];
    });
  return [...judged, ...figures];
}

/** `metric(tokens).sum`, `metric(tokens).avg`: of the first metrics that flows report. */
export function reportedFigures({ metrics }: Pick<ScenarioResults, 'metrics'>): readonly string[] {
  const labels = Object.keys(metrics).flatMap((name) => {
    const { id, label, stat } = parseMetricName(name);
    return id === 'metric' && stat === 'avg' && label !== undefined ? [label] : [];
  });
  return [...new Set(labels)].slice(0, REPORTED_SHOWN).flatMap((label) => {
    const name = (stat: string): string => metricName({ metric: 'metric', label, stat });
    return (REPORTED_STATS[metrics[name('avg')]?.unit ?? 'count'] ?? []).map(name);
  });
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
    accepted: threshold.accepted,
    detail: (reasonOf(threshold) ?? (metric && noteOf(metric))) || undefined,
  };
}

function reasonOf({ outcome, reason, image }: ThresholdResult): string | undefined {
  if (outcome === 'not_judged') return `not judged: ${reason ?? ''}`;
  return reason ?? (outcome === 'fail' ? image && imageSentence(image) : undefined);
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

/** `flow_time.p95 2.71 s, the gate is < 2.5 s`. */
export function rowLine({ metric, value, limit, level, detail, standing, against, accepted }: Row): string {
  const why = detail !== undefined && standing !== 'fail' ? ` (${detail})` : '';
  const measured = against === undefined ? value : against.how;
  const open = standing === 'unresolved' ? ' unresolved:' : '';
  const approved = accepted === undefined ? '' : `; accepted by this change: ${accepted}`;
  return plain(
    `${metric}${open} ${measured}${why}, the ${level === 'warn' ? 'alert' : 'gate'} is ${limit ?? ''}${approved}`,
  );
}

function isCpuShare(id: string): boolean {
  return id === 'peak_cpu' || id === 'avg_cpu';
}

function rank({ level }: Row): number {
  return level === 'warn' ? 1 : 0;
}
