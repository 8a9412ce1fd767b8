/** Base units: everything inside and in JSON is in these; formatting happens in report/view only. */
export const UNITS = ['ms', 'bytes', 'ratio', 'count', 'per_second', 'bytes_per_minute'] as const;

export type Unit = (typeof UNITS)[number];

/**
 * How a metric is made of samples.
 * `scalar` has one value; `distribution` has the stats avg, min, med, max and pN for any N in 0…100.
 */
export type MetricShape = 'scalar' | 'distribution';

export interface MetricDefinition {
  /** As a person reads it: "Flow time". */
  readonly title: string;
  /** Left out where it is known only once it is measured: what flows report has a unit of its own. */
  readonly unit?: Unit;
  readonly shape: MetricShape;
  /** The metric takes a label in parentheses, as in `step(draft).p95`. */
  readonly labelled?: true;
  /** A distribution that has the stat `sum` too. */
  readonly sums?: true;
  /** Which direction is worse; a comparison needs to know it. */
  readonly worse: 'higher' | 'lower' | 'neither';
  /** Depends on how fast the machine is: never gated across machines. */
  readonly speed: boolean;
  readonly meaning: string;
}

type Scalar = Required<Pick<MetricDefinition, 'unit' | 'worse' | 'speed'>>;

const RATIO_UP: Scalar = { unit: 'ratio', worse: 'lower', speed: false };
const RATIO_DOWN: Scalar = { unit: 'ratio', worse: 'higher', speed: false };
const SHARE: Scalar = { unit: 'ratio', worse: 'higher', speed: true };
const TIME: Scalar = { unit: 'ms', worse: 'higher', speed: true };
const RATE: Scalar = { unit: 'per_second', worse: 'lower', speed: true };
const BYTES: Scalar = { unit: 'bytes', worse: 'higher', speed: false };
const COUNT: Scalar = { unit: 'count', worse: 'higher', speed: false };

const metric = (title: string, scalar: Scalar, meaning: string): MetricDefinition => ({
  ...scalar,
  title,
  shape: 'scalar',
  meaning,
});

const distribution = (title: string, meaning: string): MetricDefinition => ({
  title,
  unit: 'ms',
  shape: 'distribution',
  worse: 'higher',
  speed: true,
  meaning,
});

/** The one table of metrics: grammar, summaries, reports, docs and schema all read it. */
export const METRICS = {
  success_rate: metric(
    'Success rate',
    RATIO_UP,
    'ok ÷ started; dropped flows count as not ok, flows that a fault hit on purpose do not count',
  ),
  error_rate: metric('Error rate', RATIO_DOWN, '1 − success rate'),
  total_time: metric('Total time', TIME, 'first start to last end'),
  throughput: metric('Throughput', RATE, 'ok flows ÷ total time'),
  flow_time: distribution(
    'Flow time',
    'over ok flows, in the open model from when they were due; exact order statistics, linear interpolation at p·(n−1)',
  ),
  step: {
    ...distribution('Step', 'time of one stage of a flow, over ok flows'),
    labelled: true,
  },
  ttfb: distribution(
    'Time to first byte',
    'from sending each request of an HTTP flow to its response, over ok flows',
  ),
  metric: {
    title: 'Metric',
    shape: 'distribution',
    labelled: true,
    sums: true,
    worse: 'higher',
    speed: false,
    meaning:
      'what flows report, of each flow the sum of its reports; over every started flow that reported it, however it ended',
  },
  peak_memory: metric(
    'Peak memory',
    BYTES,
    'resident memory of flows, services and what is watched, each process at its highest within a sampling interval',
  ),
  avg_memory: metric(
    'Average memory',
    BYTES,
    'resident memory of flows, services and what is watched, over time',
  ),
  peak_cpu: metric(
    'Peak CPU',
    SHARE,
    'share of all cores used by flows, services and what is watched; peak over windows of at least 250 ms',
  ),
  avg_cpu: metric('Average CPU', SHARE, 'share of all cores used by flows, services and what is watched'),
  cpu_time: metric('CPU time', TIME, 'CPU time of flows, services and what is watched in all'),
  cpu_per_flow: metric('CPU time per flow', TIME, 'CPU time ÷ started flows, however they ended'),
  peak_threads: metric('Threads, peak', COUNT, 'most threads seen in one sample'),
  peak_processes: metric('Processes, peak', COUNT, 'most processes seen in one sample'),
  peak_files: metric('Open files, peak', COUNT, 'most open files seen in one sample'),
  max_concurrency: metric(
    'Concurrency, most',
    { ...COUNT, worse: 'lower' },
    'most flows in flight at one instant',
  ),
  start_skew: metric('Start skew', TIME, 'spread of actual starts behind one barrier'),
  dropped: metric('Dropped', COUNT, 'flows that found no free slot when they were due'),
  failed: metric('Failed', COUNT, 'flows that ended with an error'),
  timed_out: metric('Timed out', COUNT, 'flows that were ended past their timeout'),
  retried: metric('Tried again', COUNT, 'flows that needed more than one attempt, however they ended'),
  error_types: metric('Kinds of error', COUNT, 'different errors, by normalised message'),
  bytes_received: metric('Received', BYTES, 'bytes that came over the connections of HTTP flows'),
  bytes_sent: metric('Sent', BYTES, 'bytes that HTTP flows sent over their connections'),
  resent: metric(
    'Sent again',
    COUNT,
    'requests that an idle kept-alive connection lost unanswered, and that were sent once more',
  ),
  memory_growth: metric(
    'Memory growth',
    { ...BYTES, unit: 'bytes_per_minute' },
    "slope of the service's memory, Theil–Sen",
  ),
  memory_per_flow: metric('Memory per flow', BYTES, 'ladder: b of peak memory = a + b·N over the rungs'),
  cpu_per_flow_share: metric(
    'CPU per flow at once',
    SHARE,
    'ladder: b of average CPU = a + b·N over the rungs, as a share of all cores',
  ),
  threads_per_flow: metric('Threads per flow', COUNT, 'ladder: b of peak threads = a + b·N over the rungs'),
  efficiency: {
    ...metric(
      'Efficiency at',
      { ...RATIO_UP, speed: true },
      'ladder: throughput per flow at N ÷ throughput per flow of the first rung',
    ),
    labelled: true,
  },
  knee: metric(
    'Knee',
    { ...COUNT, worse: 'lower', speed: true },
    'ladder: flows at once at which throughput is highest, by the Universal Scalability Law',
  ),
} as const satisfies Record<string, MetricDefinition>;

