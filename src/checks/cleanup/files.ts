import type { LeftFile, Leftover } from '../../model/checks.js';
import type { Stage } from '../../run/stage.js';
import type { MachineState } from '../../watch/machine-state.js';
import { whatStays } from '../../watch/process-watch.js';
import type { SlotsByIteration } from './processes.js';

/** A folder with more entries is not read, and of new ones no more are looked into. */
const MOST_ENTRIES = 20_000;
const MOST_NEW = 2000;
/** ms in which a file that is being removed is removed. */
const GRACE = 300;

interface Known {
  readonly slots: SlotsByIteration;
  readonly leftovers: readonly Leftover[];
}

/**
 * What counted flows put into the folder for temporary files and did not remove. Others write there too, so an entry
 * counts only if it is new and can be told to be a flow's: by a token of this run in its name or in what it holds, or
 * by a process that was left and has it open.
 */
export class LeftFiles {
  readonly #stage: Stage;
  readonly #folder: string;
  readonly #before: ReadonlySet<string> | undefined;
  readonly #unseen: string[] = [];

  private constructor(stage: Stage, folder: string, before: readonly string[] | undefined) {
    this.#stage = stage;
    this.#folder = folder;
    this.#before = before && new Set(before);
    if (before === undefined && machineOf(stage).blind === undefined) this.#notSeen();
  }

  static async begin(stage: Stage): Promise<LeftFiles> {
    const folder = machineOf(stage).temporaryFolder(stage.env);
    return new LeftFiles(stage, folder, await machineOf(stage).names(folder, MOST_ENTRIES));
  }

  /** What could not be looked at, in words. */
  get unseen(): readonly string[] {
    return this.#unseen;
  }

  async find(known: Known): Promise<readonly LeftFile[]> {
    const fresh = await this.#newNames();
    const { clock } = this.#stage.ports;
    let ours: readonly LeftFile[] = await this.#recognise(fresh, known);
    const stays = async (): Promise<readonly LeftFile[]> => {
      const names = new Set(await machineOf(this.#stage).names(this.#folder, MOST_ENTRIES));
      ours = ours.filter(({ path }) => names.has(path.slice(this.#folder.length + 1)));
      return ours;
    };
    return whatStays(stays, { clock, grace: GRACE });
  }

  async #newNames(): Promise<readonly string[]> {
    const before = this.#before;
    if (before === undefined) return [];
    const names = await machineOf(this.#stage).names(this.#folder, MOST_ENTRIES);
    if (names === undefined) this.#notSeen();
    // Flowgate's own folder goes when everything is over.
    const fresh = (names ?? []).filter(
      (name) => !before.has(name) && this.#pathOf(name) !== this.#stage.scratch,
    );
    if (fresh.length > MOST_NEW) {
      this.#unseen.push(
        `of ${fresh.length} new entries in ${this.#folder} only ${MOST_NEW} were looked into`,
      );
    }
    return fresh.slice(0, MOST_NEW);
  }

  async #recognise(fresh: readonly string[], { slots, leftovers }: Known): Promise<readonly LeftFile[]> {
    const held = heldOf(leftovers, this.#folder, machineOf(this.#stage));
    const found: LeftFile[] = [];
    for (const name of fresh) {
      const path = this.#pathOf(name);
      const iteration = await this.#flowOf(name, path);
      const holder = held.get(name);
      if (iteration !== undefined) found.push({ path, slot: slots.get(iteration), iteration });
      else if (holder !== undefined) found.push({ path, slot: holder.slot, iteration: holder.iteration });
    }
    return found;
  }

  /** What holds the tokens of several flows is a log of all of them, and nobody's. */
  async #flowOf(name: string, path: string): Promise<number | undefined> {
    const token = new RegExp(`fg-${this.#stage.identity.run}-(\\d+)(?!\\d)`, 'g');
    const flowsIn = (text: string): number[] => [
      ...new Set([...text.matchAll(token)].map(([, iteration]) => Number(iteration))),
    ];
    const [named] = flowsIn(name);
    if (named !== undefined) return named;
    const inside = flowsIn(await machineOf(this.#stage).signsOf(path));
    return inside.length === 1 ? inside[0] : undefined;
  }

  #pathOf(name: string): string {
    return `${this.#folder}/${name}`;
  }

  #notSeen(): void {
    this.#unseen.push(
      `files in ${this.#folder} were not looked at: it can not be read, or holds more than ${MOST_ENTRIES} entries`,
    );
  }
}

function machineOf(stage: Stage): MachineState {
  return stage.ports.machine;
}

/** Names in the folder that a process which was left has open. */
function heldOf(
  leftovers: readonly Leftover[],
  folder: string,
  machine: MachineState,
): ReadonlyMap<string, Leftover> {
  return new Map(
    leftovers.flatMap((leftover) =>
      machine
        .openFilesOf(leftover.pid)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => [path.slice(folder.length + 1).split('/')[0] ?? '', leftover] as const),
    ),
  );
}
