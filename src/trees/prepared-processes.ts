import { basename } from 'node:path';
import { messageOf } from '../errors.js';
import type { Clock, Logger, ProcessTable, Spawner } from '../ports.js';
import { MARK } from '../run/identity.js';
import { killAll, whatStays } from '../run/leftovers.js';
import { ProcessWatch } from '../run/watch.js';

export interface PreparedProcessesPorts {
  readonly openTable: (mark: string) => ProcessTable;
  readonly newRunId: () => string;
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** ms: what is about to end by itself is not taken for something that stays. */
const GRACE = 1000;

/** What `prepare` has started in the background: there for the flows of both sides, and gone with the trees. */
export class PreparedProcesses {
  readonly #ports: PreparedProcessesPorts;
  readonly #run: string;

  constructor(ports: PreparedProcessesPorts) {
    this.#ports = ports;
    this.#run = ports.newRunId();
  }

  /** What tells them from others, however they have left their parents. */
  get env(): Readonly<Record<string, string>> {
    return { [MARK]: this.#run };
  }

  /** What of them is running, by name; nothing where the platform can not tell. Never rejects. */
  async running(): Promise<readonly string[]> {
    const { clock, logger } = this.#ports;
    try {
      const stay = await this.#watching((watch) => whatStays(() => watch.alive(), { clock, grace: GRACE }));
      return [...new Set(stay.map(({ command }) => programOf(command)))].sort();
    } catch (thrown) {
      logger.warn(`whether prepare has left something running is not known: ${messageOf(thrown)}`);
      return [];
    }
  }

  /** Ends them; what goes wrong is said. Never rejects. */
  async close(): Promise<void> {
    const { spawner, clock, logger } = this.#ports;
    try {
      await this.#watching((watch) => killAll(watch, spawner, clock));
    } catch (thrown) {
      logger.warn(`what prepare has left running could not be ended: ${messageOf(thrown)}`);
    }
  }

  async #watching<T>(look: (watch: ProcessWatch) => Promise<T>): Promise<T> {
    const table = this.#ports.openTable(`${MARK}=${this.#run}`);
    try {
      return await look(new ProcessWatch(table));
    } finally {
      table.close();
    }
  }
}

/** Of a command line, which may be long and hold what is nobody's business. */
function programOf(command: string): string {
  return basename(command.split(' ')[0] ?? command);
}
