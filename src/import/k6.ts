import { isMap } from '../lib/fields.js';
import type { Distribution, ErrorGroup, ReportedTotals } from '../model/flow.js';
import type { ImportedRun, ImportFormat } from '../model/imported.js';
import type { Unit } from '../model/metrics.js';
import {
  countAt,
  errorGroup,
  mapAt,
  numberAt,
  runOf,
  sayShare,
  shown,
  Statements,
  type Stats,
  tallyWith,
  Unusable,
} from './told.js';

/*
 * k6: the summary of --summary-export, that which handleSummary is given, and the machine-readable one. The JSON lines of
 * `--out json` come to the same figures (k6-lines.ts). A flow is an iteration.
 */

type Json = Readonly<Record<string, unknown>>;
type Kind = 'trend' | 'counter' | 'rate' | 'gauge';
const KINDS: readonly string[] = ['trend', 'counter', 'rate', 'gauge'] satisfies readonly Kind[];

/** One metric of a test, whichever file it comes from. */
export interface K6Metric {
  readonly name: string;
  readonly kind: Kind;
  /** Its values are ms, bytes, or numbers of something. */
  readonly contains: 'time' | 'data' | 'default';
  /** Of a trend its stats by our names; of a counter `count` and `rate`, of a rate `passes` and `fails`, of a gauge `min` and `max`. */
  readonly values: Stats;
}

export interface K6Check {
  readonly name: string;
  readonly fails: number;
}

export interface K6Test {
  readonly format: ImportFormat;
  readonly metrics: readonly K6Metric[];
  readonly checks: readonly K6Check[];
  /** ms that the test took. */
  readonly length?: number | undefined;
  /** Where the file holds every value. */
  readonly exact?: {
    readonly flowTimes: Distribution | undefined;
    readonly firstByteTimes: Distribution | undefined;
    readonly stepTimes: ReadonlyMap<string, Distribution>;
    readonly reported: ReadonlyMap<string, ReportedTotals>;
  };
}

/** Trends of k6 itself that are times: the file of --summary-export does not say which are. */
const TIMES =
  /^(http_req_|iteration_duration|group_duration|grpc_req_duration|ws_(connecting|session_duration|ping)|browser_(http_req_duration|web_vital_(fcp|lcp|fid|inp|ttfb)))/;

export function isK6Summary(json: Json): boolean {
  const { metrics, root_group: group, results, metadata } = json;
  if (isMap(results) && isMap(metadata)) return 'k6_version' in metadata && Array.isArray(results['metrics']);
  return isMap(metrics) && (group !== undefined || 'iterations' in metrics || 'http_reqs' in metrics);
}

export function readK6Summary(json: Json): ImportedRun {
  return k6Run('results' in json ? machineReadable(json) : endOfTest(json));
}

function endOfTest(json: Json): K6Test {
  const metrics = Object.entries(mapAt(json, 'metrics')).map(([name, metric]) => {
    if (!isMap(metric)) throw new Unusable(`has metrics.${name} = ${shown(metric)}, which is no map`);
    const isTyped = typeof metric['type'] === 'string';
    const values = isTyped ? mapAt(metric, 'values') : metric;
    return metricOf(name, isTyped ? metric : untyped(name, metric), values);
  });
  return {
    format: 'k6 summary',
    metrics,
    checks: checksBelow(json['root_group']),
    length: numberAt(mapAt(json, 'state'), 'testRunDurationMs', 'state.testRunDurationMs'),
  };
}

function untyped(name: string, values: Json): Json {
  if ('passes' in values && 'fails' in values) return { type: 'rate' };
  if ('count' in values && 'rate' in values) return { type: 'counter' };
  if ('value' in values) return { type: 'gauge' };
  return { type: 'trend', contains: TIMES.test(name) ? 'time' : 'default' };
}

function machineReadable(json: Json): K6Test {
  const results = mapAt(json, 'results');
  const checks = mapAt(results, 'checks');
  const listed = [...listOf(results['metrics']), ...listOf(checks['metrics'])];
  const metrics = listed.map((metric) => {
    if (!isMap(metric) || typeof metric['name'] !== 'string') {
      throw new Unusable(`has a metric ${shown(metric)} without a name`);
    }
    // The rate of those that passed is what the other summaries call checks.
    const name = metric['name'] === 'checks_succeeded' ? 'checks' : metric['name'];
    return metricOf(name, metric, mapAt(metric, 'values'));
  });
  const length = numberAt(mapAt(json, 'config'), 'duration', 'config.duration');
  return {
    format: 'k6 summary',
    metrics: metrics.filter(({ name }) => name !== 'checks_failed' && name !== 'checks_total'),
    checks: listOf(checks['results']).map(checkOf),
    length: length === undefined ? undefined : length * 1000,
  };
}

