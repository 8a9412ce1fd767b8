import { parseMetricName } from './metric-title.js';

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
}

const WORDS = {
  time: ['slower', 'faster', 'is slower than', 'is faster than'],
  cpu: ['more CPU', 'less CPU', 'takes more CPU than', 'takes less CPU than'],
  memory: ['more memory', 'less memory', 'takes more memory than', 'takes less memory than'],
  failures: ['fails more often', 'fails less often', 'fails more often than', 'fails less often than'],
  other: ['worse', 'better', 'is worse than', 'is better than'],
} as const;

export function directionOf(metric: string): Direction {
  const { id, definition } = parseMetricName(metric);
  const [worse, better, thanWorse, thanBetter] = WORDS[subjectOf(id, definition?.unit)];
  return { sign: definition?.worse === 'lower' ? -1 : 1, worse, better, thanWorse, thanBetter };
}

function subjectOf(id: string, unit: string | undefined): keyof typeof WORDS {
  if (/^(?:success_rate|error_rate|failed|timed_out)$/u.test(id)) return 'failures';
  if (/cpu/u.test(id)) return 'cpu';
  if (/memory/u.test(id)) return 'memory';
  return unit === 'ms' || unit === 'per_second' ? 'time' : 'other';
}
