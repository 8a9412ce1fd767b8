import type { Search } from '../checks/cleanup/search.js';
import { seesTokens } from '../checks/isolation/log.js';
import type { NetworkInjection } from '../faults/injection.js';
import { ConnectionLog } from '../faults/network/trace.js';
import { openCommandRunner } from '../flows/command/runner.js';
import type { HttpClient } from '../flows/http/port.js';
import { openHttpRunner } from '../flows/http/runner.js';
import { variableValues } from '../flows/http/variables.js';
import { drawParts, type HookedPart, hooksOfParts, openMixRunner } from '../flows/mix.js';
import { openModulePool } from '../flows/module/pool.js';
import { type ModuleHooks, type ModuleRunner, openModuleRunner } from '../flows/module/runner.js';
import type { FlowRunner } from '../flows/runner.js';
import { messageOf } from '../lib/errors.js';
import { openedAhead } from '../load/flows.js';
import { type HttpWork, type MixPart, type MixWork, type SingleWork, watchedIn } from '../model/plan.js';
import { type Services, startServices } from '../services/services.js';
import { findWatched } from '../services/watched.js';
import { runHook } from '../system/hook.js';
import type { CommandSpec } from '../system/ports.js';
import { commandOn, serviceOn, type Stage } from './stage.js';

/** What a session has opened so far: teardown closes it. */
export interface Parts {
  network?: NetworkInjection;
  services?: Services;
  runner?: FlowRunner;
  /** What a module has around its flows; of a mix, all of its modules. */
  module?: ModuleHooks;
  /** Looks for what the flows have left; only when they came to their own end. */
  search?: Search;
}

/**
 * Proxies, services, then setup, then whatever runs the flows; each is among the parts once it is up. Then what ran already
 * is found.
 */
export async function openParts(stage: Stage, parts: Parts): Promise<void> {
  const { plan, ports, watch, limits } = stage;
  const connections = await openNetwork(stage, parts);
  const trusted = plan.services.find(({ ca }) => ca !== undefined)?.ca;
  parts.services = await startServices(plan.services, {
    ...ports,
    ca: trusted === undefined ? undefined : await readCa(stage, trusted),
    specOf: (service) => serviceOn(stage, service),
    confine: limits === undefined ? undefined : (service) => limits.ofService(service),
    onStart: (pid) => {
      watch.addRoot({ pid, role: 'service', launcher: false });
    },
  });
  if (plan.setup !== undefined) {
    const { ok, message } = await runHook(commandOn(stage, plan.setup), ports);
    if (!ok) throw new Error(`setup failed: ${message}`);
  }
  const opening = { connections, canaries: seesTokens(plan) };
  if (plan.work.kind === 'mix') await openMix(stage, plan.work, { ...opening, parts });
  else if (plan.work.kind !== 'import') await openWork({ ...stage, work: plan.work }, { ...opening, parts });
  const error = parts.module?.hooks.has('setup') === true ? await parts.module.setup() : undefined;
  if (error !== undefined) throw new Error(`setup failed: ${error.message}`);
  await watchWhatRuns(stage);
}

/** What all kinds of flow need to be opened. */
interface Opening {
  readonly connections: ConnectionLog | undefined;
  /** Whether what flows see is searched for tokens. */
  readonly canaries: boolean;
}

interface OpeningParts extends Opening {
  /** Get the runner, and the hooks of a module. */
  readonly parts: Pick<Parts, 'runner' | 'module'>;
}

/** The stage of a scenario, or of one part of a mix. */
interface WorkStage extends Stage {
  readonly work: SingleWork;
}

async function openWork(stage: WorkStage, { parts, ...opening }: OpeningParts): Promise<void> {
  const { work } = stage;
  if (work.kind === 'module') parts.runner = parts.module = await openModule(stage, work, opening);
  else if (work.kind === 'http') parts.runner = await openRequests(stage, work, opening);
  else parts.runner = await openCommands(stage, work, opening);
}

/** Should one of them not open, those before it are closed with the mix. */
async function openMix(stage: Stage, mix: MixWork, { parts, ...opening }: OpeningParts): Promise<void> {
  const runners = new Map<string, FlowRunner>();
  const hooked: HookedPart[] = [];
  const partOf = drawParts(mix.parts, stage.plan.seed);
  const warmUp = Array.from({ length: stage.plan.warmup }, (_, index) => partOf(-index));
  try {
    for (const [index, part] of mix.parts.entries()) {
      const opened: Pick<Parts, 'runner' | 'module'> = {};
      await openWork(await stageOfPart(stage, part, index), { ...opening, parts: opened });
      const { runner, module } = opened;
      if (runner !== undefined) runners.set(part.name, runner);
      const warmup = warmUp.filter((name) => name === part.name).length;
      if (module !== undefined) hooked.push({ name: part.name, module, warmup });
    }
  } finally {
    parts.runner = openMixRunner(runners);
    if (hooked.length > 0) parts.module = hooksOfParts(hooked);
  }
}

