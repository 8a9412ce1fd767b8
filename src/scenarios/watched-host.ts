import type { HostProcess, HostSpec, Spawner } from '../ports.js';
import type { Confinement } from './confinement.js';
import type { Watch } from './runner.js';

interface HostNeeds {
  readonly spawner: Spawner;
  readonly spec: HostSpec;
  readonly watch: Watch;
}

/** A host process that is watched from its start. */
export function spawnWatchedHost(
  { spawner, spec, watch }: HostNeeds,
  confinement: Confinement | undefined,
): HostProcess {
  const enclosure = confinement?.enclosure;
  const process = spawner.spawnHost(enclosure === undefined ? spec : { ...spec, enclosure });
  watch.addRoot({ pid: process.pid, role: 'flow', launcher: false });
  return process;
}
