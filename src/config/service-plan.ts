import { resolve } from 'node:path';
import type { ServicePlan } from '../model/plan.js';
import { inOrderOfDependence } from './dependence.js';
import type { ScenarioConfig } from './schema.js';
import type { NamedServiceConfig } from './service-schema.js';

const READY_TIMEOUT = 60_000;
const GRACE = 5_000;

/** Where the services of a scenario run unless they say otherwise, and where what they say counts from. Absolute. */
export interface ServicePlaces {
  readonly workspace: string;
  readonly workingDirectory: string;
}

/** The services of a scenario in order of dependence: the only one, several by name, or none. */
export function servicesOf(
  { service, services = {}, ca: file }: ScenarioConfig,
  places: ServicePlaces,
): readonly ServicePlan[] {
  const ca = file === undefined ? {} : { ca: resolve(places.workingDirectory, file) };
  if (service !== undefined) return [{ ...planOf(service, places), ...ca }];
  const after = new Map(Object.entries(services).map(([name, config]) => [name, config.after ?? []]));
  return inOrderOfDependence(after).map((name) => ({
    name,
    ...planOf(services[name] as NamedServiceConfig, places),
    ...ca,
  }));
}

function planOf(config: NamedServiceConfig, { workspace, workingDirectory }: ServicePlaces): ServicePlan {
  const { run, ready, after, env, stop, timeout, grace, 'working-directory': folder } = config;
  return {
    run,
    ready: ready ?? { kind: 'none' },
    after: after ?? [],
    env: env ?? {},
    workingDirectory: folder === undefined ? workingDirectory : resolve(workspace, folder),
    stop: stop ?? 'SIGTERM',
    readyTimeout: timeout ?? READY_TIMEOUT,
    grace: grace ?? GRACE,
  };
}
