import { type MetricMeanings, REPORTED_UNITS } from '../model/flow.js';
import {
  type History,
  type HistoryPoint,
  LONGEST_NAME,
  MOST_METRICS,
  type Past,
  type Trend,
} from '../model/history.js';
import {
  definitionOf,
  type MetricDefinition,
  type MetricId,
  parseMetricName,
  type Unit,
} from '../model/metrics.js';
import type { Load } from '../model/plan.js';
import type { Environment } from '../model/record.js';
import type { Results, ScenarioResults } from '../model/results.js';
import { meant, worseOf } from '../model/threshold.js';
import { trendOf } from './trend.js';

/** More digits say nothing of a run. */
const DIGITS = 6;

/** What is kept of a run: a point for each scenario that ran whole, whatever its verdict. */
export function pointsOf(results: Results): readonly HistoryPoint[] {
  return results.scenarios.filter(ranWhole).map((scenario) => pointOf(scenario, results));
}

/** The load as one text, the same for the plan and for the results of one scenario. */
export function loadKey(load: Load | ScenarioResults['load']): string {
  const { model, flows, iterations, duration, rate, stages } = load as ScenarioResults['load'];
  return JSON.stringify({ model, flows, iterations, duration, rate, stages });
}

function ranWhole({ interrupted, aborted, problems, counts }: ScenarioResults): boolean {
  const ran = counts.ok + counts.failed + counts.timed_out + counts.killed;
  return interrupted === undefined && aborted === undefined && problems.length === 0 && ran > 0;
}

function pointOf(scenario: ScenarioResults, { environment, git, run, flowgate }: Results): HistoryPoint {
  return {
    v: 1,
    scenario: scenario.name,
    fingerprint: fingerprintOf(environment),
    load: loadKey(scenario.load),
    at: scenario.startedAt,
    sha: git.sha,
    run: run && `${run.id}.${run.attempt}`,
    image: environment.image,
    flowgate,
    ...figuresOf(scenario),
  };
}

function figuresOf({ metrics }: ScenarioResults): Pick<HistoryPoint, 'metrics' | 'units'> {
  const known = Object.entries(metrics)
    .filter(([name, { value }]) => name.length <= LONGEST_NAME && value !== null && Number.isFinite(value))
    .slice(0, MOST_METRICS);
  const units = known.flatMap(([name, { unit }]) => {
    const reported = isReported(name) ? REPORTED_UNITS.find((one) => one === unit) : undefined;
    return reported === undefined ? [] : [[name, reported] as const];
  });
  return {
    metrics: Object.fromEntries(known.map(([name, { value }]) => [name, Number(value?.toPrecision(DIGITS))])),
    ...(units.length === 0 ? {} : { units: Object.fromEntries(units) }),
  };
}

function isReported(name: string): boolean {
  return parseMetricName(name).id === ('metric' satisfies MetricId);
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/**
 * What decides how fast a machine is, as far as can be told: `4 × AMD EPYC 7763 64-Core Processor, 16 GiB, ubuntu24`.
 * Where a limit leaves less of the machine, that is counted: `0.5 × …, 512 MiB`. Memory in whole GiB, as machines of one
 * kind differ in what the kernel keeps of it; of the image its name alone: its version changes weekly, and no machine
 * would ever have twenty runs.
 */
export function fingerprintOf({ cpu, cores, memory, image, os, arch }: Environment): string {
  const system = image?.split(' ')[0] ?? `${os.split(' ')[0] ?? ''} ${arch}`;
  return `${Number(cores.toPrecision(3))} × ${cpu.replace(/\s+/g, ' ').trim()}, ${rounded(memory)}, ${system}`;
}

function rounded(memory: number): string {
  return memory < GIB ? `${Math.round(memory / MIB)} MiB` : `${Math.round(memory / GIB)} GiB`;
}

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
export function historyOf(
  scenario: ScenarioResults,
  past: Past,
  { environment, meanings }: { readonly environment: Environment; readonly meanings?: MetricMeanings },
): History {
  const { all, alike } = comparableTo(scenario, past, environment);
  const watched = Object.entries(scenario.metrics).flatMap(([name, { value, unit }]) => {
    const definition = trendedDefinition(name, unit, meanings);
    return definition === undefined ? [] : [{ name, definition, now: value }];
  });
  const trends = watched
    .slice(0, MOST_TRENDS)
    .map((metric) => trendOf(metric, sameUnit(metric, metric.definition.speed ? alike : all)))
    .filter((trend): trend is Trend => trend !== undefined);
  const { branch, file } = past.plan;
  return { branch, file, runs: all.length, sameMachine: alike.length, trends };
}

function trendedDefinition(
  name: string,
  unit: Unit,
  meanings: MetricMeanings | undefined,
): MetricDefinition | undefined {
  const { id, label, stat, definition } = parseMetricName(name);
  if (isReported(name)) return stat === 'avg' ? reportedDefinition({ unit, label }, meanings) : undefined;
  return TRENDED.has(id) && STATS.includes(stat) ? definition : undefined;
}

/** What flows report depends on the speed of the machine if it is a time. */
function reportedDefinition(
  { unit, label }: { readonly unit: Unit; readonly label: string | undefined },
  meanings?: MetricMeanings,
): MetricDefinition {
  const worse = worseOf(meant({ metric: 'metric', label }, meanings));
  return { ...definitionOf('metric'), unit, worse, speed: unit === 'ms' };
}

/** What flows reported in another unit once was something else. */
function sameUnit(
  { name, definition }: { readonly name: string; readonly definition: MetricDefinition },
  points: readonly HistoryPoint[],
): readonly HistoryPoint[] {
  return isReported(name) ? points.filter(({ units }) => units?.[name] === definition.unit) : points;
}

/** A metric that flows report, with its values of earlier runs on any machine. */
export interface PastMetric {
  readonly label: string;
  readonly name: string;
  readonly definition: MetricDefinition & { readonly unit: Unit };
  readonly points: readonly HistoryPoint[];
}

/**
 * Of what the flows of the last run reported, the means that do not depend on the speed of the machine: no times, and no
 * sums, which depend on how many flows there were.
 */
export function reportedBefore(
  points: readonly HistoryPoint[],
  meanings?: MetricMeanings,
): readonly PastMetric[] {
  return Object.entries(points.at(-1)?.units ?? {}).flatMap(([name, unit]) => {
    const { label, stat } = parseMetricName(name);
    const definition = { ...reportedDefinition({ unit, label }, meanings), unit };
    if (label === undefined || stat !== 'avg' || definition.speed) return [];
    return [{ label, name, definition, points: sameUnit({ name, definition }, points) }];
  });
}