/** With a folder of its own: slots of two parts have the same numbers. Limits of a mix are for its services. */
async function stageOfPart(stage: Stage, part: MixPart, index: number): Promise<WorkStage> {
  const { timeout, workingDirectory, work } = part;
  const env = { ...stage.env, ...part.env };
  const scratch = `${stage.scratch}/part-${index + 1}`;
  await stage.ports.files.makeFolder(scratch);
  return {
    ...stage,
    plan: { ...stage.plan, timeout, workingDirectory },
    env,
    scratch,
    work,
    limits: undefined,
  };
}

/** Last: by now all that could start it has run. */
async function watchWhatRuns(stage: Stage): Promise<void> {
  const { plan, ports, watch } = stage;
  const named = watchedIn(plan);
  if (named.length === 0) return;
  const specOf = (command: string): CommandSpec => ({ ...commandOn(stage, command), shell: 'sh' });
  await watch.alsoWatch(await findWatched(named, { ...ports, specOf }));
}

/** They need only listen: services and setup may connect through them before any fault is injected. */
async function openNetwork({ plan, ports }: Stage, parts: Parts): Promise<ConnectionLog | undefined> {
  const { network, seed } = plan.faults ?? {};
  if (network === undefined) return undefined;
  const proxy = await ports.openNetworkProxy(network, { seed: seed ?? plan.seed });
  const connections = new ConnectionLog();
  parts.network = { proxy, slotOf: (port, at) => connections.slotOf(port, at) };
  return connections;
}

async function openModule(
  stage: Stage,
  work: Extract<SingleWork, { kind: 'module' }>,
  { canaries }: Opening,
): Promise<ModuleRunner> {
  const { plan, ports, watch, env, limits } = stage;
  const spec = { cwd: plan.workingDirectory, env, python: work.python };
  const confine =
    limits === undefined ? undefined : (host: number | 'hooks') => limits.ofHost(host, plan.load.flows);
  try {
    const { seed, timeout } = plan;
    const options = { ...ports, ...work, watch, spec, seed, timeout, canaries, confine };
    const { isolate } = work;
    return isolate === 'none'
      ? await openModuleRunner(options)
      : await openModulePool({ ...options, isolate, slots: openedAhead(plan.load), share: plan.load.share });
  } catch (thrown) {
    throw new Error(`${work.module} can not be run: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function openCommands(
  stage: Stage,
  work: Extract<SingleWork, { kind: 'command' }>,
  { canaries }: Opening,
): Promise<FlowRunner> {
  const { plan, ports, watch, scratch, limits } = stage;
  return openCommandRunner({
    ...ports,
    watch,
    spec: { ...commandOn(stage, work.run), shell: work.shell },
    slots: openedAhead(plan.load),
    share: plan.load.share,
    timeout: plan.timeout,
    scratch,
    canaries,
    confine: limits === undefined ? undefined : (slot) => limits.ofSlot(slot),
  });
}

async function openRequests(
  stage: Stage,
  work: HttpWork,
  { connections, canaries }: Opening,
): Promise<FlowRunner> {
  const { plan, ports, watch, env, secrets } = stage;
  const { clock } = ports;
  const client = await openClient(stage, work.ca);
  return openHttpRunner({
    client,
    clock,
    watch,
    work,
    slots: plan.load.flows,
    share: plan.load.share,
    timeout: plan.timeout,
    seed: plan.seed,
    variables: variableValues(work, env),
    hide: (text) => secrets.hide(text),
    onConnection:
      connections &&
      ((slot, port) => {
        connections.add(port, { slot, at: clock.now() });
      }),
    canaries,
  });
}

async function openClient({ plan, ports }: Stage, path: string | undefined): Promise<HttpClient> {
  const faultyPorts = (plan.faults?.network ?? []).map(({ listen }) => listen.port);
  if (path === undefined) return ports.openHttpClient({ faultyPorts });
  const ca = await readCa({ ports }, path);
  try {
    return await ports.openHttpClient({ ca, faultyPorts });
  } catch (thrown) {
    throw new Error(`ca: ${path} is no certificate in PEM: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** Bytes: the bundle of all public authorities is a quarter of this. */
const LARGEST_CA = 1e6;

async function readCa({ ports }: Pick<Stage, 'ports'>, path: string): Promise<string> {
  const ca = await ports.files.read(path, LARGEST_CA);
  if (ca === undefined) throw new Error(`ca: there is no file ${path}`);
  return ca;
}
