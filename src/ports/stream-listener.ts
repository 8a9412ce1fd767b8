/** Hears all that a stream carries, also what is not kept of it. */
export interface StreamListener {
  /** The next bytes; they are only lent. */
  data(chunk: Uint8Array): void;
  /** This many bytes went by unheard. */
  missed(bytes: number): void;
}

/** How much is read of a folder. */
export interface FolderReading {
  /** Files, and bytes of all of them together. */
  readonly maxFiles: number;
  readonly maxBytes: number;
  /** Called for each file, with its path below the folder; told what is in it. */
  readonly open: (path: string) => StreamListener;
}
