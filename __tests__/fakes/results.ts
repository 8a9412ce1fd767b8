import { parseThreshold } from '../../src/config/threshold-grammar.js';
import { seededRandom } from '../../src/lib/random.js';
import type { Outcome } from '../../src/model/flow.js';
import { metricName, type Unit } from '../../src/model/metrics.js';
import {
  type MetricResult,
  type Results,
  RESULTS_SCHEMA,
  type ScenarioResults,
  type ThresholdResult,
} from '../../src/model/results.js';
import type { Threshold, ThresholdLevel } from '../../src/model/threshold.js';
import { countsOf } from './counts.js';

/*
 * Builders of realistic results: everything in them hangs together as in a results file of a real run, so that a
 * report of them can be judged by looking at it.
 */

type FlowResult = ScenarioResults['flows'][number];
type SampleResult = ScenarioResults['monitor']['samples'][number];

type Editable<T> = T extends readonly (infer Item)[]
  ? Editable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Editable<T[Key]> }
    : T;

/** A copy that a test may change. */
export function editable<T>(data: T): Editable<T> {
  return structuredClone(data) as Editable<T>;
}

export const CORES = 4;

export function aResults(change: Partial<Results> = {}): Results {
  return {
    schema: RESULTS_SCHEMA,
    flowgate: '0.1.0',
    createdAt: '2026-01-05T10:00:41.000Z',
    verdict: 'pass',
    environment: {
      os: 'linux 6.11',
      arch: 'x64',
      cpu: 'AMD EPYC 7763 64-Core Processor',
      cores: CORES,
      memory: 16e9,
      node: 'v20.20.0',
      image: 'ubuntu24 20260101.1',
    },
    git: { sha: 'a'.repeat(40), ref: 'refs/pull/12/merge', repository: 'octo/shop' },
    run: {
      url: 'https://github.com/octo/shop/actions/runs/1',
      id: 1,
      number: 1234,
      attempt: 2,
      workflow: 'ci',
      job: 'gate',
    },
    reproduce: 'npx flowgate run --scenario checkout',
    scenarios: [aScenario()],
    ...change,
  };
}

/** Flows that fail, and how; the others are ok. */
export type Failing = Readonly<Record<number, { outcome: Outcome; message: string; exitStatus?: number }>>;

interface Shape {
  readonly name?: string;
  readonly flows?: number;
  readonly iterations?: number;
  /** How many of the iterations ran. */
  readonly ran?: number;
  readonly failing?: Failing;
  readonly steps?: Readonly<Record<string, number>>;
  readonly seed?: number;
  readonly peakMemory?: number;
}

/** A scenario whose flows, samples and metrics follow from its shape; `change` sets what the verdict says of it. */
export function aScenario(shape: Shape = {}, change: Partial<ScenarioResults> = {}): ScenarioResults {
  const { name = 'checkout', flows: slots = 10, iterations = 10 } = shape;
  const flows = flowsOf(shape);
  const samples = samplesOf(flows, shape.peakMemory ?? 431e6);
  return {
    name,
    verdict: 'pass',
    reasons: [],
    startedAt: '2026-01-05T10:00:00.000Z',
    kind: 'command',
    work: 'node scripts/place-order.js',
    load: { model: 'closed', flows: slots, iterations, timeout: 30_000, warmup: 0 },
    defaultGates: false,
    metrics: metricsOf(flows, samples),
    thresholds: [],
    checks: [
      {
        id: 'concurrency',
        level: 'warn',
        outcome: 'pass',
        title: `${slots} flows were in flight together`,
        evidence: ['start skew 8.2 ms'],
      },
    ],
    errors: [],
    leftovers: [],
    problems: [],
    counts: countsOf(flows),
    flows,
    monitor: {
      source: 'procfs',
      samples,
      processes: [],
      cost: { samples: samples.length, cpuTime: samples.length * 0.3, duration: samples.at(-1)?.at ?? 0 },
      notes: [],
    },
    ...change,
  };
}

/** A threshold on a metric of a scenario, judged against its value. */
export function aThreshold(
  scenario: ScenarioResults,
  expression: string,
  change: Partial<ThresholdResult> & { limit: number },
): ThresholdResult {
  const threshold = parsedThreshold(expression);
  const { value, unit } = scenario.metrics[metricName(threshold)] ?? { value: null, unit: 'ms' as const };
  const { limit } = change;
  return {
    ...threshold,
    actual: value,
    bound: limit,
    unit,
    outcome: value === null ? 'inconclusive' : holds(value, threshold.op, limit) ? 'pass' : 'fail',
    ...change,
  };
}

/** As the grammar reads it. */
export function parsedThreshold(expression: string, level: ThresholdLevel = 'fail'): Threshold {
  const parsed = parseThreshold(expression, level);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return parsed.threshold;
}

function holds(value: number, op: string, limit: number): boolean {
  return op === '<'
    ? value < limit
    : op === '<='
      ? value <= limit
      : op === '>'
        ? value > limit
        : value >= limit;
}

function flowsOf({
  flows: slots = 10,
  iterations = 10,
  ran = iterations,
  failing = {},
  ...shape
}: Shape): FlowResult[] {
  const random = seededRandom(shape.seed ?? 7);
  const free = Array.from({ length: slots }, (_unused, slot) => ({ slot: slot + 1, at: slot * 0.9 }));
  return Array.from({ length: ran }, (_unused, index) => {
    const iteration = index + 1;
    const next = free.reduce((first, other) => (other.at < first.at ? other : first));
    const startedAt = next.at;
    const failure = failing[iteration];
    const length = 1900 + random() * 600 + random() ** 8 * 900;
    const endedAt = startedAt + (failure?.outcome === 'timed_out' ? 3000 : failure ? length * 0.4 : length);
    next.at = endedAt + 0.4;
    return {
      slot: next.slot,
      iteration,
      token: `token-${iteration}`,
      outcome: failure?.outcome ?? 'ok',
      scheduledAt: index < slots ? 0 : startedAt,
      startedAt,
      endedAt,
      ...(index < slots ? { barrier: true as const } : {}),
      ...(failure ? { error: errorOf(failure) } : {}),
      ...(shape.steps ? { steps: stepsOf(shape.steps, startedAt, endedAt) } : {}),
    };
  });
}

