import { formatBytes, formatCores, formatCount, plural } from './format.js';
import type { LimitedResource, LimitSubject } from '../model/limits.js';

interface Limit {
  readonly of: LimitSubject;
  readonly resource: LimitedResource;
  /** Base units. */
  readonly limit: number;
}

const AMOUNTS: Readonly<Record<LimitedResource, (limit: number) => string>> = {
  memory: (limit) => `${formatBytes(limit)} of memory`,
  cpu: formatCores,
  processes: (limit) => (limit === 1 ? '1 process' : `${formatCount(limit)} processes`),
  files: (limit) => plural(limit, 'open file'),
};

export const SUBJECTS: Readonly<Record<LimitSubject, string>> = {
  flow: 'each flow',
  flows: 'all flows together',
  service: 'each service',
};

/** "256 MB of memory", "0.5 cores". */
export function amountWords({ resource, limit }: Omit<Limit, 'of'>): string {
  return AMOUNTS[resource](limit);
}

/** "256 MB of memory for each flow". */
export function limitWords({ of, resource, limit }: Limit): string {
  return `${amountWords({ resource, limit })} for ${SUBJECTS[of]}`;
}
