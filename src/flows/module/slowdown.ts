interface HostSlowdownPorts {
  /** ms of the machine's monotonic clock. */
  readonly now: () => number;
  /** Calls back after `ms`. */
  readonly after: (ms: number, callback: () => void) => void;
  /** ms for which the event loop of this host has not been idle. */
  readonly worked: () => number;
}

/**
 * Makes the flows of a host longer by a share of themselves, as if all of the module's code were that much slower. When
 * a flow is through, the host burns so much of what it has worked since a flow was through before: whose work it was in
 * one event loop nobody knows, but all of them together are slowed by as much as was asked for. Then the flow waits for
 * what is missing to so much of its own time, in which what was burnt for others meanwhile does not count.
 */
export class HostSlowdown {
  readonly #share: number;
  readonly #ports: HostSlowdownPorts;
  /** ms of work that is accounted for; undefined before the first flow. */
  #accounted: number | undefined;
  /** ms burnt in all. */
  #burnt = 0;

  /** @param share 0 or more: 0.05 for 5% */
  constructor(share: number, ports: HostSlowdownPorts) {
    this.#share = share;
    this.#ports = ports;
  }

  /** To be called when a flow starts; what it gives, when that flow is through: it resolves when the flow may end. */
  begin(): () => Promise<void> {
    const { now, worked } = this.#ports;
    this.#accounted ??= worked();
    const startedAt = now();
    const burntBefore = this.#burnt;
    return () => {
      const own = now() - startedAt - (this.#burnt - burntBefore);
      this.#burn();
      return this.#wait(startedAt + own * (1 + this.#share) - now());
    };
  }

  #burn(): void {
    const { now, worked } = this.#ports;
    const before = worked();
    const from = now();
    const until = from + this.#share * (before - (this.#accounted ?? before));
    while (now() < until);
    this.#burnt += now() - from;
    this.#accounted = worked();
  }

  #wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ports.after(ms, resolve);
    });
  }
}
