import type { LimitPlan } from '../model/limits.js';
import type { Finding, Path } from './finding.js';
import { isMap, type Raw } from './raw.js';

/*
 * Whom a limit is for, and whether there is such a one. A limit without `of` is for whoever there is; one that names
 * somebody who is not there would be taken for one that is in force.
 */

const NO_SERVICE = 'there is no service to limit; leave it out, or write of: flow';
const NO_PROCESS = 'HTTP flows have no process of their own; limit the service (of: service)';

/** What `faults.limits` says of the scenario that it is in. */
export function limitRules(path: Path, scenario: Raw): Finding[] {
  const { faults } = scenario;
  if (!isMap(faults) || !('limits' in faults)) return [];
  const { limits } = faults;
  const at = [...path, 'faults', 'limits'];
  const entries = Array.isArray(limits) ? (limits as readonly unknown[]) : [limits];
  return entries.flatMap((entry, index) => {
    const message = isMap(entry) ? problemWith(entry, scenario) : undefined;
    return message === undefined ? [] : [{ path: Array.isArray(limits) ? [...at, index] : at, message }];
  });
}

function problemWith({ of }: Raw, scenario: Raw): string | undefined {
  const http = 'http' in scenario;
  const service = 'service' in scenario || 'services' in scenario;
  if (of === 'service') return service ? undefined : NO_SERVICE;
  if (of === 'flow' || of === 'flows') return http ? NO_PROCESS : undefined;
  return http && !service ? `limits nothing: ${NO_PROCESS}, of which there is none` : undefined;
}

/** The limits that there is somebody to have. */
export function limitsFor(
  limits: readonly LimitPlan[],
  { http, services }: { readonly http: boolean; readonly services: boolean },
): readonly LimitPlan[] {
  return limits.filter(({ of }) => (of === 'service' ? services : !http));
}
