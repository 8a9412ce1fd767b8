import type { ImportedRun } from '../model/imported.js';
import { type Line, type Row, rowsOf } from './lines.js';
import {
  countAt,
  errorGroup,
  runOf,
  sayShare,
  shown,
  Statements,
  type Stats,
  tallyWith,
  Unusable,
} from './told.js';
import type { ErrorGroup } from '../model/flow.js';

/*
 * Locust --csv: PREFIX_stats.csv, a row for each request by name and one for all, and PREFIX_stats_history.csv, the same as
 * it grew. A flow is a request.
 */

export function isLocustStatistics(head: string): boolean {
  return head.startsWith('Type,Name,Request Count,Failure Count,');
}

export function isLocustHistory(head: string): boolean {
  return head.startsWith('Timestamp,User Count,Type,Name,');
}

/** Files of Locust that hold no figures; undefined for any other. */
export function whyNoFigures(head: string): string | undefined {
  const isFailures = head.startsWith('Method,Name,Error,Occurrences');
  if (!isFailures && !head.startsWith('Count,Message,Traceback,Nodes')) return undefined;
  return `is Locust's list of ${isFailures ? 'failures' : 'exceptions'}, without times and rates; give the _stats.csv that is beside it`;
}

type Cells = Readonly<Record<string, string>>;

const SAID = 'as Locust says';
const ALL = 'Aggregated';
const NOTE = 'a request was ok if Locust did not count it as a failure; flow_time is of all requests';

/** @param failures lines of PREFIX_failures.csv, if it is there */
export async function readLocustStatistics(
  lines: AsyncIterable<Line>,
  failures: AsyncIterable<Line> | undefined,
): Promise<ImportedRun> {
  const statements = new Statements();
  let all: Cells | undefined;
  for await (const { cells, number } of cellsOf(lines)) {
    const isAll = cells['Type'] === '' && cells['Name'] === ALL;
    const stats = timesIn(cells, { number, prefix: '', suffix: ' Response Time' });
    if (isAll) {
      all = cells;
      statements.stats({ metric: 'flow_time' }, stats, SAID);
    } else {
      const label = `${cells['Type'] ?? ''} ${cells['Name'] ?? ''}`.trim();
      statements.stats({ metric: 'step', label }, stats, SAID);
    }
  }
  if (all === undefined)
    throw new Unusable(`lacks the row ${ALL}: Locust may have been killed while it wrote`);
  const requests = whole(all, 'Request Count');
  const failed = whole(all, 'Failure Count');
  if (requests > 0) {
    const rate = decimal(all, 'Requests/s') - decimal(all, 'Failures/s');
    statements.say('throughput', Math.max(0, rate), {
      note: 'requests less failures, per second, as Locust says',
    });
  }
  return ofRequests(statements, {
    format: 'Locust statistics',
    requests,
    failed,
    errors: failures === undefined ? [] : await errorsIn(failures),
    notes: [NOTE, 'percentiles are of times that Locust rounds to two digits'],
  });
}

/** Of the last row: its percentiles are those of the last ten seconds, and of no use for the whole run. */
export async function readLocustHistory(lines: AsyncIterable<Line>): Promise<ImportedRun> {
  const statements = new Statements();
  let last: { readonly cells: Cells; readonly number: number } | undefined;
  let users = 0;
  for await (const row of cellsOf(lines)) {
    const { cells } = row;
    if (cells['Name'] !== ALL) continue;
    users = Math.max(users, whole(cells, 'User Count'));
    last = row;
  }
  if (last === undefined) throw new Unusable(`lacks a row ${ALL}`);
  const { cells, number } = last;
  const requests = whole(cells, 'Total Request Count');
  statements.say('max_concurrency', users, { note: 'users, as Locust says' });
  if (requests > 0) {
    const { avg, min, med, max } = timesIn(cells, { number, prefix: 'Total ', suffix: ' Response Time' });
    statements.stats({ metric: 'flow_time' }, { avg, min, med, max }, SAID);
  }
  return ofRequests(statements, {
    format: 'Locust history',
    requests,
    failed: whole(cells, 'Total Failure Count'),
    errors: [],
    notes: [
      NOTE,
      'percentiles in a history are of the last ten seconds, so that flow_time has none: give the _stats.csv',
    ],
  });
}

