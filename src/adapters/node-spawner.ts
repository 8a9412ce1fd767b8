import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Spawner } from '../ports.js';
import { FifoBarrier } from './fifo-barrier.js';
import { LauncherSlot } from './launcher-slot.js';
import { whyUnusable } from './unusable-command.js';
import { spawnCommand, spawnNode } from './node-process.js';
import { killPids } from './process-tree.js';
import { SpawnedSlot } from './spawned-slot.js';

/** `host`: path of the script that runs module flows, beside the bundle that is running. */
export function nodeSpawner(host: string = fileURLToPath(hostBeside(import.meta.url))): Spawner {
  return {
    spawn: spawnCommand,
    ...(process.platform === 'win32' ? spawnedSlots : launcherSlots),
    spawnHost: (spec) => spawnNode(host, spec),
    killPids,
  };
}

type Slots = Pick<Spawner, 'openBarrier' | 'openSlot'>;

const launcherSlots: Slots = {
  openBarrier: (scratch) => FifoBarrier.make(join(scratch, 'barrier')),
  openSlot: (spec, { scratch, barrier, onLaunch }) => {
    if (!(barrier instanceof FifoBarrier)) throw new TypeError('a launcher waits at a FIFO only');
    const onPid = (pid: number): void => {
      onLaunch({ pid, launcher: true });
    };
    const unusable = whyUnusable(spec);
    if (unusable !== undefined) return Promise.reject(new Error(unusable));
    return LauncherSlot.open(spec, { scratch, barrier, onLaunch: onPid });
  },
};

const spawnedSlots: Slots = {
  openBarrier: () => Promise.resolve({ release: () => undefined }),
  openSlot: (spec, { onLaunch }) => {
    const onPid = (pid: number): void => {
      onLaunch({ pid, launcher: false });
    };
    return Promise.resolve(new SpawnedSlot(spec, onPid));
  },
};

/** Not `new URL('./host.js', import.meta.url)` in one expression: the bundler would take it for an asset and move it. */
function hostBeside(bundle: string): string {
  return bundle.slice(0, bundle.lastIndexOf('/') + 1) + 'host.js';
}
