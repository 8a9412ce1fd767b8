import type { LeftPort, Leftover } from '../model/checks.js';
import type { ListeningSocket, MachineState } from '../ports.js';
import { whatStays } from './leftovers.js';
import type { Stage } from './stage.js';

/** ms in which a socket that is being closed is closed. */
const GRACE = 300;

type Owner = Pick<Leftover, 'pid' | 'command' | 'slot' | 'iteration'>;

/** TCP ports that processes of the flows began to listen on while they ran, and still do. */
export class LeftPorts {
  readonly #stage: Stage;
  readonly #before: ReadonlySet<number>;

  private constructor(stage: Stage, before: readonly ListeningSocket[]) {
    this.#stage = stage;
    this.#before = new Set(before.map(({ inode }) => inode));
  }

  static async begin(stage: Stage): Promise<LeftPorts> {
    return new LeftPorts(stage, await stage.ports.machine.listeners());
  }

  /** What a service listens on is its own business, and what a stranger does is not ours. */
  async find(leftovers: readonly Leftover[]): Promise<readonly LeftPort[]> {
    const { ports } = this.#stage;
    return whatStays(async () => this.#look(leftovers), { clock: ports.clock, grace: GRACE });
  }

  async #look(leftovers: readonly Leftover[]): Promise<readonly LeftPort[]> {
    const { watch, ports } = this.#stage;
    const sockets = (await ports.machine.listeners()).filter(({ inode }) => !this.#before.has(inode));
    if (sockets.length === 0) return [];
    const owners: readonly Owner[] = [...leftovers, ...(await watch.hosts())];
    const found = new Map(owners.flatMap((owner) => portsOf(owner, sockets, ports.machine)));
    return [...found.values()];
  }
}

/** By socket: one that was inherited is said once. */
function portsOf(
  { pid, command, slot, iteration }: Owner,
  sockets: readonly ListeningSocket[],
  machine: MachineState,
): readonly (readonly [number, LeftPort])[] {
  const open = new Set(machine.openFilesOf(pid));
  return sockets
    .filter(({ inode }) => open.has(`socket:[${inode}]`))
    .map(({ address, inode }) => [inode, { address, pid, command, slot, iteration }] as const);
}
