import type { Search } from '../checks/cleanup/search.js';
import { seesTokens } from '../checks/isolation/log.js';
import type { NetworkInjection } from '../faults/injection.js';
import { ConnectionLog } from '../faults/network/trace.js';
import { openCommandRunner } from '../flows/command/runner.js';
import type { HttpClient } from '../flows/http/port.js';
import { openHttpRunner } from '../flows/http/runner.js';
import { openModulePool } from '../flows/module/pool.js';
import { type ModuleRunner, openModuleRunner } from '../flows/module/runner.js';
import type { FlowRunner } from '../flows/runner.js';
import { messageOf } from '../lib/errors.js';
import { openedAhead } from '../load/flows.js';
import { type HttpWork, watchedIn, type Work } from '../model/plan.js';
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
  /** The same runner, if it runs a module. */
  module?: ModuleRunner;
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
  if (plan.work.kind === 'module') {
    parts.runner = parts.module = await openModule(stage, plan.work);
    const error = parts.module.hooks.has('setup') ? await parts.module.setup() : undefined;
    if (error !== undefined) throw new Error(`setup failed: ${error.message}`);
  } else if (plan.work.kind === 'http') {
    parts.runner = await openRequests(stage, plan.work, connections);
  } else {
    parts.runner = await openCommands(stage, plan.work);
  }
  await watchWhatRuns(stage);
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

async function openModule(stage: Stage, work: Extract<Work, { kind: 'module' }>): Promise<ModuleRunner> {
  const { plan, ports, watch, env, limits } = stage;
  const spec = { cwd: plan.workingDirectory, env, python: work.python };
  const confine =
    limits === undefined ? undefined : (host: number | 'hooks') => limits.ofHost(host, plan.load.flows);
  try {
    const { seed, timeout } = plan;
    const canaries = seesTokens(plan);
    const options = { ...ports, ...work, watch, spec, seed, timeout, canaries, confine };
    const { isolate } = work;
    return isolate === 'none'
      ? await openModuleRunner(options)
      : await openModulePool({ ...options, isolate, slots: openedAhead(plan.load), share: plan.load.share });
  } catch (thrown) {
    throw new Error(`${work.module} can not be run: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function openCommands(stage: Stage, work: Extract<Work, { kind: 'command' }>): Promise<FlowRunner> {
  const { plan, ports, watch, scratch, limits } = stage;
  return openCommandRunner({
    ...ports,
    watch,
    spec: { ...commandOn(stage, work.run), shell: work.shell },
    slots: openedAhead(plan.load),
    share: plan.load.share,
    timeout: plan.timeout,
    scratch,
    makeFolder: (path) => ports.files.makeFolder(path),
    canaries: seesTokens(plan),
    confine: limits === undefined ? undefined : (slot) => limits.ofSlot(slot),
  });
}

async function openRequests(
  stage: Stage,
  work: HttpWork,
  connections: ConnectionLog | undefined,
): Promise<FlowRunner> {
  const { plan, ports, watch, variables, secrets } = stage;
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
    variables,
    hide: (text) => secrets.hide(text),
    onConnection:
      connections &&
      ((slot, port) => {
        connections.add(port, { slot, at: clock.now() });
      }),
    canaries: seesTokens(plan),
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