function metricOf(name: string, { type, contains }: Json, values: Json): K6Metric {
  if (typeof type !== 'string' || !KINDS.includes(type)) {
    throw new Unusable(
      `has the metric ${name} of the type ${shown(type)}, which is none of ${KINDS.join(', ')}`,
    );
  }
  const kind = type as Kind;
  return {
    name,
    kind,
    contains: contains === 'time' || contains === 'data' ? contains : 'default',
    values: kind === 'trend' ? trendStats(name, values) : otherStats(name, { kind, values }),
  };
}

/** `p(95)`, or `p95` in the machine-readable one. */
const PERCENTILE = /^p\(?(\d+(?:\.\d+)?)\)?$/;

function trendStats(name: string, values: Json): Stats {
  return Object.fromEntries(
    Object.keys(values).flatMap((key) => {
      const percent = PERCENTILE.exec(key)?.[1];
      const stat = percent === undefined ? key : `p${Number(percent)}`;
      if (percent === undefined && !['avg', 'min', 'med', 'max'].includes(key)) return [];
      return [[stat, numberAt(values, key, `${name}.${key}`)]];
    }),
  );
}

function otherStats(name: string, { kind, values }: { kind: Kind; values: Json }): Stats {
  const at = (key: string): number | undefined => numberAt(values, key, `${name}.${key}`);
  if (kind === 'counter') return { count: at('count'), rate: at('rate') };
  if (kind === 'gauge') return { min: at('min'), max: at('max') };
  const matches = at('matches');
  if (matches === undefined) return { passes: at('passes'), fails: at('fails') };
  const total = countAt(values, 'total', `${name}.total`);
  if (matches > total) throw new Unusable(`has ${name}.matches = ${matches} of ${total}`);
  return { passes: matches, fails: total - matches };
}

/** Groups within groups; more than a script has are not followed. */
const DEEPEST = 50;

