/** What tells that a file was changed, as the kernel keeps it. */
export interface FileState {
  readonly inode: number;
  readonly size: number;
  /** ms since 1970 by the kernel's clock: when content, name or permissions changed. No program can set it. */
  readonly changed: number;
  /** ms since 1970: when the content changed, or what a program has set. */
  readonly modified: number;
  /** How many names the file has. */
  readonly links: number;
}

/** A tree at one time. Paths are relative to it, with `/` between their parts. */
export interface TreeState {
  /** All but folders; links are not followed. */
  readonly files: ReadonlyMap<string, FileState>;
  /** When the names in a folder changed. The tree itself is the empty path. */
  readonly folders: ReadonlyMap<string, number>;
}

export interface TreeFiles {
  /** Undefined if there are more than `most` files. What cannot be read is left out. Never rejects. */
  read(tree: string, most: number): Promise<TreeState | undefined>;
  /** The time that the kernel gives to a change made now: a file is written to tell. */
  now(file: string): Promise<number>;
}
