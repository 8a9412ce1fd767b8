/** A connection that a worker slot has opened. */
interface Opened {
  readonly slot: number;
  /** ms of Clock.now(). */
  readonly at: number;
}

/** A port that was closed is used again after thousands of others: more connections of one port are never asked for. */
const OF_ONE_PORT = 2;

/** Whose connection a local port is: how a fault that a proxy saw on it finds its flow. */
export class ConnectionLog {
  readonly #byPort = new Map<number, Opened[]>();

  /** `at`: ms of Clock.now(). */
  add(port: number, opened: Opened): void {
    const known = this.#byPort.get(port) ?? [];
    this.#byPort.set(port, [...known, opened].slice(-OF_ONE_PORT));
  }

  /** The slot whose connection the port was at that time; undefined if it was none of ours. */
  slotOf(port: number, at: number): number | undefined {
    return this.#byPort.get(port)?.findLast((opened) => opened.at <= at)?.slot;
  }
}
