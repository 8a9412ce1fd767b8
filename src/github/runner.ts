import { randomUUID } from 'node:crypto';
import * as core from '@actions/core';
import { type Inputs, readInputs } from '../config/inputs.js';
import { inert } from '../lib/message.js';
import type { Clock, ComparingProgress, Logger, Progress, ProgressView } from '../system/ports.js';
import { CommandFiles } from './command-files.js';

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

export type OutputName =
  | 'verdict'
  | 'failed'
  | 'results'
  | 'report'
  | 'summary'
  | 'comment-id'
  | 'metrics'
  | 'artifact-id'
  | 'conclusion';

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

/** Of a step's summary; GitHub drops the whole of a larger one. */
const SUMMARY_LIMIT = 1024 * 1024;

interface ActionInputs {
  readonly inputs: Inputs;
  /** Undefined if it is empty, as are the inputs that were left out. */
  readonly token: string | undefined;
  readonly matrix: string | undefined;
}

/** Reads INPUT_*. */
export function readActionInputs(): ActionInputs {
  const read = (name: string): string | undefined => {
    const text = core.getInput(name);
    return text === '' ? undefined : text;
  };
  const inputs = readInputs(core.getInput, Object.keys(process.env));
  return { inputs, token: read('github-token'), matrix: read('matrix') };
}

/** Lines of the job's log. A warning and an error are annotations too. */
function actionsLogger(): Logger {
  return {
    info: (message) => {
      core.info(inert(message));
    },
    warn: (message) => {
      core.warning(message, { title: 'flowgate' });
    },
    error: (message) => {
      core.error(message, { title: 'flowgate' });
    },
    debug: (message) => {
      core.debug(message);
    },
  };
}

/** The runner of GitHub Actions, by its workflow commands and command files. */
export function actionsRunner(files = new CommandFiles(process.env)): Runner {
  return {
    logger: actionsLogger(),
    mask: (secret) => {
      core.setSecret(secret);
    },
    annotate: ({ level, title, message, file, line, column }) => {
      const announce = level === 'error' ? core.error : core.warning;
      announce(message, { title, file, startLine: line, startColumn: column });
    },
    output: (name, value) => {
      // Nobody who wrote the value could know the word that ends it.
      const end = `flowgate_${randomUUID()}`;
      const isWritten = files.append('GITHUB_OUTPUT', `${name}<<${end}\n${value}\n${end}\n`);
      if (!isWritten) core.setOutput(name, value);
    },
    summarize: (markdown) =>
      new Promise((resolve) => {
        summarize(files, markdown);
        resolve();
      }),
    print: (text) => {
      // Nobody who printed the text could know the word that ends the pause.
      const resume = randomUUID();
      core.info(`::stop-commands::${resume}\n${inert(text)}\n::${resume}::`);
    },
  };
}

function summarize(files: CommandFiles, markdown: string): void {
  const size = Buffer.byteLength(markdown);
  if (size > SUMMARY_LIMIT) throw new Error(`${size} bytes are more than GitHub takes (${SUMMARY_LIMIT})`);
  // A runner without summaries, as an old GitHub Enterprise Server has, names no file.
  const isWritten = files.append('GITHUB_STEP_SUMMARY', `${markdown}\n`);
  const path = process.env.GITHUB_STEP_SUMMARY ?? '';
  if (!isWritten && path !== '') throw new Error(`${path}, which the runner names for it, is not a file`);
}

/** ms between two lines: a log can not be redrawn, and one line a second would bury the result. */
const INTERVAL = 10_000;

/** Progress of a long run as lines of the job's log; a short run has none. */
export function lineProgress(clock: Pick<Clock, 'now'>, logger: Pick<Logger, 'info'>): ProgressView {
  let last = clock.now();
  return {
    update: (progress) => {
      if (clock.now() - last < INTERVAL) return;
      last = clock.now();
      logger.info('pairs' in progress ? comparingLine(progress) : progressLine(progress));
    },
    clear: () => undefined,
  };
}

function progressLine({ scenario, done, total, inFlight, failed, elapsed, duration }: Progress): string {
  const flows = total === undefined ? `${done} flows done` : `${done} of ${total} flows done`;
  const seconds = Math.round(elapsed / 1000);
  const time = duration === undefined ? `${seconds} s` : `${seconds} of ${Math.round(duration / 1000)} s`;
  return `${scenario}: ${flows}, ${inFlight} in flight, ${failed} failed, ${time}`;
}

function comparingLine({ scenario, base, pairs, most, elapsed, budget, known }: ComparingProgress): string {
  const time = `${Math.round(elapsed / 1000)} of at most ${Math.round(budget / 1000)} s`;
  return [`${scenario} against ${base}: pair ${pairs} of at most ${most}, ${time}`, ...known].join('; ');
}
