import { parseMetricName, type MetricDefinition, type MetricId } from '../model/metrics.js';
import type { History, HistoryPoint, Past, Trend } from '../model/history.js';
import type { Environment } from '../model/record.js';
import type { ScenarioResults } from '../model/results.js';
import { fingerprintOf } from './fingerprint.js';
import { loadKey } from './history-point.js';
import { trendOf } from './trend.js';

/** Of which the trend is shown; what another of them says already is left out. */
const TRENDED: ReadonlySet<string> = new Set<MetricId>([
  'success_rate',
  'flow_time',
  'ttfb',
  'step',
  'throughput',
  'peak_memory',
  'avg_memory',
  'peak_cpu',
  'cpu_per_flow',
  'peak_threads',
  'peak_processes',
  'peak_files',
  'memory_growth',
  'memory_per_flow',
  'cpu_per_flow_share',
  'threads_per_flow',
  'knee',
]);
const STATS: readonly (string | undefined)[] = [undefined, 'med', 'p95'];
const MOST_TRENDS = 40;

/** Earlier runs of a scenario under its load. */
interface Comparable {
  /** On whichever machine: for what does not depend on its speed. */
  readonly all: readonly HistoryPoint[];
  /** On one like this. */
  readonly alike: readonly HistoryPoint[];
}

export function comparableTo(
  scenario: Pick<ScenarioResults, 'name'> & { readonly load: Parameters<typeof loadKey>[0] },
  { points }: Past,
  environment: Environment,
): Comparable {
  const load = loadKey(scenario.load);
  const fingerprint = fingerprintOf(environment);
  const all = points.filter((point) => point.scenario === scenario.name && point.load === load);
  return { all, alike: all.filter((point) => point.fingerprint === fingerprint) };
}

/** What earlier runs say of a scenario, this run beside them. Pure and seeded. */
export function historyOf(scenario: ScenarioResults, past: Past, environment: Environment): History {
  const { all, alike } = comparableTo(scenario, past, environment);
  const watched = Object.entries(scenario.metrics).flatMap(([name, { value }]) => {
    const definition = trendedDefinition(name);
    return definition === undefined ? [] : [{ name, definition, now: value }];
  });
  const trends = watched
    .slice(0, MOST_TRENDS)
    .map((metric) => trendOf(metric, metric.definition.speed ? alike : all))
    .filter((trend): trend is Trend => trend !== undefined);
  const { branch, file } = past.plan;
  return { branch, file, runs: all.length, sameMachine: alike.length, trends };
}

function trendedDefinition(name: string): MetricDefinition | undefined {
  const { id, stat, definition } = parseMetricName(name);
  return TRENDED.has(id) && STATS.includes(stat) ? definition : undefined;
}
