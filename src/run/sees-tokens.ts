import { levelOf } from '../checks/index.js';
import { placeholdersIn } from '../lib/placeholders.js';
import type { ScenarioPlan } from '../model/plan.js';
import { ContaminationLog } from './contamination-log.js';
import type { Stage } from './stage.js';

/**
 * Whether what flows see is searched for tokens. Not where nobody asks for it, and not where no request carries one:
 * then no response can hold another flow's.
 */
export function seesTokens({ checks, work }: ScenarioPlan): boolean {
  if (levelOf('isolation', checks) === 'off') return false;
  if (work.kind !== 'http') return true;
  const sent = JSON.stringify(work.requests.map(({ url, headers, body }) => ({ url, headers, body })));
  return placeholdersIn(sent).some(({ word }) => word === 'token');
}

/** Undefined if nothing is searched. */
export function contaminationLogOf({ plan, ports, identity }: Stage): ContaminationLog | undefined {
  return seesTokens(plan) ? new ContaminationLog({ ...ports, identity, warmup: plan.warmup }) : undefined;
}
