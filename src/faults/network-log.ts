import type { NetworkFault, NetworkFaultKind, NetworkFaultReport } from '../model/network-fault.js';

/** Faults that are kept one by one; more are only counted. */
const KEPT = 10_000;

/** A fault whose flow may become known later than the fault itself. */
export type OpenFault = { -readonly [Key in keyof NetworkFault]: NetworkFault[Key] };

/** What was injected: the first faults one by one, and the exact numbers of all. */
export class NetworkLog {
  readonly #kept: number;
  readonly #faults: NetworkFault[] = [];
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
    increase(this.#times, fault.kind);
    if (first) increase(this.#connections, fault.kind);
    if (this.#faults.length < this.#kept) this.#faults.push(fault);
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