/** Groups and checks are maps by name in the file of --summary-export, and lists in handleSummary's. */
function checksBelow(group: unknown, depth = 0): readonly K6Check[] {
  if (!isMap(group) || depth > DEEPEST) return [];
  return [
    ...listOf(group['checks']).map(checkOf),
    ...listOf(group['groups']).flatMap((each) => checksBelow(each, depth + 1)),
  ];
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

function checkOf(check: unknown): K6Check {
  if (!isMap(check) || typeof check['name'] !== 'string')
    throw new Unusable(`has a check ${shown(check)} without a name`);
  return {
    name: check['name'],
    fails: countAt(check, 'fails', `fails of the check ${shown(check['name'])}`),
  };
}

const SAID = 'as k6 says';

/** k6 does not say which iterations were ok: only that so many checks, or requests, were. */
interface Success {
  readonly ok: number;
  readonly all: number;
  readonly unit: 'checks' | 'requests';
}

/** The checks tell what the script's author calls right; without checks, whether requests failed. */
function successOf(metrics: ReadonlyMap<string, K6Metric>): Success | undefined {
  const checks = ratioOf(metrics.get('checks'));
  if (checks !== undefined) return { ok: checks.passes, all: checks.passes + checks.fails, unit: 'checks' };
  // Its passes are the requests for which "failed" is true.
  const failed = ratioOf(metrics.get('http_req_failed'));
  if (failed === undefined) return undefined;
  return { ok: failed.fails, all: failed.passes + failed.fails, unit: 'requests' };
}

function ratioOf(
  metric: K6Metric | undefined,
): { readonly passes: number; readonly fails: number } | undefined {
  if (metric === undefined) return undefined;
  const { name, kind, values } = metric;
  if (kind !== 'rate') throw new Unusable(`has ${name} as a ${kind}, which is a rate in k6`);
  const passes = countAt(values, 'passes', `${name}.passes`);
  const fails = countAt(values, 'fails', `${name}.fails`);
  return passes + fails === 0 ? undefined : { passes, fails };
}

/** The figures of a test, from whichever file. */
export function k6Run({ format, metrics: all, checks, length, exact }: K6Test): ImportedRun {
  const metrics = new Map(all.map((metric) => [metric.name, metric]));
  const iterations = metrics.get('iterations');
  if (iterations?.kind !== 'counter')
    throw new Unusable('lacks the counter iterations: no iteration of the test was completed');
  const count = countAt(iterations.values, 'count', 'iterations.count');
  const statements = new Statements();
  const success = successOf(metrics);
  if (success !== undefined) sayShare(statements, success.ok, { of: success.all, unit: success.unit });
  // At most so many iterations had something that failed.
  const failed = success === undefined ? 0 : Math.min(count, success.all - success.ok);
  sayThroughput(statements, { iterations, count, failed, length, isKnown: success !== undefined });
  statements.say('total_time', length, { note: SAID });
  // k6 leaves out metrics that nothing was counted in.
  statements.say('dropped', metrics.get('dropped_iterations')?.values['count'] ?? 0, { note: SAID });
  statements.say('max_concurrency', metrics.get('vus')?.values['max'], { note: 'virtual users, as k6 says' });
  statements.say('bytes_received', metrics.get('data_received')?.values['count'], { note: SAID });
  statements.say('bytes_sent', metrics.get('data_sent')?.values['count'], { note: SAID });
  for (const metric of all) sayMetric(statements, metric, exact !== undefined);
  return runOf({
    format,
    flow: 'iteration',
    count,
    statements,
    counted: exact === undefined ? [] : ['flow_time', 'ttfb', 'step', 'metric'],
    tally: tallyWith({ ...exact, counts: { ok: count - failed, failed }, errors: errorsOf(checks, success) }),
    notes: [
      success === undefined
        ? 'the script has no checks and makes no HTTP requests, so that success_rate has no data'
        : `k6 does not say which iterations were ok: success_rate is the share of ${success.unit} that were, and flow_time is of all iterations`,
    ],
  });
}

function errorsOf(checks: readonly K6Check[], success: Success | undefined): readonly ErrorGroup[] {
  if (success?.unit === 'requests')
    return [errorGroup('a request failed (http_req_failed)', success.all - success.ok)];
  return checks.map(({ name, fails }) => errorGroup(`the check ${shown(name)} failed`, fails));
}

interface Passed {
  readonly iterations: K6Metric;
  readonly count: number;
  readonly failed: number;
  readonly length: number | undefined;
  readonly isKnown: boolean;
}

/** Between two bounds where something failed: each failure may have been in an iteration of its own, or all in one. */
function sayThroughput(statements: Statements, { iterations, count, failed, length, isKnown }: Passed): void {
  const rate =
    iterations.values['rate'] ?? (length === undefined || length === 0 ? undefined : (count * 1000) / length);
  if (rate === undefined || !isKnown || count === 0) return;
  if (failed === 0) {
    statements.say('throughput', rate, { note: SAID });
    return;
  }
  const note = 'k6 does not say which iterations were ok';
  statements.say('throughput', (rate * (count - failed)) / count, { atMost: rate, note });
}

/** What has a metric of its own in flowgate. */
const TAKEN: ReadonlySet<string> = new Set([
  'iterations',
  'dropped_iterations',
  'data_received',
  'data_sent',
  'vus',
  'vus_max',
]);

const UNITS: Readonly<Record<K6Metric['contains'], Unit>> = { time: 'ms', data: 'bytes', default: 'count' };

/** Times are steps, everything else is a metric; where every value is known they are counted from those. */
function sayMetric(statements: Statements, metric: K6Metric, isExact: boolean): void {
  const { name, kind, contains, values } = metric;
  if (TAKEN.has(name)) return;
  const label = { metric: 'metric', label: name, unit: UNITS[contains] } as const;
  if (kind === 'counter') statements.stats(label, { sum: values['count'] }, SAID);
  else if (kind === 'gauge') statements.stats(label, { min: values['min'], max: values['max'] }, SAID);
  else if (kind === 'rate') sayRate(statements, metric);
  else if (!isExact) sayTrend(statements, metric, label);
}

function sayRate(statements: Statements, metric: K6Metric): void {
  const ratio = ratioOf(metric);
  if (ratio === undefined) return;
  const { passes, fails } = ratio;
  const label = { metric: 'metric', label: metric.name, unit: 'ratio' } as const;
  statements.stats(label, { avg: passes / (passes + fails) }, SAID);
}

type Label = Parameters<Statements['stats']>[0];

function sayTrend(statements: Statements, { name, contains, values }: K6Metric, label: Label): void {
  if (name === 'iteration_duration') {
    statements.stats({ metric: 'flow_time' }, values, SAID);
    return;
  }
  // Which is the time to the first byte, and a part of http_req_duration as well.
  if (name === 'http_req_waiting') statements.stats({ metric: 'ttfb' }, values, SAID);
  statements.stats(contains === 'time' ? { metric: 'step', label: name } : label, values, SAID);
}
