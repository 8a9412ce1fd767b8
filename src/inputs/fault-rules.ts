import type { Finding, Path } from './finding.js';
import { isMap, type Raw } from './raw.js';

/* What faults and the other keys of their scenario say of each other. */

/** Loads that can not be repeated wave by wave. */
const OTHER_LOADS: Readonly<Record<string, string>> = {
  ladder: 'a ladder is one load after another already',
  stages: 'stages are one load after another already',
  rate: 'the open model goes on however earlier flows get on',
};

export function faultRules(path: Path, scenario: Raw): Finding[] {
  const { faults } = scenario;
  if (!isMap(faults)) return [];
  const injects = 'kill' in faults || 'network' in faults;
  return [...(injects ? loadRules(path, scenario) : []), ...killRules(path, scenario, faults)];
}

function loadRules(path: Path, scenario: Raw): Finding[] {
  return Object.entries(OTHER_LOADS)
    .filter(([key]) => key in scenario)
    .map(([key, why]) => ({
      path,
      key,
      message: `${key} and faults are given, and faults come in waves of one closed load: ${why}; keep one, or make two scenarios`,
    }));
}

function killRules(path: Path, scenario: Raw, { kill }: Raw): Finding[] {
  if (kill === undefined) return [];
  const { module, isolate = 'none' } = scenario;
  if (module !== undefined && isolate !== 'process') {
    const message =
      `kills a flow by its process, and with isolate: ${String(isolate)} all flows share one; ` +
      'write isolate: process';
    return [{ path: [...path, 'faults', 'kill'], message }];
  }
  if ('http' in scenario && isMap(kill) && 'signal' in kill) {
    const message = 'is for processes; of an HTTP flow the connection is reset: leave it out';
    return [{ path: [...path, 'faults', 'kill', 'signal'], message }];
  }
  return [];
}
