import { type Identity, iterationOf } from '../../lib/identity.js';
import type { Leftover } from '../../model/checks.js';
import { type Work, worksOf } from '../../model/plan.js';
import type { Clock } from '../../system/ports.js';
import type { MachineState, OutputWriter } from '../../watch/machine-state.js';
import { type ProcessWatch, whatStays } from '../../watch/process-watch.js';
import { keyOf } from '../../watch/procfs/lineage.js';
import type { ProcessReading } from '../../watch/table.js';

/** What ends by itself in this time was ending already. ms; a busy machine needs more than the process. */
const GRACE = 1000;

/** Slots of the flows by their iteration, as far as they are kept. */
export type SlotsByIteration = ReadonlyMap<number, number>;

export interface ProcessSearchOptions {
  readonly machine: MachineState;
  readonly clock: Clock;
  readonly watch: ProcessWatch;
  readonly identity: Identity;
  /** What runs the flows. */
  readonly work: Work;
  /** The folder with what command flows print. */
  readonly scratch: string;
}

/** Processes that were started by counted flows, or by a service while they ran, and that outlive them. */
export class LeftProcesses {
  readonly #options: ProcessSearchOptions;
  readonly #before: ReadonlySet<string>;
  readonly #writersBefore: ReadonlySet<number>;
  #bornInService: ReadonlySet<string> = new Set();
  /** That daemons could hide, and why; undefined if they can not. */
  readonly hiding: string | undefined;

  private constructor(
    options: ProcessSearchOptions,
    before: readonly ProcessReading[],
    writers: readonly OutputWriter[],
  ) {
    this.#options = options;
    this.hiding = hidingIn(options);
    this.#before = new Set(before.map(keyOf));
    this.#writersBefore = new Set(writers.map(({ pid }) => pid));
  }

  /** What is alive now, daemons of `setup` and pools that the warm-up has filled, is no flow's. */
  static async begin(options: ProcessSearchOptions): Promise<LeftProcesses> {
    return new LeftProcesses(options, await options.watch.alive(), writersOf(options));
  }

  isNew(reading: ProcessReading): boolean {
    return !this.#before.has(keyOf(reading));
  }

  /** When the last flow has ended. */
  async ofFlows(slots: SlotsByIteration): Promise<readonly Leftover[]> {
    const { watch, clock } = this.#options;
    const find = async (): Promise<readonly ProcessReading[]> =>
      (await watch.flowProcesses()).filter((reading) => this.isNew(reading) && !isOfInterpreter(reading));
    const seen = await whatStays(find, { clock, grace: GRACE });
    const inService = await watch.serviceProcesses();
    this.#bornInService = new Set(inService.filter((reading) => this.isNew(reading)).map(keyOf));
    const writers = writersOf(this.#options);
    const places = new Map(writers.map(({ pid, path }) => [pid, slotOf(path)]));
    const found = seen.map((reading) => this.#ofFlow(reading, slots, places.get(reading.pid)));
    return [...found, ...(await this.#hidden(writers))];
  }

  /** When the services have been stopped: their own pools of workers are gone with them. */
  async ofServices(): Promise<readonly Leftover[]> {
    if (this.#bornInService.size === 0) return [];
    const { watch, clock } = this.#options;
    const find = async (): Promise<readonly ProcessReading[]> =>
      (await watch.alive()).filter((reading) => this.#bornInService.has(keyOf(reading)));
    const left = await whatStays(find, { clock, grace: GRACE });
    return left.map((reading) => ({ ...this.#leftover(reading), by: 'service' }));
  }

  /** `place`: the slot in whose output it writes. */
  #ofFlow(reading: ProcessReading, slots: SlotsByIteration, place: number | undefined): Leftover {
    const { identity, machine } = this.#options;
    // The table takes what a host has for what its children have; this one may have been given a token all the same.
    const token = reading.token ?? machine.variableOf(reading.pid, 'FLOWGATE_TOKEN');
    const iteration = token === undefined ? undefined : iterationOf(identity, token);
    const slot = iteration === undefined ? (place ?? this.#slotOfLauncher(reading)) : slots.get(iteration);
    return { ...this.#leftover(reading), slot, iteration };
  }

  /** An orphan without an environment that the launcher of a slot has adopted. */
  #slotOfLauncher({ root }: ProcessReading): number | undefined {
    const slot = Number(this.#options.machine.variableOf(root, 'FLOWGATE_FLOW') ?? NaN);
    return Number.isInteger(slot) ? slot : undefined;
  }

  /**
   * Who left its tree between two looks and has thrown away its environment is known by nothing but the flow's output,
   * which it still holds. From now on it is watched, so that it is ended with the others.
   */
  async #hidden(writers: readonly OutputWriter[]): Promise<readonly Leftover[]> {
    if (writers.length === 0) return [];
    const { watch } = this.#options;
    const known = new Set((await watch.alive()).map(({ pid }) => pid));
    const hidden = writers.filter(({ pid }) => !known.has(pid) && !this.#writersBefore.has(pid));
    return hidden.map((writer) => {
      watch.addRoot({ pid: writer.pid, role: 'flow', launcher: false });
      const slot = slotOf(writer.path);
      return { ...this.#leftover(writer), slot };
    });
  }

  #leftover({ pid, parent, command }: Pick<ProcessReading, 'pid' | 'parent' | 'command'>): Leftover {
    const folder = this.#options.machine.workingDirectoryOf(pid);
    return { pid, parent, command, folder };
  }
}

/** Python starts these once, for all that use multiprocessing in one process, and they end with it. */
const OF_MULTIPROCESSING = / -c from multiprocessing\.(resource_tracker|forkserver) import main;/;

function isOfInterpreter({ command, parent, root }: ProcessReading): boolean {
  return parent === root && OF_MULTIPROCESSING.test(command);
}

function hidingIn({ watch, machine }: ProcessSearchOptions): string | undefined {
  const roots = watch.flowRoots();
  const why = roots.length === 0 ? undefined : machine.notAdopting(roots);
  return why === undefined
    ? undefined
    : `daemons that leave their flow and clear their environment were not looked for: ${why}`;
}

/** Only command flows write into files of ours. */
function writersOf({ work, machine, scratch }: ProcessSearchOptions): readonly OutputWriter[] {
  return worksOf(work).some(({ kind }) => kind === 'command') ? machine.writersInto(scratch) : [];
}

function slotOf(path: string): number | undefined {
  const slot = /\/slot-(\d+)\//.exec(path)?.[1];
  return slot === undefined ? undefined : Number(slot);
}
