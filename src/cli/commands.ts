import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { baseOfEvent, type EventBase } from '../compare/trees/event-base.js';
import { inTrees } from '../compare/trees/open.js';
import { defaultConfig, missingConfig, noConfig } from '../config/find-config.js';
import type { Inputs } from '../config/inputs.js';
import { makePlan } from '../config/plan.js';
import { gateChanges } from '../gate-changes/index.js';
import { gate, type GateContext } from '../gate.js';
import { init } from '../init/index.js';
import { messageOf, UserError } from '../lib/errors.js';
import { exitStatus } from '../lib/exit-status.js';
import { type Results, RESULTS_SCHEMA, resultsSchema } from '../model/results.js';
import { renderTerminal } from '../report/terminal.js';
import { rejudge } from '../verdict/rejudge.js';
import type { OutputOptions } from './options.js';
import { tell, type Terminal, writeOutputs } from './outputs.js';

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

/** `flowgate report`: runs the checks of saved results again and shows them; the exit status is their verdict's. */
export async function showAgain(terminal: Terminal, file: string, outputs: OutputOptions): Promise<number> {
  const results = rejudge(parseResults(await readText(terminal, file), file));
  await writeOutputs(terminal, results, outputs);
  terminal.screen.write(`${renderTerminal(results, terminal.screen)}\n`);
  return exitStatus(results);
}

/** Bytes. A run of a million flows keeps some 20,000 of them: about 20 MB. */
const LARGEST_RESULTS = 256e6;

async function readText({ ports, cwd }: Terminal, file: string): Promise<string | undefined> {
  try {
    return await ports.files.read(isAbsolute(file) ? file : join(cwd, file), LARGEST_RESULTS);
  } catch (thrown) {
    if (thrown instanceof UserError)
      throw new UserError({ file, message: thrown.problems[0]?.message ?? '' });
    throw new UserError({ file, message: `can not be read: ${messageOf(thrown)}` });
  }
}

/** Nobody reads more. */
const MOST_ISSUES = 20;

function firstOf({ issues }: z.ZodError): string {
  const rest = issues.length > MOST_ISSUES ? [`and ${issues.length - MOST_ISSUES} more`] : [];
  return [z.prettifyError({ issues: issues.slice(0, MOST_ISSUES) }), ...rest].join('\n');
}

/** Saved results are data from outside: nothing of them is used before the schema has let them through. */
function parseResults(text: string | undefined, file: string): Results {
  if (text === undefined) {
    throw new UserError({ file, message: 'there is no such file; flowgate run writes it' });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw new UserError({ file, message: `is not JSON: ${messageOf(thrown)}` });
  }
  const parsed = resultsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError({
    file,
    message: `is not a results file of this version (${RESULTS_SCHEMA}):\n${firstOf(parsed.error)}`,
  });
}

/** `flowgate validate`: says everything that is wrong with a config, or that nothing is. */
export async function validate({ screen, ports, cwd }: Terminal, file: string | undefined): Promise<number> {
  const places = { files: ports.files, workspace: cwd };
  const config = file ?? (await defaultConfig(places));
  if (config === undefined) throw new UserError(await noConfig(places));
  if (!(await ports.files.exists(resolve(cwd, config)))) {
    throw new UserError({ message: (await missingConfig(config, places)).message });
  }
  // As a run does it, so that what a run would refuse is found here too: modules and folders that are missing.
  await makePlan({ config }, { ...places, prepares: true });
  screen.write(`${config} is valid\n`);
  return 0;
}

/** `flowgate init`: writes what is missing for a first gate, and says what was found, written and kept. */
export async function initRepository({ screen, ports, cwd }: Terminal): Promise<number> {
  const { found, written, kept } = await init(ports.files, cwd);
  const lines = [
    `found: ${found}`,
    ...written.map((path) => `wrote ${path}`),
    ...kept.map((path) => `kept ${path}, which was there already`),
    ...(written.length === 0 ? [] : ['try it here with: npx flowgate run']),
  ];
  screen.write(`${lines.join('\n')}\n`);
  return 0;
}
