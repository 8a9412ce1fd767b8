import { MOST_LEFT, type LeftBehind, type LeftFile, type Leftover, type LeftPort } from '../model/checks.js';
import type { Record } from '../model/record.js';
import { LeftFiles } from './left-files.js';
import { LeftPorts } from './left-ports.js';
import { LeftProcesses, type SlotsByIteration } from './left-processes.js';
import type { Stage } from './stage.js';

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
