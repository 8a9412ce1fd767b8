import { formatBytes, plural } from '../lib/format.js';
import type { GroupCounters, LimitPlan, LimitSubject } from '../model/limits.js';
import type { Exit } from '../ports.js';
import { limitsOf } from './limits-groups.js';

/** One flow, or a service that ended: what its group counted before and after, and how it ended. */
interface LimitEvidence {
  readonly before: GroupCounters;
  readonly after: GroupCounters;
  readonly exit: Exit;
  readonly of: Exclude<LimitSubject, 'flows'>;
  readonly limits: readonly LimitPlan[];
}

/** As a shell says that its command was ended by SIGKILL. */
const KILLED = 128 + 9;

/**
 * What a flow is to be called that the kernel killed for want of memory: its outcome is then `killed`. Undefined if
 * none of it was killed, or if it succeeded in spite of that. Kernels before 4.13 do not count kills in v1: there
 * SIGKILL at the limit is taken for one.
 */
export function outOfMemory(evidence: LimitEvidence): string | undefined {
  const { before, after, exit } = evidence;
  if (exit.code === 0) return undefined;
  const grew = (key: keyof GroupCounters): boolean => (after[key] ?? 0) > (before[key] ?? 0);
  const ownLimit = grew('memoryLimitHits');
  const sharedLimit = grew('sharedMemoryLimitHits');
  const bySigkill = exit.signal === 'SIGKILL' || exit.code === KILLED;
  const killed = grew('outOfMemoryKills') || (bySigkill && (ownLimit || sharedLimit));
  if (!killed) return undefined;
  const own = limitsOf(evidence.limits, evidence.of).memory;
  if (own !== undefined && ownLimit) return `killed: out of memory, the limit is ${formatBytes(own)}`;
  const shared = evidence.of === 'flow' ? limitsOf(evidence.limits, 'flows').memory : undefined;
  if (shared !== undefined && sharedLimit) {
    return `killed: out of memory, the limit of all flows together is ${formatBytes(shared)}`;
  }
  return 'killed: the machine was out of memory';
}

/** What to add to the error of a flow that failed and whose forks were refused; undefined if none was. */
export function refusedForks({ before, after, of, limits }: LimitEvidence): string | undefined {
  const count = after.refusedForks - before.refusedForks;
  const limit = limitsOf(limits, of).processes ?? limitsOf(limits, 'flows').processes;
  if (count <= 0 || limit === undefined) return undefined;
  return `${plural(count, 'fork or thread was', 'forks or threads were')} refused, the limit is ${plural(limit, 'process', 'processes')}`;
}
