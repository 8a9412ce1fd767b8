import {
  type LeftBehind,
  type LeftFile,
  type Leftover,
  type LeftPort,
  MOST_LEFT,
} from '../../model/checks.js';
import type { Record } from '../../model/record.js';
import type { Stage } from '../../run/stage.js';
import type { ListeningSocket, MachineState } from '../../watch/machine-state.js';
import { whatStays } from '../../watch/process-watch.js';
import { LeftFiles } from './files.js';
import { LeftProcesses, type SlotsByIteration } from './processes.js';

/**
 * Looks for what flows leave behind. Begun before the first counted flow: what is there by then is nobody's leaving.
 * Each kind is looked for when whoever may still tidy it up has had the chance to: processes when the flows are over,
 * ports after the module's teardown, files after the scenario's, what services left when they are stopped.
 */
export class Search {
  readonly #stage: Stage;
  readonly #processes: LeftProcesses;
  readonly #ports: LeftPorts;
  readonly #files: LeftFiles;
  #slots: SlotsByIteration = new Map();
  #leftovers: readonly Leftover[] = [];
  #leftPorts: readonly LeftPort[] = [];
  #leftFiles: readonly LeftFile[] = [];
  /** Steps that are through. */
  #looked = 0;

  private constructor(
    stage: Stage,
    { processes, ports, files }: { processes: LeftProcesses; ports: LeftPorts; files: LeftFiles },
  ) {
    this.#stage = stage;
    this.#processes = processes;
    this.#ports = ports;
    this.#files = files;
  }

  static async begin(stage: Stage): Promise<Search> {
    const [ports, files] = [await LeftPorts.begin(stage), await LeftFiles.begin(stage)];
    return new Search(stage, { processes: await LeftProcesses.begin(stage), ports, files });
  }

  async forProcesses(slots: SlotsByIteration): Promise<void> {
    this.#slots = slots;
    await this.#look(async () => {
      this.#leftovers = await this.#processes.ofFlows(slots);
    });
  }

  async forPorts(): Promise<void> {
    await this.#look(async () => {
      this.#leftPorts = await this.#ports.find(this.#leftovers);
    });
  }

  async forFiles(): Promise<void> {
    await this.#look(async () => {
      this.#leftFiles = await this.#files.find({ slots: this.#slots, leftovers: this.#leftovers });
    });
  }

  async inServices(): Promise<void> {
    await this.#look(async () => {
      this.#leftovers = [...this.#leftovers, ...(await this.#processes.ofServices())];
    });
  }

  /** What was left by those who had the time to tidy up: nothing is known of it unless every step is through. */
  found(): Pick<Record, 'leftovers' | 'leftBehind'> {
    const leftovers = this.#leftovers.slice(0, MOST_LEFT);
    return this.#looked < STEPS ? { leftovers } : { leftovers, leftBehind: this.#leftBehind() };
  }

  #leftBehind(): LeftBehind {
    const { blind } = this.#stage.ports.machine;
    const { hiding } = this.#processes;
    return {
      processes: this.#leftovers.length,
      files: this.#leftFiles.slice(0, MOST_LEFT),
      fileCount: this.#leftFiles.length,
      ports: this.#leftPorts.slice(0, MOST_LEFT),
      portCount: this.#leftPorts.length,
      unseen: [blind, hiding, ...this.#files.unseen].filter((why) => why !== undefined),
    };
  }

  /** After an interrupt everything is ended in a hurry: what is there then says nothing. */
  async #look(step: () => Promise<void>): Promise<void> {
    const { interrupt } = this.#stage.ports;
    const isHurried = (): boolean => interrupt.aborted;
    if (isHurried()) return;
    await step();
    if (!isHurried()) this.#looked += 1;
  }
}

const STEPS = 4;

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
