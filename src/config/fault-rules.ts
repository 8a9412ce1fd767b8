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
  if (module !== undefined && isolate === 'thread') {
    const message =
      'kills a flow by its process, or by aborting its signal where all flows share one, and isolate: thread has ' +
      'neither; write isolate: process, or none';
    return [{ path: [...path, 'faults', 'kill'], message }];
  }
  const signal = isMap(kill) && 'signal' in kill ? [...path, 'faults', 'kill', 'signal'] : undefined;
  if (module !== undefined && isolate === 'none' && signal !== undefined) {
    const message =
      'is for processes; a module flow that shares one is aborted: leave it out, or write isolate: process';
    return [{ path: signal, message }];
  }
  if ('http' in scenario && signal !== undefined) {
    const message = 'is for processes; of an HTTP flow the connection is reset: leave it out';
    return [{ path: signal, message }];
  }
  return [];
}
