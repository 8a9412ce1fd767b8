import { messageOf } from '../lib/errors.js';
import { quote } from '../lib/shell.js';
import { type WatchPlan, watchTitle } from '../model/plan.js';
import type { ControlGroup } from '../system/cgroup.js';
import { type HookPorts, runHook } from '../system/hook.js';
import type { CommandSpec, Files } from '../system/ports.js';
import type { MachineState, RunningProcess } from '../watch/machine-state.js';
import type { NamedRoot } from '../watch/process-watch.js';

/* Finds what `watch` names: processes and containers that run already. */

interface WatchPorts extends HookPorts {
  readonly machine: MachineState;
  readonly files: Pick<Files, 'read'>;
  readonly specOf: (command: string) => CommandSpec;
}

/** What runs already, or why it can not be watched. */
type Found =
  | { readonly roots: readonly NamedRoot[]; /** Of the container that it is. */ readonly id?: string }
  | { readonly why: string };

/**
 * The processes and containers that are named, each once.
 * @throws Error with all that can not be watched
 */
export async function findWatched(
  plans: readonly WatchPlan[],
  ports: WatchPorts,
): Promise<readonly NamedRoot[]> {
  const found: Found[] = [];
  for (const plan of plans) found.push(await find(plan, ports));
  const missing = plans.flatMap((plan, index) => {
    const each = found[index];
    return each !== undefined && 'why' in each ? [`${watchTitle(plan)} can not be watched: ${each.why}`] : [];
  });
  if (missing.length > 0) throw new Error(missing.join('; '));
  return distinct(found, ports.machine);
}

/** A process of a container that is watched is measured with that. */
function distinct(found: readonly Found[], machine: MachineState): readonly NamedRoot[] {
  const ids = new Set(found.flatMap((each) => ('roots' in each ? (each.id ?? []) : [])));
  const roots = new Map<number, NamedRoot>();
  for (const each of found.flatMap((one) => ('roots' in one ? one.roots : []))) {
    const { pid, group } = each.root;
    const inside = group === undefined && [...ids].some((id) => typeof machine.groupOf(pid, id) === 'object');
    if (!inside && !roots.has(pid)) roots.set(pid, each);
  }
  return [...roots.values()];
}

async function find(plan: WatchPlan, ports: WatchPorts): Promise<Found> {
  const title = watchTitle(plan);
  try {
    switch (plan.kind) {
      case 'container':
        return await container(plan.container, { title, ports });
      case 'port':
        return await listener(Number(plan.port), { title, ports });
      case 'pid-file':
        return await pidFile(plan.file, { title, ports });
    }
  } catch (thrown) {
    return { why: messageOf(thrown) };
  }
}

interface Search {
  /** Of what is looked for. */
  readonly title: string;
  readonly ports: WatchPorts;
}

function processes(all: readonly RunningProcess[], { title, ports }: Search): Found {
  const own = all.find(({ pid }) => ports.machine.isAbove(pid));
  if (own !== undefined)
    return { why: `it is process ${own.pid} "${own.program}", which flowgate itself runs below` };
  return {
    roots: all.map(({ pid, program }) => ({
      name: `${title}: ${program} (pid ${pid})`,
      root: { pid, role: 'service', launcher: false, onlyWatched: true },
    })),
  };
}

const START_IT = 'start it in an earlier step, or by before, setup or a service';

async function pidFile(file: string, search: Search): Promise<Found> {
  const { files, machine } = search.ports;
  const text = await files.read(file);
  if (text === undefined) return { why: `there is no file ${file}; ${START_IT}` };
  const [, digits] = /^\s*(\d+)\s*$/m.exec(text.split('\n')[0] ?? '') ?? [];
  if (digits === undefined) return { why: `the first line of ${file} is no process id` };
  const process = machine.processOf(Number(digits));
  if (process === undefined)
    return { why: `there is no process ${digits}, which ${file} names; ${START_IT}` };
  return processes([process], search);
}

/* Ports. */

/** What listens for containers in their place. */
const FOR_CONTAINERS = /^(docker-proxy|dockerd|rootlessport|rootlesskit|slirp4netns|pasta|conmon|gvproxy)/;

