import { nodePorts, nodeSpawner } from '../../../src/adapters.js';
import type { EventBase } from '../../../src/compare/trees/base.js';
import { gitProgram } from '../../../src/compare/trees/git.js';
import { type Comparing, openTrees, type TreePorts } from '../../../src/compare/trees/open.js';
import { treeFiles } from '../../../src/compare/trees/tree-files.js';
import { basePlanner } from '../../../src/config/base-scenario.js';
import type { Inputs } from '../../../src/config/inputs.js';
import { makePlan } from '../../../src/config/plan.js';
import type { ComparePlan } from '../../../src/model/comparison.js';
import type { Plan } from '../../../src/model/plan.js';
import { nodeClock } from '../../../src/system/clock.js';
import { nodeFiles } from '../../../src/system/files.js';

export interface World {
  readonly ports: TreePorts;
  /** What was said, in order: `info …`, `warn …`. */
  readonly log: string[];
  readonly interrupt: AbortController;
}

/** Real ports. */
export function treeWorld(): World {
  const log: string[] = [];
  const say = (level: string) => (message: string) => {
    log.push(`${level} ${message}`);
  };
  const interrupt = new AbortController();
  const { openTable, newRunId } = nodePorts();
  const ports: TreePorts = {
    openTable,
    newRunId,
    git: gitProgram,
    files: nodeFiles,
    spawner: nodeSpawner(),
    clock: nodeClock,
    treeFiles,
    logger: { info: say('info'), warn: say('warn'), error: say('error'), debug: say('debug') },
    interrupt: interrupt.signal,
  };
  return { ports, log, interrupt };
}

export interface Opening {
  readonly workspace: string;
  readonly inputs?: Inputs;
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: EventBase;
}

/** Plans what the inputs and the workspace's config say, and puts it into trees; rejects, with nothing left, if it can not. */
export async function openIn({ ports }: World, opening: Opening): Promise<Comparing> {
  const { workspace, inputs = {}, env = {}, event = { kind: 'none' } } = opening;
  const plan = await makePlan(inputs, { files: ports.files, workspace, prepares: true });
  const trees = await openTrees(comparing(plan), ports, {
    planBase: basePlanner(inputs, ports.files),
    workspace,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    event,
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
