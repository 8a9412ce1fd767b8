import type { Logger } from '../system/ports.js';

/** One line at the top of the run and, with a file, beside the changed lines. GitHub shows ten of each level a step. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  /** Plain text. */
  readonly message: string;
  /** Relative to the workspace; line and column from 1. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export type OutputName = 'verdict' | 'failed' | 'results' | 'report' | 'summary' | 'comment-id' | 'metrics';

/** GitHub's runner, as far as a step speaks with it. */
export interface Runner {
  readonly logger: Logger;
  /** From here on the runner prints *** instead. */
  mask(secret: string): void;
  annotate(annotation: Annotation): void;
  output(name: OutputName, value: string): void;
  /** Appends to the job summary. */
  summarize(markdown: string): Promise<void>;
  /** Prints text that may hold what flows printed: the runner reads no command in it. */
  print(text: string): void;
}
