import type { Files } from '../system/ports.js';

/**
 * Empty private folders, one for each flow. They are made ahead, so that a flow does not wait for the disk between the
 * end of the flow before it and its own start. One that its flow left empty is used again under another name, which is a
 * third of the work of making and removing one: a path is never given out twice, but a process that a flow has left
 * behind with the folder as its working directory stays in it.
 */
export class Workspaces {
  readonly #files: Files;
  readonly #parent: string;
  readonly #ready: Promise<string>[] = [];
  readonly #removing = new Set<Promise<void>>();
  #made = 0;
  #parentMade: Promise<void> | undefined;

  constructor(files: Files, parent: string) {
    this.#files = files;
    this.#parent = parent;
  }

  /** Makes folders until `count` are ready. */
  async prepare(count: number): Promise<void> {
    while (this.#ready.length < count) this.#ready.push(this.#make());
    await Promise.all(this.#ready);
  }

  /** A folder under a name that no other flow had or will have. */
  take(): Promise<string> {
    return this.#ready.shift() ?? this.#make();
  }

  /** Takes a flow's folder back: there is one more ready then, or soon. */
  release(workspace: string): void {
    if (this.releaseEmpty(workspace)) return;
    this.#ready.push(this.#make());
    this.#remove(workspace);
  }

  /** The same only if the flow left it empty; false if it did not. */
  releaseEmpty(workspace: string): boolean {
    const path = this.#nextPath();
    const isEmpty = this.#files.renameEmptyFolder(workspace, path);
    if (isEmpty) this.#ready.push(Promise.resolve(path));
    return isEmpty;
  }

  /** Resolves when nothing is being made or removed any more. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#ready, ...this.#removing]);
  }

  #remove(workspace: string): void {
    const removing = this.#files
      .remove(workspace)
      // What a leftover process still writes into goes with the whole scratch folder at the end.
      .catch(() => undefined)
      .finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  #make(): Promise<string> {
    return this.#makeAt(this.#nextPath());
  }

  #makeAt(path: string): Promise<string> {
    const making = this.#makeFolder(path).then(() => path);
    // Whoever takes it is told; nobody may ever do, and that must not end the process.
    making.catch(() => undefined);
    return making;
  }

  /** Once made, the parent is never made again: without it flows have lost the folders that they were given. */
  async #makeFolder(path: string): Promise<void> {
    await (this.#parentMade ??= this.#files.makeFolder(this.#parent));
    if (!(await this.#files.exists(this.#parent))) {
      throw new Error(
        `${this.#parent} was removed while flows ran: it holds their workspaces. Look for a command such as rm -rf on the folder for temporary files`,
      );
    }
    await this.#files.makeFolder(path);
  }

  #nextPath(): string {
    this.#made += 1;
    return `${this.#parent}/${this.#made}`;
  }
}

export interface WorkspaceSource extends Pick<Workspaces, 'prepare' | 'release' | 'releaseEmpty' | 'settle'> {
  take(): string | Promise<string>;
}

/** For flows that are no process and have no use for a folder: making one takes longer than a request. */
export const NO_WORKSPACES: WorkspaceSource = {
  prepare: () => Promise.resolve(),
  take: () => '',
  release: () => undefined,
  releaseEmpty: () => true,
  settle: () => Promise.resolve(),
};