async function listener(port: number, search: Search): Promise<Found> {
  const { machine } = search.ports;
  if (machine.blind !== undefined)
    return { why: 'only Linux tells which process listens; name its pid-file' };
  const sockets = (await machine.listeners()).filter(({ address }) => address.endsWith(`:${port}`));
  const held = machine.holdersOf(new Set(sockets.map(({ inode }) => inode)));
  const holders = held.flatMap((pid) => machine.processOf(pid) ?? []);
  // Workers that have inherited the socket are below the process that made it.
  const pids = new Set(holders.map(({ pid }) => pid));
  const tops = holders.filter(({ parent }) => !pids.has(parent));
  const other = tops.find(({ program }) => !FOR_CONTAINERS.test(program));
  if (other !== undefined) return processes(tops, search);
  const id = await publisherOf(port, search.ports);
  if (id !== undefined) return container(id, search);
  const [proxy] = tops;
  if (proxy !== undefined) {
    return {
      why: `${proxy.program} (pid ${proxy.pid}) listens there for a container; name that: {container: NAME}`,
    };
  }
  const [socket] = sockets;
  if (socket === undefined)
    return { why: `nothing listens there, and no container publishes it; ${START_IT}` };
  return {
    why:
      `which process of user ${socket.user} listens there only that user and root can see; name its container or ` +
      'pid-file, or run flowgate as that user',
  };
}

/* Containers. */

const ENGINES = ['docker', 'podman'] as const;
/** ms: an engine that does not answer is not worth ten minutes. */
const ANSWER = 30_000;
const NOT_FOUND = 127;

type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why?: string };

/** `why` is left out if the engine is not installed. */
async function ask(engine: string, question: string, ports: WatchPorts): Promise<Answer> {
  const { ok, message, stdout } = await runHook(ports.specOf(`${engine} ${question}`), {
    ...ports,
    limit: ANSWER,
  });
  if (ok) return { ok, text: stdout.head.trim() };
  return new RegExp(`^exit status ${NOT_FOUND}\\b`).test(message)
    ? { ok }
    : { ok, why: `${engine}: ${message}` };
}

/** Id of the container that publishes the port: `0.0.0.0:5432->5432/tcp`, `[::]:8000-8010->80-90/tcp`. */
async function publisherOf(port: number, ports: WatchPorts): Promise<string | undefined> {
  for (const engine of ENGINES) {
    const answer = await ask(engine, `ps --no-trunc --format ${quote('{{.ID}} {{.Ports}}')}`, ports);
    const line = answer.ok ? answer.text.split('\n').find((each) => publishes(each, port)) : undefined;
    if (line !== undefined) return line.split(' ')[0];
  }
  return undefined;
}

function publishes(line: string, port: number): boolean {
  return [...line.matchAll(/:(\d+)(?:-(\d+))?->[\d-]+\/tcp/g)].some(
    ([, first, last = first]) => Number(first) <= port && port <= Number(last),
  );
}

const ABOUT = quote('{{.Id}} {{.State.Pid}} {{.State.Running}} {{.Name}}');

async function container(name: string, search: Search): Promise<Found> {
  const refused: string[] = [];
  for (const engine of ENGINES) {
    const answer = await ask(engine, `container inspect --format ${ABOUT} ${quote(name)}`, search.ports);
    if (answer.ok) return inspected(answer.text, search);
    if (answer.why !== undefined) refused.push(answer.why);
  }
  return { why: refused.length === 0 ? 'neither docker nor podman is installed here' : refused.join('; ') };
}

function inspected(text: string, { title, ports }: Search): Found {
  const [id = '', digits, running, called = ''] = text.split(/\s+/);
  const pid = Number(digits);
  if (!/^[0-9a-f]{12,64}$/.test(id) || !Number.isInteger(pid))
    return { why: `what is told of it is "${text}"` };
  if (running !== 'true' || pid === 0) return { why: `it does not run; ${START_IT}` };
  const group: ControlGroup | string = ports.machine.groupOf(pid, id);
  if (typeof group === 'string') return { why: group };
  // A port may be one that it publishes.
  const name = title.startsWith('container') ? title : `${title}: container ${called.replace(/^\//, '')}`;
  return { id, roots: [{ name, root: { pid, role: 'service', launcher: false, onlyWatched: true, group } }] };
}
