import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { ProcessTable } from '../ports.js';
import { tcpProxyProcess } from './tcp-proxy-process.js';
import type { ExecutePorts } from '../run/stage.js';
import { gitProgram } from '../trees/git.js';
import type { TreeDoors } from '../trees/open.js';
import { treeFiles } from '../trees/tree-files.js';
import { machineState } from './machine-state.js';
import { nodeClock } from './node-clock.js';
import { nodeFreePorts } from './node-free-ports.js';
import { nodeFiles } from './node-files.js';
import { nodeHttp } from './node-http.js';
import { interruptSignal } from './node-signals.js';
import { nodeSpawner } from './node-spawner.js';
import { openPidusage } from './pidusage.js';
import { openProcfs } from './procfs.js';

/** /proc where there is one, for what it costs and for what it tells; elsewhere pidusage. */
function openTable(mark: string): ProcessTable {
  return existsSync('/proc/self/stat') ? openProcfs(mark) : openPidusage();
}

type NodePorts = Omit<ExecutePorts, 'logger' | 'progress' | 'interrupt'> & {
  /** Listens to SIGINT, SIGTERM and SIGHUP from now on, and to an unexpected failure of our own. */
  readonly interrupt: (failed: AbortSignal) => AbortSignal;
  /** What comparing with a commit takes. */
  readonly trees: TreeDoors;
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
      (await import(/* webpackMode: "eager" */ './undici-client.js')).openUndici(options),
    openNetworkProxy: tcpProxyProcess(),
    // A chunk of its own, which a run without limits does not load.
    resourceLimits: {
      open: async (request) =>
        (await import(/* webpackMode: "eager" */ './cgroup-or-prlimit.js')).nodeResourceLimits.open(request),
    },
    newRunId: () => randomBytes(6).toString('hex'),
    interrupt: interruptSignal,
    trees: { git: gitProgram, treeFiles },
  };
}
