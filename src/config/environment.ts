import type { Finding } from './finding.js';
import { isMap, type Raw } from './raw.js';

/** Environment variables that each flow is given. */
const OF_FLOW = new Set([
  'FLOWGATE_FLOW',
  'FLOWGATE_ITERATION',
  'FLOWGATE_TOKEN',
  'FLOWGATE_WORKSPACE',
  'FLOWGATE_SEED',
  'FLOWGATE_RUN',
  'TRACEPARENT',
]);
const OF_SERVICE = /^FLOWGATE_PORT(_|$)/;

/** What is wrong with the names of `env` in the map at the path. */
export function environment(path: Finding['path'], { env }: Raw): Finding[] {
  if (!isMap(env)) return [];
  return Object.keys(env).flatMap((name) => {
    if (OF_FLOW.has(name)) {
      return [{ path: [...path, 'env', name], message: 'is set by flowgate for each flow' }];
    }
    if (OF_SERVICE.test(name)) {
      return [{ path: [...path, 'env', name], message: 'is set by flowgate: the port of a service' }];
    }
    return name === '' || /[=\0]/.test(name)
      ? [{ path: [...path, 'env'], key: name, message: `"${name}" is no name for a variable` }]
      : [];
  });
}