interface Requests {
  readonly format: 'Locust statistics' | 'Locust history';
  readonly requests: number;
  readonly failed: number;
  readonly errors: readonly ErrorGroup[];
  readonly notes: readonly string[];
}

function ofRequests(
  statements: Statements,
  { format, requests, failed, errors, notes }: Requests,
): ImportedRun {
  if (failed > requests) throw new Unusable(`counts ${failed} failures of ${requests} requests`);
  sayShare(statements, requests - failed, { of: requests, unit: 'requests' });
  if (requests > 0) statements.say('failed', failed, { note: SAID });
  return runOf({
    format,
    flow: 'request',
    count: requests,
    statements,
    tally: tallyWith({ counts: { ok: requests - failed, failed }, errors }),
    notes,
  });
}

async function* cellsOf(
  lines: AsyncIterable<Line>,
): AsyncGenerator<{ readonly cells: Cells; readonly number: number }> {
  let head: Row | undefined;
  for await (const row of rowsOf(lines)) {
    if (head === undefined) {
      head = row;
      continue;
    }
    const names = head.fields;
    if (row.fields.length !== names.length) {
      throw new Unusable(
        `has ${row.fields.length} fields in line ${row.number} and ${names.length} in its first: it may have been cut off`,
      );
    }
    yield {
      cells: Object.fromEntries(names.map((name, at) => [name, row.fields[at] ?? ''])),
      number: row.number,
    };
  }
}

interface TimesAt {
  readonly number: number;
  readonly prefix: string;
  readonly suffix: string;
}

const PERCENT = /^(\d+(?:\.\d+)?)%$/;

/** Of a name that was never answered Locust writes N/A, or zeros. */
function timesIn(cells: Cells, { number, prefix, suffix }: TimesAt): Stats {
  const count = cells['Request Count'];
  if (count !== undefined && whole(cells, 'Request Count') === 0) return {};
  const time = (name: string): number | undefined => {
    const written = cells[name];
    if (written === undefined || written === 'N/A' || written === '') return undefined;
    const value = Number(written);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new Unusable(`has ${name} = ${shown(written)} in line ${number}, which is no time in ms`);
  };
  const percentiles = Object.keys(cells).flatMap((name) => {
    const percent = Number(PERCENT.exec(name)?.[1]);
    return percent > 0 && percent < 100 && percent !== 50 ? [[`p${percent}`, time(name)] as const] : [];
  });
  return {
    avg: time(`${prefix}Average${suffix}`),
    min: time(`${prefix}Min${suffix}`),
    med: time(`${prefix}Median${suffix}`),
    max: time(`${prefix}Max${suffix}`),
    ...Object.fromEntries(percentiles),
  };
}

function whole(cells: Cells, name: string): number {
  const written = cells[name] ?? '';
  return countAt({ [name]: /^\d+$/.test(written) ? Number(written) : written }, name);
}

function decimal(cells: Cells, name: string): number {
  const value = Number(cells[name] === '' ? NaN : cells[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Unusable(`has ${name} = ${shown(cells[name])}, which is no rate`);
}

async function errorsIn(lines: AsyncIterable<Line>): Promise<readonly ErrorGroup[]> {
  const groups: ErrorGroup[] = [];
  for await (const { cells } of cellsOf(lines)) {
    const { Method = '', Name = '', Error = '' } = cells;
    groups.push(errorGroup(`${Method} ${Name}: ${Error}`.trim(), whole(cells, 'Occurrences')));
    if (groups.length === MOST_ERRORS) break;
  }
  return groups;
}

const MOST_ERRORS = 1000;
