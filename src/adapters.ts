import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gitProgram } from './compare/trees/git.js';
import { treeFiles } from './compare/trees/tree-files.js';
import { tcpProxyProcess } from './faults/network/process.js';
import { FifoBarrier } from './flows/command/barrier.js';
import { LauncherSlot, SpawnedSlot } from './flows/command/slot.js';
import type { GatePorts } from './gate.js';
import { nodeFreePorts } from './services/free-ports.js';
import { nodeHttp } from './services/probes.js';
import { nodeClock } from './system/clock.js';
import { nodeFiles } from './system/files.js';
import { interruptSignal } from './system/interrupt.js';
import { killPids } from './system/kill.js';
import { fileBeside, type OwnScript, readScript } from './system/own-script.js';
import type { Spawner } from './system/ports.js';
import { spawnCommand, spawnNode, spawnPython, whyUnusable } from './system/processes.js';
import { machineState } from './watch/machine.js';
import { openPidusage } from './watch/pidusage.js';
import { openProcfs } from './watch/procfs/table.js';
import type { ProcessTable } from './watch/table.js';

/** /proc where there is one, for what it costs and for what it tells; elsewhere pidusage. */
function openTable(mark: string): ProcessTable {
  return existsSync('/proc/self/stat') ? openProcfs(mark) : openPidusage();
}

type NodePorts = Omit<GatePorts, 'logger' | 'progress' | 'interrupt'> & {
  /** Listens to SIGINT, SIGTERM and SIGHUP from now on, and to an unexpected failure of our own. */
  readonly interrupt: (failed: AbortSignal) => AbortSignal;
};

/** Everything that is the same in the action and at the terminal. */
export function nodePorts(): NodePorts {
  return {
    clock: nodeClock,
    spawner: nodeSpawner(),
    openTable,
    files: nodeFiles,
    machine: machineState(),
    http: nodeHttp,
    freePorts: nodeFreePorts,
    // A chunk of its own, which a run without HTTP flows does not load.
    openHttpClient: async (options) =>
      (await import(/* webpackMode: "eager" */ './flows/http/client.js')).openUndici(options),
    openNetworkProxy: tcpProxyProcess(),
    // A chunk of its own, which a run without limits does not load.
    resourceLimits: {
      open: async (request) =>
        (await import(/* webpackMode: "eager" */ './faults/limits/open.js')).nodeResourceLimits.open(request),
    },
    newRunId: () => randomBytes(6).toString('hex'),
    interrupt: interruptSignal,
    git: gitProgram,
    treeFiles,
  };
}

/** The scripts that run module flows, beside the bundle that is running, are read at once. */
export function nodeSpawner(): Spawner {
  const inNode = ownScript('host.js');
  const inPython = ownScript('host.py');
  return {
    spawn: spawnCommand,
    ...(process.platform === 'win32' ? spawnedSlots : launcherSlots),
    spawnHost: (spec) => {
      return spec.python === undefined
        ? spawnNode(inNode(), spec, { adopts: true })
        : spawnPython(inPython(), spec);
    },
    killPids,
  };
}

/** Reads it now; what it gives throws if the script was not there. */
function ownScript(name: string): () => OwnScript {
  const file = fileBeside(import.meta.url, name);
  const script = readScript(file);
  return () => {
    if (script === undefined) throw new Error(`${file} is missing; run npm run build`);
    return script;
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
