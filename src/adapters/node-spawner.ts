import { join } from 'node:path';
import type { Spawner } from '../ports.js';
import { FifoBarrier } from './fifo-barrier.js';
import { LauncherSlot } from './launcher-slot.js';
import { whyUnusable } from './unusable-command.js';
import { spawnCommand, spawnNode } from './node-process.js';
import { fileBeside, readScript } from './own-script.js';
import { killPids } from './process-tree.js';
import { SpawnedSlot } from './spawned-slot.js';

/** The script that runs module flows, beside the bundle that is running, is read at once. */
export function nodeSpawner(): Spawner {
  const host = fileBeside(import.meta.url, 'host.js');
  const script = readScript(host);
  return {
    spawn: spawnCommand,
    ...(process.platform === 'win32' ? spawnedSlots : launcherSlots),
    spawnHost: (spec) => {
      if (script === undefined) throw new Error(`${host} is missing; run npm run build`);
      return spawnNode(script, spec, { adopts: true });
    },
    killPids,
  };
}

type Slots = Pick<Spawner, 'openBarrier' | 'openSlot'>;

const launcherSlots: Slots = {
  openBarrier: (scratch) => FifoBarrier.make(join(scratch, 'barrier')),
  openSlot: (spec, { scratch, barrier, onLaunch }) => {
    if (!(barrier instanceof FifoBarrier)) throw new TypeError('a launcher waits at a FIFO only');
    const unusable = whyUnusable(spec);
    if (unusable !== undefined) return Promise.reject(new Error(unusable));
    return LauncherSlot.open(spec, { scratch, barrier, onLaunch });
  },
};

const spawnedSlots: Slots = {
  openBarrier: () => Promise.resolve({ release: () => undefined }),
  openSlot: (spec, { onLaunch }) => Promise.resolve(new SpawnedSlot(spec, onLaunch)),
};
