import { messageOf } from '../errors.js';
import type { Clock, Logger, ProcessTable, Spawner } from '../ports.js';
import { MARK } from '../run/identity.js';
import { killAll } from '../run/leftovers.js';
import { ProcessWatch } from '../run/watch.js';

export interface PreparedProcessesPorts {
  readonly openTable: (mark: string) => ProcessTable;
  readonly newRunId: () => string;
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly logger: Logger;
}

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

  /** Ends them; what goes wrong is said. Never rejects. */
  async close(): Promise<void> {
    const { openTable, spawner, clock, logger } = this.#ports;
    try {
      const table = openTable(`${MARK}=${this.#run}`);
      await killAll(new ProcessWatch(table), spawner, clock).finally(() => {
        table.close();
      });
    } catch (thrown) {
      logger.warn(`what prepare has left running could not be ended: ${messageOf(thrown)}`);
    }
  }
}
