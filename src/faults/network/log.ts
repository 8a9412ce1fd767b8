import type { NetworkFault, NetworkFaultKind, NetworkFaultReport } from '../../model/network-fault.js';

/** Faults that are kept one by one; more are only counted. */
const KEPT = 10_000;
/** Faults that wait to be taken: whoever runs flows takes them long before. */
const MOST_FRESH = 100_000;

/** A fault whose flow may become known later than the fault itself. */
export type OpenFault = { -readonly [Key in keyof NetworkFault]: NetworkFault[Key] };

/** What was injected: the first faults one by one, and the exact numbers of all. */
export class NetworkLog {
  /** ms from the zero of the record's clock to the instant at which injecting began. */
  shift = 0;
  readonly #kept: number;
  readonly #faults: NetworkFault[] = [];
  #fresh: NetworkFault[] = [];
  readonly #times = new Map<NetworkFaultKind, number>();
  readonly #connections = new Map<NetworkFaultKind, number>();
  readonly #notes = new Map<string, number>();
  #accepted = 0;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  accepted(): void {
    this.#accepted += 1;
  }

  /** `first`: no fault of its kind was injected into its connection before. */
  add(fault: OpenFault, first: boolean): void {
    fault.at += this.shift;
    increase(this.#times, fault.kind);
    if (first) increase(this.#connections, fault.kind);
    if (this.#faults.length < this.#kept) this.#faults.push(fault);
    if (this.#fresh.length < MOST_FRESH) this.#fresh.push(fault);
  }

  /** Every fault since the last call, as far as it is known. */
  take(): readonly NetworkFault[] {
    const taken = this.#fresh.map((fault) => ({ ...fault }));
    this.#fresh = [];
    return taken;
  }

  /** Something that went wrong without our doing, which may happen many times. */
  note(text: string): void {
    increase(this.#notes, text);
  }

  report(): NetworkFaultReport {
    const counts = [...this.#times].map(([kind, times]) => [
      kind,
      { times, connections: this.#connections.get(kind) ?? 0 },
    ]);
    return {
      faults: this.#faults.map((fault) => ({ ...fault })),
      counts: Object.fromEntries(counts) as NetworkFaultReport['counts'],
      connections: this.#accepted,
      notes: [...this.#notes].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
    };
  }
}

function increase<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

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
