import { baseOfEvent, type EventBase } from '../baseline/event-base.js';
import { gate, type GateContext } from '../gate.js';
import { gateChanges } from '../gate-changes/index.js';
import type { Inputs } from '../inputs/inputs.js';
import { makePlan } from '../inputs/plan.js';
import type { OutputOptions } from './options.js';
import { inTrees } from '../trees/open.js';
import { tell } from './tell.js';
import type { Terminal } from './terminal.js';

/** `flowgate run` and `flowgate demo`: plans, measures, judges, writes, prints; gives the exit status. */
export async function runScenarios(
  terminal: Terminal,
  context: GateContext,
  { inputs, outputs }: { inputs: Inputs; outputs: OutputOptions },
): Promise<number> {
  const { ports, cwd } = terminal;
  const plan = await makePlan(inputs, { files: ports.files, workspace: cwd, prepares: true });
  const trees = { inputs, workspace: cwd, env: context.env, event: await eventOf(terminal) };
  const world = { ports: { ...ports, ...terminal.trees }, context: trees };
  const changed = await gateChanges(plan, { ...ports, git: terminal.trees.git }, trees);
  return inTrees(plan, world, {
    judge: async (judged, opponents) => {
      const measured = await gate(judged, ports, { ...context, ...opponents });
      const results = changed === undefined ? measured : { ...measured, gateChanges: changed };
      return tell(terminal, results, outputs);
    },
  });
}

/** Bytes: GitHub sends no event that is larger (docs, webhook payloads: 25 MB). */
const LARGEST_EVENT = 25e6;

/** In a workflow the terminal's command is about the same event as the action. */
async function eventOf({ ports, env }: Terminal): Promise<EventBase> {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_EVENT_PATH: path = '', GITHUB_REF: ref } = env;
  let payload: unknown;
  try {
    payload = JSON.parse((await ports.files.read(path, LARGEST_EVENT)) ?? '');
  } catch {
    // It is a workflow all the same, whose event says nothing.
  }
  return baseOfEvent({ name, ref, payload });
}
