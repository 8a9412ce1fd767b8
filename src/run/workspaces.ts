import type { Files } from '../ports.js';

/**
 * Empty private folders, one for each flow. A few are made ahead, so that a flow does not wait for the disk between
 * the end of the flow before it and its own start.
 */
export class Workspaces {
  readonly #files: Files;
  readonly #parent: string;
  readonly #ready: Promise<string>[] = [];
  readonly #removing = new Set<Promise<void>>();
  #made = 0;

  constructor(files: Files, parent: string) {
    this.#files = files;
    this.#parent = parent;
  }

  /** Makes folders until `count` are ready. */
  async prepare(count: number): Promise<void> {
    while (this.#ready.length < count) this.#makeAhead();
    await Promise.all(this.#ready);
  }

  /** A folder that no other flow had or will have; another one is made in the background. */
  take(): Promise<string> {
    const workspace = this.#ready.shift() ?? this.#make();
    this.#makeAhead();
    return workspace;
  }

  #makeAhead(): void {
    const making = this.#make();
    // Whoever takes it is told; nobody may ever do, and that must not end the process.
    making.catch(() => undefined);
    this.#ready.push(making);
  }

  /** Removes a flow's folder in the background. */
  release(workspace: string): void {
    const removing = this.#files
      .remove(workspace)
      // What a leftover process still writes into goes with the whole scratch folder at the end.
      .catch(() => undefined)
      .finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  /** Resolves when nothing is being made or removed any more. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#ready, ...this.#removing]);
  }

  #make(): Promise<string> {
    this.#made += 1;
    const path = `${this.#parent}/${this.#made}`;
    const making = this.#files.makeFolder(path).then(() => path);
    // Whoever takes it is told; until then nobody listens, and that alone would end the process.
    making.catch(() => undefined);
    return making;
  }
}

export interface WorkspaceSource extends Pick<Workspaces, 'prepare' | 'release' | 'settle'> {
  take(): string | Promise<string>;
}

/** For flows that are no process and have no use for a folder: making one takes longer than a request. */
export const NO_WORKSPACES: WorkspaceSource = {
  prepare: () => Promise.resolve(),
  take: () => '',
  release: () => undefined,
  settle: () => Promise.resolve(),
};
