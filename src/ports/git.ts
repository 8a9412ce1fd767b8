/** How a git command ended. */
export interface GitEnd {
  /** Undefined if git could not be started, was ended by a signal, or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no program git. */
  readonly missing?: true;
}

export interface GitOptions {
  /** Added to the environment. */
  readonly env?: Readonly<globalThis.Record<string, string>>;
  /** ms; 1 minute if left out. */
  readonly timeout?: number;
  /** Ends git when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * The program git. It asks nobody for anything, runs no hook and no monitor of the repository's, starts no work in the
 * background, and speaks English.
 */
export interface Git {
  /** In a folder, which is absolute. Never rejects. */
  run(folder: string, args: readonly string[], options?: GitOptions): Promise<GitEnd>;
}

/** Trees that were prepared in earlier runs. Both reject once they are aborted, and leave what they have copied. */
export interface PreparedTrees {
  /**
   * Fills a folder that is empty but for its `.git` with the tree kept by this key; false if there is none, or no more.
   * Where it returns false or rejects without being aborted, the folder is as empty as before.
   */
  take(key: string, into: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Keeps a copy of the folder without its `.git`, if there is none yet; the oldest ones make room. Half a copy is never
   * taken, and removed by a later run.
   */
  keep(key: string, folder: string, signal?: AbortSignal): Promise<void>;
}
