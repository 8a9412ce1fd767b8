import type { ExecutePorts } from '../run/stage.js';
import type { TreeDoors } from '../trees/open.js';

/** The person's terminal, or the file or pipe that stands for it. */
export interface Screen {
  /** To standard output, as it is. */
  write(text: string): void;
  /** To standard error, as it is. */
  complain(text: string): void;
  /** Whether what is written to standard error can be redrawn. */
  readonly live: boolean;
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}

/** What every subcommand is given. */
export interface Terminal {
  readonly screen: Screen;
  readonly ports: ExecutePorts;
  /** What comparing with a commit takes beside them. */
  readonly trees: TreeDoors;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
}
