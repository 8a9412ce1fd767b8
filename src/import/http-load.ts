import { isMap } from '../lib/fields.js';
import { formatCount } from '../lib/format.js';
import type { ImportedRun, ImportFormat } from '../model/imported.js';
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
 * oha and autocannon: many requests of one kind. A flow is a request, and one that was answered with a status of 400 or
 * more was not ok, whatever the tool calls it.
 */

type Json = Readonly<Record<string, unknown>>;

const SECOND = 1000;

export function isOha(json: Json): boolean {
  const { summary } = json;
  return isMap(summary) && 'successRate' in summary && 'statusCodeDistribution' in json;
}

/** What oha calls requests that were under way when its time was up: it counts them neither as ok nor as failed. */
const CUT_SHORT = 'aborted due to deadline';

export function readOha(json: Json): ImportedRun {
  const summary = mapAt(json, 'summary');
  const statuses = countsIn(mapAt(json, 'statusCodeDistribution'), 'statusCodeDistribution');
  const failures = countsIn(mapAt(json, 'errorDistribution'), 'errorDistribution');
  const cutShort = failures.find(({ name }) => name === CUT_SHORT)?.count ?? 0;
  const statements = new Statements();
  const note = 'as oha says';
  statements.stats(
    { metric: 'flow_time' },
    {
      avg: seconds(summary, 'average'),
      min: seconds(summary, 'fastest'),
      max: seconds(summary, 'slowest'),
      ...percentiles(mapAt(json, 'latencyPercentiles'), { pattern: /^p([\d.]+)$/, scale: SECOND }),
    },
    note,
  );
  const firstByte = mapAt(mapAt(json, 'details'), 'firstByte');
  statements.stats(
    { metric: 'ttfb' },
    {
      avg: seconds(firstByte, 'average'),
      min: seconds(firstByte, 'fastest'),
      max: seconds(firstByte, 'slowest'),
      ...percentiles(mapAt(json, 'firstBytePercentiles'), { pattern: /^p([\d.]+)$/, scale: SECOND }),
    },
    note,
  );
  return answered(
    { format: 'oha JSON', tool: 'oha', length: seconds(summary, 'total'), statements },
    {
      statuses,
      failures: failures.filter(({ name }) => name !== CUT_SHORT),
      notes:
        cutShort === 0
          ? []
          : [`${formatCount(cutShort)} requests were under way when oha stopped, and are not counted`],
    },
  );
}

function seconds(map: Json, key: string): number | undefined {
  const value = numberAt(map, key);
  return value === undefined ? undefined : value * SECOND;
}

/** `p99.9` of oha, `p99_9` of autocannon. */
function percentiles(
  map: Json,
  { pattern, scale }: { readonly pattern: RegExp; readonly scale: number },
): Stats {
  return Object.fromEntries(
    Object.keys(map).flatMap((key) => {
      const percent = Number(pattern.exec(key)?.[1]?.replace('_', '.'));
      if (!(percent > 0 && percent < 100)) return [];
      const value = numberAt(map, key);
      return [[percent === 50 ? 'med' : `p${percent}`, value === undefined ? undefined : value * scale]];
    }),
  );
}

interface Count {
  readonly name: string;
  readonly count: number;
}

function countsIn(map: Json, where: string): readonly Count[] {
  return Object.keys(map).map((name) => ({ name, count: countAt(map, name, `${where}.${name}`) }));
}

/** A file of autocannon --json. */
export function isAutocannon(json: Json): boolean {
  return isMap(json['latency']) && isMap(json['requests']) && 'non2xx' in json && '2xx' in json;
}

export function readAutocannon(json: Json): ImportedRun {
  const latency = mapAt(json, 'latency');
  const statements = new Statements();
  statements.stats(
    { metric: 'flow_time' },
    countAt(latency, 'totalCount', 'latency.totalCount') === 0
      ? {}
      : {
          avg: numberAt(latency, 'average'),
          min: numberAt(latency, 'min'),
          max: numberAt(latency, 'max'),
          ...percentiles(latency, { pattern: /^p(\d+(?:_\d+)?)$/, scale: 1 }),
        },
    'as autocannon says',
  );
  const timeouts = countAt(json, 'timeouts');
  const errors = countAt(json, 'errors');
  if (timeouts > errors) throw new Unusable(`counts ${timeouts} timeouts among ${errors} errors`);
  statements.say('timed_out', timeouts, { note: 'as autocannon says' });
  const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'].map((name) => ({ name, count: countAt(json, name) }));
  const wrong = countAt(json, 'mismatches');
  return answered(
    { format: 'autocannon JSON', tool: 'autocannon', length: seconds(json, 'duration'), statements },
    {
      statuses: classes.filter(({ count }) => count > 0),
      failures: [{ name: 'a connection failed', count: errors - timeouts }],
      timedOut: timeouts,
      wrong: { name: 'the body was not the expected one', count: wrong },
      notes: [],
    },
  );
}

interface Tool {
  readonly format: ImportFormat;
  readonly tool: string;
  /** ms. */
  readonly length: number | undefined;
  readonly statements: Statements;
}

interface Answers {
  /** By status, `503` or `5xx`. */
  readonly statuses: readonly Count[];
  /** Requests that got no response. */
  readonly failures: readonly Count[];
  readonly timedOut?: number;
  /** Of the responses with a good status, those that were not right. */
  readonly wrong?: Count;
  readonly notes: readonly string[];
}

function answered(
  { format, tool, length, statements }: Tool,
  { statuses, failures, timedOut = 0, wrong = { name: '', count: 0 }, notes }: Answers,
): ImportedRun {
  const refused = statuses.filter(({ name }) => isRefusal(name));
  const right = total(statuses) - total(refused) - wrong.count;
  if (right < 0)
    throw new Unusable(`counts ${wrong.count} responses as wrong, more than there were with a good status`);
  const failed = total(refused) + wrong.count + total(failures);
  const all = right + failed + timedOut;
  const note = `as ${tool} says`;
  sayShare(statements, right, { of: all, unit: 'requests' });
  if (all > 0) statements.say('failed', failed, { note });
  statements.say('total_time', length, { note });
  if (length !== undefined && length > 0 && all > 0) {
    statements.say('throughput', (right * SECOND) / length, { note: 'responses with a status below 400' });
  }
  return runOf({
    format,
    flow: 'request',
    count: all,
    statements,
    tally: tallyWith({
      counts: { ok: right, failed, timed_out: timedOut },
      errors: [
        ...refused.map(({ name, count }) => errorGroup(`status ${name}`, count)),
        ...[...failures, wrong].map(({ name, count }) => errorGroup(name, count)),
      ],
    }),
    notes: [
      `a request was ok if it was answered with a status below 400; flow_time is of all that were answered, as ${tool} says`,
      ...notes,
    ],
  });
}

function total(counts: readonly Count[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

function isRefusal(status: string): boolean {
  const [, first] = /^([1-5])(\d\d|xx)$/.exec(status) ?? [];
  if (first === undefined) throw new Unusable(`has a status ${shown(status)}`);
  return Number(first) >= 4;
}
