import { didYouMean } from '../lib/nearest.js';
import type { Threshold, ThresholdLevel } from '../model/threshold.js';
import { parseDuration } from './duration.js';
import { parseThresholds, type TextPlace, type ThresholdRule } from './thresholds.js';

/** Told of a problem of one entry; the path goes from the entry to the value. */
export type EntryReport = (message: string, path?: readonly string[], place?: TextPlace) => void;

/** Where an entry's problems go, and what else its threshold must satisfy. */
export interface EntryReading {
  readonly report: EntryReport;
  readonly rule?: ThresholdRule;
}

type Raw = Readonly<Record<string, unknown>>;

const KEYS = ['expr', 'abort-on-fail', 'delay'];

/** As the JSON Schema of the config says it. */
export const THRESHOLD_ENTRY_SCHEMA = {
  type: 'object',
  properties: {
    expr: { type: 'string', minLength: 1, description: 'METRIC OP LIMIT' },
    'abort-on-fail': {
      type: 'boolean',
      description: 'looked at once a second; if it does not hold, the run ends',
    },
    delay: { type: 'string', description: 'how long after the first flow it is first looked at' },
  },
  required: ['expr'],
  additionalProperties: false,
};

/** Reads one entry of a list of thresholds: a text, or a map with the text as `expr`. */
export function readThresholdEntry(
  entry: unknown,
  level: ThresholdLevel,
  reading: EntryReading,
): readonly Threshold[] {
  const { report } = reading;
  if (entry === null || typeof entry === 'string') {
    return readExpression(entry, level, { path: [], ...reading });
  }
  if (!isMap(entry)) {
    report(`must be text such as "success_rate >= 99%", not ${shown(entry)}`);
    return [];
  }
  for (const key of Object.keys(entry).filter((name) => !KEYS.includes(name))) {
    report(`there is no key ${key}${didYouMean(key, KEYS, `; keys are ${KEYS.join(', ')}`)}`, [key]);
  }
  const abort = readAbort(entry, level, report);
  const { expr } = entry;
  if (expr !== null && typeof expr !== 'string') {
    report(`must be text such as "error_rate < 10%", not ${shown(expr)}`, ['expr']);
    return [];
  }
  const thresholds = readExpression(expr, level, { path: ['expr'], ...reading });
  return abort === undefined ? thresholds : thresholds.map((threshold) => ({ ...threshold, abort }));
}

function readExpression(
  text: string | null,
  level: ThresholdLevel,
  { path, report, rule }: EntryReading & { path: readonly string[] },
): readonly Threshold[] {
  const parsed = parseThresholds([text], level, rule);
  for (const { message, column } of parsed.problems) report(message, path, { line: 0, column });
  return parsed.thresholds;
}

function readAbort(entry: Raw, level: ThresholdLevel, report: EntryReport): Threshold['abort'] {
  const wanted = entry['abort-on-fail'];
  if (wanted !== undefined && typeof wanted !== 'boolean') {
    report(`must be true or false, not ${shown(wanted)}`, ['abort-on-fail']);
  }
  if (wanted === true && level === 'warn') {
    report('is for thresholds: an alert warns and ends nothing', ['abort-on-fail']);
  }
  const delay = readDelay(entry, report);
  return wanted === true ? { delay } : undefined;
}

/** ms. */
function readDelay(entry: Raw, report: EntryReport): number {
  const { delay } = entry;
  if (delay === undefined) return 0;
  if (entry['abort-on-fail'] !== true) report('delays nothing without abort-on-fail: true', ['delay']);
  const result = typeof delay === 'string' ? parseDuration(delay) : undefined;
  if (result?.ok === true) return result.ms;
  report(result?.message ?? `must be a time such as 30s, 500ms or 1m30s, not ${shown(delay)}`, ['delay']);
  return 0;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : JSON.stringify(value).slice(0, 60);
}

function isMap(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
