import type { Search } from '../checks/cleanup/search.js';
import { seesTokens } from '../checks/isolation/log.js';
import { slowedCommand } from '../compare/calibrate/slowdown.js';
import type { NetworkInjection } from '../faults/injection.js';
import { ConnectionLog } from '../faults/network/log.js';
import { openCommandRunner } from '../flows/command/runner.js';
import type { HttpClient } from '../flows/http/port.js';
import { openHttpRunner } from '../flows/http/runner.js';
import { openModulePool } from '../flows/module/pool.js';
import { type ModuleRunner, openModuleRunner } from '../flows/module/runner.js';
import type { FlowRunner } from '../flows/runner.js';
import { messageOf } from '../lib/errors.js';
import { openedAhead } from '../load/flows.js';
import type { HttpWork, Work } from '../model/plan.js';
import { type Services, startServices } from '../services/services.js';
import { runHook } from '../system/hook.js';
import { commandOn, serviceOn, type Stage } from './stage.js';

/** Who is on the stage so far. */
export interface Cast {
  network?: NetworkInjection;
  services?: Services;
  runner?: FlowRunner;
  /** The same runner, if it runs a module. */
  module?: ModuleRunner;
  /** Looks for what the flows have left; only when they came to their own end. */
  search?: Search;
}

/** Proxies, services, then setup, then whatever runs the flows; each is told of only once it stands. */
export async function prepare(stage: Stage, cast: Cast): Promise<void> {
  const { plan, ports, watch, limits } = stage;
  const connections = await openNetwork(stage, cast);
  const trusted = plan.services.find(({ ca }) => ca !== undefined)?.ca;
  cast.services = await startServices(plan.services, {
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
    cast.runner = cast.module = await openModule(stage, plan.work);
    const error = cast.module.hooks.has('setup') ? await cast.module.setup() : undefined;
    if (error !== undefined) throw new Error(`setup failed: ${error.message}`);
  } else if (plan.work.kind === 'http') {
    cast.runner = await openRequests(stage, plan.work, connections);
  } else {
    cast.runner = await openCommands(stage, plan.work);
  }
}

/** They need only listen: services and setup may connect through them before any fault is injected. */
async function openNetwork({ plan, ports }: Stage, cast: Cast): Promise<ConnectionLog | undefined> {
  const { network, seed } = plan.faults ?? {};
  if (network === undefined) return undefined;
  const proxy = await ports.openNetworkProxy(network, { seed: seed ?? plan.seed });
  const connections = new ConnectionLog();
  cast.network = { proxy, slotOf: (port, at) => connections.slotOf(port, at) };
  return connections;
}

async function openModule(stage: Stage, work: Extract<Work, { kind: 'module' }>): Promise<ModuleRunner> {
  const { plan, ports, watch, env, limits } = stage;
  const spec = { cwd: plan.workingDirectory, env };
  const confine =
    limits === undefined ? undefined : (host: number | 'hooks') => limits.ofHost(host, plan.load.flows);
  try {
    const { seed, timeout, slowdown } = plan;
    const canaries = seesTokens(plan);
    const options = { ...ports, ...work, watch, spec, seed, timeout, canaries, confine, slowdown };
    const { isolate } = work;
    return isolate === 'none'
      ? await openModuleRunner(options)
      : await openModulePool({ ...options, isolate, slots: openedAhead(plan.load) });
  } catch (thrown) {
    throw new Error(`${work.module} can not be run: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function openCommands(stage: Stage, work: Extract<Work, { kind: 'command' }>): Promise<FlowRunner> {
  const { plan, ports, watch, scratch, limits } = stage;
  const { run, shell } = plan.slowdown === undefined ? work : slowedCommand(work, plan.slowdown);
  return openCommandRunner({
    ...ports,
    watch,
    spec: { ...commandOn(stage, run), shell },
    slots: openedAhead(plan.load),
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
  const { plan, ports, watch } = stage;
  const { clock } = ports;
  const client = await openClient(stage, work.ca);
  return openHttpRunner({
    client,
    clock,
    watch,
    work,
    slots: plan.load.flows,
    timeout: plan.timeout,
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
