import { fileURLToPath } from 'node:url';
import type { Spawner } from '../ports.js';
import { LauncherSlot } from './launcher-slot.js';
import { spawnCommand, spawnNode } from './node-process.js';
import { killPids } from './process-tree.js';
import { SpawnedSlot } from './spawned-slot.js';

/** `host`: path of the script that runs module flows, beside the bundle that is running. */
export function nodeSpawner(host: string = fileURLToPath(hostBeside(import.meta.url))): Spawner {
  return {
    spawn: spawnCommand,
    openSlot: (spec, scratch, onLaunch) =>
      process.platform === 'win32'
        ? Promise.resolve(
            new SpawnedSlot(spec, (pid) => {
              onLaunch({ pid, launcher: false });
            }),
          )
        : LauncherSlot.open(spec, scratch, (pid) => {
            onLaunch({ pid, launcher: true });
          }),
    spawnHost: (spec) => spawnNode(host, spec),
    killPids,
  };
}

/** Not `new URL('./host.js', import.meta.url)` in one expression: the bundler would take it for an asset and move it. */
function hostBeside(bundle: string): string {
  return bundle.slice(0, bundle.lastIndexOf('/') + 1) + 'host.js';
}