export type MetricId = keyof typeof METRICS;

/** What flows tell by themselves: of a mix also those of one part, whose name is then the label. */
export const PART_METRICS = [
  'success_rate',
  'error_rate',
  'throughput',
  'flow_time',
  'ttfb',
  'dropped',
  'failed',
  'timed_out',
  'retried',
  'error_types',
  'bytes_received',
  'bytes_sent',
  'resent',
] as const satisfies readonly MetricId[];

export type PartMetric = (typeof PART_METRICS)[number];

export function isPartMetric(id: MetricId): id is PartMetric {
  return PART_METRICS.some((each) => each === id);
}

export const METRIC_IDS = Object.keys(METRICS) as [MetricId, ...MetricId[]];

/** What only a ladder can tell: shown where there is one. */
export const LADDER_METRICS: ReadonlySet<MetricId> = new Set([
  'memory_per_flow',
  'cpu_per_flow_share',
  'threads_per_flow',
  'efficiency',
  'knee',
]);

/** A metric as an expression names it: `flow_time.p95`, `step(draft).med`, `success_rate`. */
export interface MetricRef {
  readonly metric: MetricId;
  readonly label?: string;
  readonly stat?: string;
}

/** The canonical spelling: the key in results.json and in the `metrics` output. */
export function metricName({ metric, label, stat }: MetricRef): string {
  return `${metric}${label === undefined ? '' : `(${label})`}${stat === undefined ? '' : `.${stat}`}`;
}

/** A canonical name taken apart; `definition` is missing for a metric that this version does not know. */
export interface MetricName {
  readonly id: string;
  readonly label?: string | undefined;
  readonly stat?: string | undefined;
  readonly definition?: MetricDefinition | undefined;
}

const NAME = /^([a-z_]+)(?:\((.*)\))?(?:\.([a-z0-9.]+))?$/su;

/** The inverse of `metricName`, for the keys of results.json. A label may hold anything: it is what a flow calls a step. */
export function parseMetricName(name: string): MetricName {
  const [, id = name, label, stat] = NAME.exec(name) ?? [];
  return { id, label, stat, definition: isMetricId(id) ? METRICS[id] : undefined };
}

export function isMetricId(id: string): id is MetricId {
  return Object.hasOwn(METRICS, id);
}

export function definitionOf(id: MetricId): MetricDefinition {
  return METRICS[id];
}
