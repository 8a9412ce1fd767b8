/** A TCP socket that is listened on. */
export interface ListeningSocket {
  /** `127.0.0.1:9000`, `[::1]:9000`. */
  readonly address: string;
  /** The kernel's number of it, by which its owner is found. */
  readonly inode: number;
}

/** What a process has open, as the kernel names it: a path, or `socket:[inode]`. */
type OpenFile = string;

export interface OutputWriter {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** The file that it writes into. */
  readonly path: string;
}

/** CPU time of the whole machine since it booted, in a unit of the kernel's. */
export interface MachineCpu {
  readonly total: number;
  /** Of `total`, what the hypervisor gave to others while there was work to do here. */
  readonly stolen: number;
}

/** What flows can leave on a machine beside their processes. Nothing here throws: what is not ours to see is not there. */
export interface MachineState {
  /** What can not be told here, and why, in words; undefined on a system where all of it can. */
  readonly blind: string | undefined;
  /**
   * Why a daemon that one of these launchers and hosts has started could hide from us; undefined if the kernel hands
   * them the orphans of what they start, or if nothing more is known here than `blind` says.
   */
  notAdopting(pids: readonly number[]): string | undefined;
  /** Where whoever has this environment puts temporary files. */
  temporaryFolder(env: Readonly<Record<string, string>>): string;
  /** Names at the top of a folder, at most `most`; undefined if there are more, or it can not be read. */
  names(folder: string, most: number): Promise<readonly string[] | undefined>;
  /**
   * Something to recognise an entry by: the first KB of a small file, the target of a link, the names in a folder.
   * Nothing is followed, and nothing is read that could wait for somebody.
   */
  signsOf(path: string): Promise<string>;
  listeners(): Promise<readonly ListeningSocket[]>;
  /** Empty for a process that is gone or somebody else's. */
  openFilesOf(pid: number): readonly OpenFile[];
  /** A variable of the environment that it was started with. */
  variableOf(pid: number, name: string): string | undefined;
  /** Undefined where it can not be told. */
  cpu(): MachineCpu | undefined;
  workingDirectoryOf(pid: number): string | undefined;
  /** Processes whose standard output or error is a file below the folder. */
  writersInto(folder: string): readonly OutputWriter[];
}
