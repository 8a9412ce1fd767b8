import { isMap } from '../lib/fields.js';
import type { ImportedRun } from '../model/imported.js';
import {
  countAt,
  errorGroup,
  mapAt,
  numberAt,
  runOf,
  sayShare,
  Statements,
  type Stats,
  tallyWith,
  Unusable,
} from './told.js';

/* Artillery run --output: what it reports at the end, `aggregate`. A flow is a virtual user. */

type Json = Readonly<Record<string, unknown>>;

export function isArtillery({ aggregate }: Json): boolean {
  return isMap(aggregate) && isMap(aggregate['counters']) && 'summaries' in aggregate;
}

const SAID = 'as Artillery says';
const SECOND = 1000;
const SESSION = 'vusers.session_length';
/** What the plugin metrics-by-endpoint, which Artillery brings along, writes before the name of each endpoint. */
const BY_ENDPOINT = 'plugins.metrics-by-endpoint.response_time.';

export function readArtillery(json: Json): ImportedRun {
  const aggregate = mapAt(json, 'aggregate');
  const counters = mapAt(aggregate, 'counters');
  const of = (name: string): number => (name in counters ? countAt(counters, name) : 0);
  const created = of('vusers.created');
  const [completed, failed] = [of('vusers.completed'), of('vusers.failed')];
  if (completed + failed > created) {
    throw new Unusable(
      `counts ${completed + failed} virtual users that ended, of ${created} that were created`,
    );
  }
  const statements = new Statements();
  // A virtual user that has not ended is not ok.
  const refused = refusedResponses(counters);
  saySuccess(statements, { created, completed, ...refused, expects: 'plugins.expect.ok' in counters });
  if (created > 0) statements.say('failed', created - completed, { note: SAID });
  const length = lengthOf(aggregate);
  statements.say('total_time', length, { note: SAID });
  if (length !== undefined && length > 0 && created > 0) {
    statements.say('throughput', (completed * SECOND) / length, {
      note: 'virtual users that completed, per second',
    });
  }
  for (const [name, summary] of Object.entries(mapAt(aggregate, 'summaries'))) {
    if (!isMap(summary)) throw new Unusable(`has a summary ${name} that is no map`);
    saySummary(statements, name, summary);
  }
  for (const name of Object.keys(counters).filter((each) => !each.startsWith('vusers.'))) {
    statements.stats({ metric: 'metric', label: name }, { sum: countAt(counters, name) }, SAID);
  }
  return runOf({
    format: 'Artillery report',
    flow: 'virtual user',
    count: created,
    statements,
    tally: tallyWith({
      counts: { ok: completed, failed: created - completed },
      errors: [
        ...Object.keys(counters)
          .filter((name) => name.startsWith('errors.'))
          .map((name) => errorGroup(name.slice('errors.'.length), of(name))),
        ...refused.statuses.map(({ status, count }) => errorGroup(`a response with status ${status}`, count)),
      ],
    }),
    notes: [
      'a virtual user was ok if it completed; Artillery calls it that whatever the status of its responses, so that ' +
        'success_rate is the share of responses with a status below 400 if that is lower and the plugin expect is not used',
      'flow_time is of virtual users that completed; Artillery rounds percentiles to within 1%',
    ],
  });
}

interface Refused {
  readonly statuses: readonly { readonly status: string; readonly count: number }[];
  readonly refusals: number;
  readonly responses: number;
}

const STATUS = /^http\.codes\.(\d{3})$/;

function refusedResponses(counters: Json): Refused {
  const all = Object.keys(counters).flatMap((name) => {
    const status = STATUS.exec(name)?.[1];
    return status === undefined ? [] : [{ status, count: countAt(counters, name) }];
  });
  const statuses = all.filter(({ status }) => Number(status) >= 400);
  const sum = (counts: typeof all): number => counts.reduce((total, { count }) => total + count, 0);
  return { statuses, refusals: sum(statuses), responses: sum(all) };
}

interface Success extends Refused {
  readonly created: number;
  readonly completed: number;
  /** The test says itself what a right response is. */
  readonly expects: boolean;
}

function saySuccess(
  statements: Statements,
  { created, completed, refusals, responses, expects }: Success,
): void {
  const isLower = responses > 0 && (responses - refusals) / responses < completed / created;
  if (isLower && !expects) sayShare(statements, responses - refusals, { of: responses, unit: 'responses' });
  else sayShare(statements, completed, { of: created, unit: 'virtual users' });
}

/** From the first virtual user to the last count. */
function lengthOf(aggregate: Json): number | undefined {
  const from = numberAt(aggregate, 'firstMetricAt');
  const to = numberAt(aggregate, 'lastMetricAt');
  return from === undefined || to === undefined ? undefined : to - from;
}

/** Times of Artillery's own are steps; what a script measures has no unit that the file tells. */
function saySummary(statements: Statements, name: string, summary: Json): void {
  const stats: Stats = {
    avg: numberAt(summary, 'mean', `${name}.mean`),
    min: numberAt(summary, 'min', `${name}.min`),
    med: numberAt(summary, 'median', `${name}.median`),
    max: numberAt(summary, 'max', `${name}.max`),
    p75: numberAt(summary, 'p75', `${name}.p75`),
    p90: numberAt(summary, 'p90', `${name}.p90`),
    p95: numberAt(summary, 'p95', `${name}.p95`),
    p99: numberAt(summary, 'p99', `${name}.p99`),
    'p99.9': numberAt(summary, 'p999', `${name}.p999`),
  };
  if (name === SESSION) statements.stats({ metric: 'flow_time' }, stats, SAID);
  else if (name.startsWith(BY_ENDPOINT)) {
    statements.stats({ metric: 'step', label: name.slice(BY_ENDPOINT.length) }, stats, SAID);
  } else {
    const isTime = name.includes('response_time');
    statements.stats({ metric: isTime ? 'step' : 'metric', label: name }, stats, SAID);
  }
}
