/** Where a flow can see what is another's. */
export const CANARY_PLACES = ['stdout', 'stderr', 'response', 'file', 'file name', 'return value'] as const;

export type CanaryPlace = (typeof CANARY_PLACES)[number];

/** A token of another flow's, where it was seen. */
export interface SeenToken {
  readonly token: string;
  readonly place: CanaryPlace;
  /** The file below the workspace, the name of the request, or the path in the value. */
  readonly where?: string;
  /** Byte at which it begins, from 0; not in a value. */
  readonly at?: number;
  /** What stands around it, bounded; it is what a flow printed. */
  readonly context: string;
}

/** What one flow saw of tokens. */
export interface TokensSeen {
  /** Its own was among them: the flow shows what it works with, so that another's would show too. */
  readonly own: boolean;
  /** Of others', each once in each place; the first ones. */
  readonly others: readonly SeenToken[];
  /** How many there are of them in all. */
  readonly count: number;
  /** Bytes, files and values were left out for being too many. */
  readonly missed: boolean;
}

/** A token, and the flow that saw it. */
export interface Sighting extends SeenToken {
  readonly slot: number;
  readonly iteration: number;
}

/** What all flows of a run saw of each other. */
export interface Contamination {
  /** Flows that were searched: their output, responses, workspace and what they returned. */
  readonly searched: number;
  /** Of them, those that showed their own token. */
  readonly own: number;
  /** Of them, those that saw another's. */
  readonly contaminated: number;
  /** Tokens of others that they saw, each once a flow and place. */
  readonly count: number;
  /** The first of those. */
  readonly sightings: readonly Sighting[];
  /** Flows of which not all was searched. */
  readonly incomplete: number;
}
