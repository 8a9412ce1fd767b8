import { join } from 'node:path';
import { messageOf } from '../../lib/errors.js';
import { MARK } from '../../lib/identity.js';
import { oneLine } from '../../lib/message.js';
import { DEFAULT_SHELL } from '../../lib/shell.js';
import type { Excerpt } from '../../model/flow.js';
import { runHook } from '../../system/hook.js';
import type { Clock, Logger, Spawner } from '../../system/ports.js';
import { killAll, type ProcessWatch, watchingMarked, whatStays } from '../../watch/process-watch.js';
import type { ProcessTable } from '../../watch/table.js';
import { type Move, movedVariables } from './plans.js';

export interface PreparePorts {
  readonly openTable: (mark: string) => ProcessTable;
  readonly newRunId: () => string;
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly interrupt: AbortSignal;
}

export type Prepared = { readonly ok: true } | Unprepared;

export interface Unprepared {
  readonly ok: false;
  /** One line. */
  readonly why: string;
  /** The last lines of what it printed. */
  readonly printed: string;
}

/** ms: a process that is about to end by itself is not taken for one that stays. */
const GRACE = 1000;

/**
 * The command `prepare`, which runs once in each tree, and what it starts in the background: those processes are there
 * for the flows of both sides, and end with the trees. Without a command every tree is prepared.
 */
export class Preparation {
  readonly #run: string;

  constructor(
    readonly command: string | undefined,
    /** What flows get too: no token is in it. */
    private readonly env: Readonly<Record<string, string>>,
    private readonly ports: PreparePorts,
  ) {
    this.#run = ports.newRunId();
  }

  /**
   * Runs the command to its end, for at most ten minutes; an interrupt ends it.
   * @param prefix the workspace from the top of the repository
   */
  async prepare(move: Move, prefix: string): Promise<Prepared> {
    if (this.command === undefined) return { ok: true };
    // The mark tells its processes from others, even after they have left their parents.
    const env = { ...this.env, [MARK]: this.#run, ...movedVariables(this.env, move) };
    const spec = { shell: DEFAULT_SHELL, command: this.command, cwd: join(move.to, prefix), env };
    const { ok, message, stdout, stderr } = await runHook(spec, this.ports);
    if (ok) return { ok };
    return { ok, why: `prepare ended with ${message}`, printed: lastLines(stderr) || lastLines(stdout) };
  }

  /** Whether it has left processes running; false where the platform cannot tell. Never rejects. */
  async isRunning(): Promise<boolean> {
    if (this.command === undefined) return false;
    const { clock, logger } = this.ports;
    try {
      const left = await this.#watching((watch) => whatStays(() => watch.alive(), { clock, grace: GRACE }));
      return left.length > 0;
    } catch (thrown) {
      logger.warn(`whether prepare has left something running is not known: ${messageOf(thrown)}`);
      return false;
    }
  }

  /** Ends what it has left running; warns of what goes wrong. Never rejects. */
  async close(): Promise<void> {
    if (this.command === undefined) return;
    const { spawner, clock, logger } = this.ports;
    try {
      await this.#watching((watch) => killAll(watch, spawner, clock));
    } catch (thrown) {
      logger.warn(`what prepare has left running could not be ended: ${messageOf(thrown)}`);
    }
  }

  async #watching<T>(look: (watch: ProcessWatch) => Promise<T>): Promise<T> {
    return watchingMarked(this.ports.openTable(`${MARK}=${this.#run}`), look);
  }
}

/** Lines of what a command printed that are shown when it failed. */
const SHOWN = 12;

function lastLines({ head, tail, bytes }: Excerpt): string {
  const whole = bytes <= head.length + tail.length ? head + tail : tail;
  const lines = whole.split(/\r\n|\n|\r/).map((line) => oneLine(line));
  return lines
    .filter((line) => line !== '')
    .slice(-SHOWN)
    .map((line) => `  ${line}`)
    .join('\n');
}