function errorOf({ message, exitStatus }: Failing[number]): NonNullable<FlowResult['error']> {
  return { message, exitStatus };
}

function stepsOf(
  shares: Readonly<Record<string, number>>,
  start: number,
  end: number,
): NonNullable<FlowResult['steps']> {
  let at = start;
  return Object.entries(shares).map(([name, share]) => {
    const startedAt = at;
    at += (end - start) * share;
    return { name, startedAt, endedAt: at };
  });
}

function samplesOf(flows: readonly FlowResult[], peak: number): SampleResult[] {
  const end = Math.max(0, ...flows.map(({ endedAt }) => endedAt));
  const interval = Math.max(50, end / 400);
  let cpuTime = 0;
  return Array.from({ length: Math.floor(end / interval) + 1 }, (_unused, index) => {
    const at = index * interval;
    const running = flows.filter(({ startedAt, endedAt }) => startedAt <= at && at < endedAt).length;
    const wave = 0.5 - 0.5 * Math.cos((Math.min(1, at / end) * 1.6 + 0.05) * Math.PI);
    const memory = 40e6 + (peak - 40e6) * wave * Math.min(1, running / 5);
    cpuTime += interval * CORES * (0.02 + 0.021 * running * (at < 600 ? 1 : 0.35));
    return { at, memory, peakMemory: memory, cpuTime, threads: 11 + 2 * running, processes: 1 + running };
  });
}

function metricsOf(
  flows: readonly FlowResult[],
  samples: readonly SampleResult[],
): Record<string, MetricResult> {
  const ok = flows.filter(({ outcome }) => outcome === 'ok');
  const end = Math.max(0, ...flows.map(({ endedAt }) => endedAt));
  const cpuTime = samples.at(-1)?.cpuTime ?? 0;
  const peak = (pick: (sample: SampleResult) => number): number | null =>
    samples.length === 0 ? null : Math.max(...samples.map(pick));
  const some = (value: number | null): number | null => (ok.length === 0 ? null : value);
  const metric = (value: number | null, unit: Unit, note?: string): MetricResult => ({ value, unit, note });
  return {
    success_rate: metric(
      flows.length === 0 ? null : ok.length / flows.length,
      'ratio',
      `${ok.length} of ${flows.length}`,
    ),
    error_rate: metric(flows.length === 0 ? null : 1 - ok.length / flows.length, 'ratio'),
    total_time: metric(flows.length === 0 ? null : end, 'ms'),
    throughput: metric(flows.length === 0 ? null : ok.length / (end / 1000), 'per_second'),
    ...timesOf(
      'flow_time',
      ok.map(({ startedAt, endedAt }) => endedAt - startedAt),
      ['avg', 'min', 'med', 'p90', 'p95', 'p99', 'max'],
    ),
    ...stepMetrics(ok),
    peak_memory: metric(
      peak(({ peakMemory }) => peakMemory),
      'bytes',
    ),
    avg_memory: metric(
      peak(({ memory }) => memory * 0.6),
      'bytes',
    ),
    peak_cpu: metric(samples.length === 0 ? null : 0.23, 'ratio'),
    avg_cpu: metric(samples.length === 0 || end === 0 ? null : cpuTime / (end * CORES), 'ratio'),
    cpu_time: metric(samples.length === 0 ? null : cpuTime, 'ms'),
    cpu_per_flow: metric(some(cpuTime / ok.length), 'ms'),
    peak_threads: metric(
      peak(({ threads }) => threads),
      'count',
    ),
    peak_processes: metric(
      peak(({ processes }) => processes),
      'count',
    ),
    max_concurrency: metric(Math.min(10, flows.length), 'count'),
    start_skew: metric(flows.length === 0 ? null : 8.2, 'ms'),
    dropped: metric(0, 'count'),
    failed: metric(flows.filter(({ outcome }) => outcome === 'failed').length, 'count'),
    timed_out: metric(flows.filter(({ outcome }) => outcome === 'timed_out').length, 'count'),
    memory_growth: metric(null, 'bytes_per_minute', 'there is no service'),
  };
}

function stepMetrics(ok: readonly FlowResult[]): Record<string, MetricResult> {
  const names = ok[0]?.steps?.map(({ name }) => name) ?? [];
  return Object.fromEntries(
    names.flatMap((name) => {
      const times = ok.flatMap(({ steps = [] }) => steps.filter((step) => step.name === name));
      const lengths = times.map(({ startedAt, endedAt }) => endedAt - startedAt);
      return Object.entries(timesOf(`step(${name})`, lengths, ['med', 'p95']));
    }),
  );
}

function timesOf(
  name: string,
  times: readonly number[],
  stats: readonly string[],
): Record<string, MetricResult> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number | null => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)];
    const high = sorted[Math.ceil(place)];
    return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place));
  };
  const value = (stat: string): number | null => {
    if (sorted.length === 0) return null;
    if (stat === 'avg') return sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
    return at(stat === 'min' ? 0 : stat === 'med' ? 0.5 : stat === 'max' ? 1 : Number(stat.slice(1)) / 100);
  };
  return Object.fromEntries(
    stats.map((stat) => [`${name}.${stat}`, { value: value(stat), unit: 'ms' as const }]),
  );
}
