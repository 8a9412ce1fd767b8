/** The tip of a branch, and one file of it. */
export interface BranchFile {
  /** Commit that the branch was at. */
  readonly head: string;
  /** Undefined if the branch has no such file. */
  readonly content: string | undefined;
}

export interface FileCommit {
  readonly branch: string;
  readonly path: string;
  /** The whole file. */
  readonly content: string;
  readonly message: string;
  /** The commit that the content was made from; left out: the branch is made, with nothing else in it. */
  readonly head?: string;
}

/** A branch that holds data, read and written by git's objects alone: no checkout, and nothing is ever forced. */
export interface DataBranch {
  /** Undefined if there is no such branch. */
  readBranchFile(branch: string, path: string): Promise<BranchFile | undefined>;
  /**
   * One commit with the file. False, and nothing has changed, if the branch is no longer at `head`, or is there already
   * where it was to be made: read again.
   */
  commitFile(commit: FileCommit): Promise<boolean>;
}
