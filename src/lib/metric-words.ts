import { formatQuantity } from './format.js';
import { parseMetricName, type Unit } from '../model/metrics.js';
import type { Threshold } from '../model/threshold.js';

/* How metrics, their directions and their limits are called. */

/** As a person reads it: `Flow time p95`, `Flow time, median`, `Step draft p95`, `Peak memory`. */
export function metricTitle(name: string): string {
  const { label, stat, definition } = parseMetricName(name);
  if (definition === undefined) return name;
  const subject = label === undefined ? definition.title : `${definition.title} ${label}`;
  const stats = definition.unit === 'ms' ? STATS_OF_TIMES : STATS;
  return stat === undefined ? subject : `${subject}${stats[stat] ?? ` ${stat}`}`;
}

const STATS: Readonly<Record<string, string>> = {
  avg: ', mean',
  min: ', least',
  med: ', median',
  max: ', most',
  sum: ', in all',
};
const STATS_OF_TIMES: typeof STATS = { ...STATS, min: ', shortest', max: ', longest' };

/** How the two directions of a metric are called. */
export interface Direction {
  /** 1 where more is worse, −1 where less is. */
  readonly sign: 1 | -1;
  /** `slower`. */
  readonly worse: string;
  readonly better: string;
  /** Follows a scenario's name, and is followed by that of the base: `is slower than`. */
  readonly thanWorse: string;
  readonly thanBetter: string;
  /** Of the value itself: `slower` of a time, else `higher`. */
  readonly up: string;
  readonly down: string;
}

const WORDS = {
  time: ['slower', 'faster', 'is slower than', 'is faster than'],
  cpu: ['more CPU', 'less CPU', 'takes more CPU than', 'takes less CPU than'],
  memory: ['more memory', 'less memory', 'takes more memory than', 'takes less memory than'],
  failures: ['fails more often', 'fails less often', 'fails more often than', 'fails less often than'],
  other: ['worse', 'better', 'is worse than', 'is better than'],
} as const;

/**
 * @param metric canonical name
 * @param meant worse, where the config says which it is
 */
export function directionOf(metric: string, meant?: 'lower'): Direction {
  const { id, definition } = parseMetricName(metric);
  const isLower = (meant ?? definition?.worse) === 'lower';
  const subject = subjectOf(id, definition?.unit);
  const [worse, better, thanWorse, thanBetter] = WORDS[subject];
  const [up, down] =
    subject === 'time' && definition?.unit === 'ms' ? ['slower', 'faster'] : ['higher', 'lower'];
  return { sign: isLower ? -1 : 1, worse, better, thanWorse, thanBetter, up, down };
}

function subjectOf(id: string, unit: Unit | undefined): keyof typeof WORDS {
  if (['success_rate', 'error_rate', 'failed', 'timed_out'].includes(id)) return 'failures';
  if (id.includes('cpu')) return 'cpu';
  if (id.includes('memory')) return 'memory';
  return unit === 'ms' || unit === 'per_second' ? 'time' : 'other';
}

type Condition = Pick<Threshold, 'op' | 'limit' | 'written'>;

/** The operator and the limit as they were written, with a space before a unit of letters: `<= base + 5%`, `< 2.5 s`. */
export function conditionText(condition: Condition): string {
  return `${condition.op} ${writtenLimit(condition)}`;
}

const SIGNS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '==': '=' } as const;

/** `≤ 30 s`, `≥ 90%`, `≤ base + 5%`: in the user's own unit where he gave one. */
export function limitText(threshold: Condition & { readonly unit: Unit }): string {
  const { op, limit, written, unit } = threshold;
  const sign = SIGNS[op];
  if (typeof limit !== 'number') return `${sign} ${writtenLimit(threshold).replace(' - ', ' \u2212 ')}`;
  const isReadable = written !== undefined && written.unit !== '' && !/e/i.test(written.number);
  return `${sign} ${isReadable ? writtenLimit(threshold) : formatQuantity(limit, unit)}`;
}

function writtenLimit({ op, limit, written }: Condition): string {
  const { number = '', unit = '' } = written ?? {};
  const gap = unit === '' || unit === '%' || unit.startsWith('/') ? '' : ' ';
  const amount = `${number}${gap}${unit}`;
  if (typeof limit === 'number') return amount;
  if (written === undefined) return 'base';
  const isLess = limit.delta < 0 || (limit.delta === 0 && op.startsWith('>'));
  return `base ${isLess ? '-' : '+'} ${amount}`;
}

/** Said beside a gate by history; the change is `ubuntu24 20260101.1 → ubuntu24 20260108.1`. */
export function imageSentence(change: string): string {
  return `the runner's image has changed since the last run (${change})`;
}
