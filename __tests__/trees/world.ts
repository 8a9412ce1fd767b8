import { join } from 'node:path';
import { gitProgram } from '../../src/adapters/git-program.js';
import { nodeClock } from '../../src/adapters/node-clock.js';
import { nodePorts } from '../../src/adapters/node.js';
import { nodeFiles } from '../../src/adapters/node-files.js';
import { nodeSpawner } from '../../src/adapters/node-spawner.js';
import { preparedTrees } from '../../src/adapters/prepared-trees.js';
import { treeFiles } from '../../src/adapters/tree-files.js';
import type { EventBase } from '../../src/baseline/event-base.js';
import type { Inputs } from '../../src/inputs/inputs.js';
import { makePlan } from '../../src/inputs/plan.js';
import type { ComparePlan } from '../../src/model/comparison.js';
import type { Plan } from '../../src/model/plan.js';
import { openTrees, type Comparing, type TreePorts } from '../../src/trees/open-trees.js';
import { temporary } from '../repository.js';

export interface World {
  readonly ports: TreePorts;
  /** What was said, in order: `info …`, `warn …`. */
  readonly log: string[];
  readonly cache: string;
  readonly interrupt: AbortController;
}

/** Real ports, and a cache of its own. */
export function treeWorld(): World {
  const log: string[] = [];
  const say = (level: string) => (message: string) => {
    log.push(`${level} ${message}`);
  };
  const cache = join(temporary(), 'cache');
  const interrupt = new AbortController();
  const { openTable, newRunId } = nodePorts();
  const ports: TreePorts = {
    openTable,
    newRunId,
    git: gitProgram,
    files: nodeFiles,
    spawner: nodeSpawner(),
    clock: nodeClock,
    cache: preparedTrees(cache),
    treeFiles,
    logger: { info: say('info'), warn: say('warn'), error: say('error'), debug: say('debug') },
    interrupt: interrupt.signal,
    process: { pid: process.pid, isRunning: (pid) => pid === process.pid },
  };
  return { ports, log, cache, interrupt };
}

export interface Opening {
  readonly workspace: string;
  readonly inputs?: Inputs;
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: EventBase;
  readonly repositoryName?: string;
  readonly cores?: number;
}

/** Plans what the inputs and the workspace's config say, and puts it into trees; rejects, with nothing left, if it can not. */
export async function openIn({ ports }: World, opening: Opening): Promise<Comparing> {
  const { workspace, inputs = {}, env = {}, event = { kind: 'none' }, cores = 2 } = opening;
  const plan = await makePlan(inputs, { files: ports.files, workspace, prepares: true });
  const trees = await openTrees(comparing(plan), ports, {
    inputs,
    workspace,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    event,
    environment: { os: 'linux 6', arch: 'x64', cpu: 'none', cores, memory: 1e9, node: '20.18.0' },
    repositoryName: opening.repositoryName,
  });
  if (!('thrown' in trees)) return trees;
  await trees.close();
  throw trees.thrown;
}

function comparing(plan: Plan): Plan & { readonly compare: ComparePlan } {
  const { compare } = plan;
  if (compare === undefined) throw new Error('the plan compares nothing');
  return { ...plan, compare };
}
