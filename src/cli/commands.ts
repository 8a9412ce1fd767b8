import { isAbsolute, join, resolve } from 'node:path';
import { defaultConfig, missingConfig, noConfig } from '../config/find-config.js';
import type { Inputs } from '../config/inputs.js';
import { makePlan } from '../config/plan.js';
import { reproduceCommand } from '../config/reproduce.js';
import { gate } from '../gate.js';
import { merge, parseLegs } from '../merge.js';
import { readEvent, readPayload } from '../github/event.js';
import { init } from '../init/index.js';
import { UserError } from '../lib/errors.js';
import { exitStatus } from '../lib/exit-status.js';
import { VERSION } from '../lib/version.js';
import { RESULTS_SCHEMA, resultsSchema } from '../model/results.js';
import { parsedAs, readJson } from '../saved.js';
import { rejudge } from '../verdict/rejudge.js';
import { type DemoOptions, type GateOptions, inputsOf, type RunOptions } from './options.js';
import { keepShard, type OutputOptions, refuseReports, show, tell, type Terminal } from './outputs.js';

/** `flowgate run`: plans, measures, judges, writes, prints; gives the exit status. */
export async function runScenarios(terminal: Terminal, options: RunOptions): Promise<number> {
  return runInputs(terminal, inputsOf(options), options);
}

/** `flowgate demo`. */
export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<number> {
  return runInputs(terminal, { ...inputsOf(options), demo: 'true' }, options);
}

/** `flowgate import`: judges what another tool has measured. */
export async function importFile(
  terminal: Terminal,
  file: string,
  options: GateOptions & OutputOptions,
): Promise<number> {
  return runInputs(terminal, { ...inputsOf(options), import: file }, options);
}

async function runInputs(terminal: Terminal, inputs: Inputs, outputs: OutputOptions): Promise<number> {
  if (inputs.shard !== undefined) refuseReports(outputs);
  const { ports, env, cwd } = terminal;
  const context = terminal.contextOf(reproduceCommand(inputs));
  const plan = await makePlan(inputs, {
    files: ports.files,
    workspace: cwd,
    prepares: true,
    imports: 'read',
    env: context.env,
  });
  // In a workflow the terminal's command is about the same event as the action.
  const payload = await readPayload(ports.files, env);
  const { base: event } = readEvent({ name: env.GITHUB_EVENT_NAME ?? '', payload, env });
  return gate(plan, ports, {
    inputs,
    workspace: cwd,
    event,
    context,
    tell: (results) => tell(terminal, results, outputs),
    keep: (shard) => keepShard(terminal, shard, outputs),
  });
}

/** `flowgate merge`: joins shards and judges them as one run; the exit status is the verdict's. */
export async function mergeRuns(
  terminal: Terminal,
  paths: readonly string[],
  { legs, ...outputs }: OutputOptions & { readonly legs?: string },
): Promise<number> {
  const { ports, cwd } = terminal;
  const results = await merge(paths, {
    files: ports.files,
    cwd,
    context: {
      version: VERSION,
      createdAt: ports.clock.wall().toISOString(),
      legs: legs === undefined ? undefined : parseLegs(legs, 'option --legs'),
    },
  });
  await tell(terminal, results, outputs);
  for (const fault of results.faults ?? []) ports.logger.error(`inconclusive: ${fault}`);
  return exitStatus(results);
}

/** `flowgate report`: runs the checks of saved results again and shows them; the exit status is their verdict's. */
export async function showAgain(terminal: Terminal, file: string, outputs: OutputOptions): Promise<number> {
  const { ports, cwd } = terminal;
  const json = await readJson(isAbsolute(file) ? file : join(cwd, file), ports.files, file);
  const saved = parsedAs(resultsSchema, json, { file, what: 'results file', schema: RESULTS_SCHEMA });
  const results = rejudge(saved);
  await show(terminal, results, outputs);
  return exitStatus(results);
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
