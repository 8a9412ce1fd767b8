import type { NetworkFault, NetworkFaultKind } from '../../model/network-fault.js';
import type { ProxiesReport } from './protocol.js';

/** Faults that wait to be taken: whoever runs flows takes them long before. */
const MOST_FRESH = 100_000;

/** A fault whose flow may become known later than the fault itself. */
export type OpenFault = { -readonly [Key in keyof NetworkFault]: NetworkFault[Key] };

/** What the proxies injected: each fault until it is taken, and the exact numbers of all. */
export class NetworkLog {
  /** ms from the zero of the record's clock to the instant at which injecting began. */
  shift = 0;
  #fresh: NetworkFault[] = [];
  readonly #counts = new Map<NetworkFaultKind, number>();
  readonly #notes = new Map<string, number>();
  #accepted = 0;

  accepted(): void {
    this.#accepted += 1;
  }

  add(fault: OpenFault): void {
    fault.at += this.shift;
    increase(this.#counts, fault.kind);
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

  report(): ProxiesReport {
    return {
      counts: Object.fromEntries(this.#counts),
      connections: this.#accepted,
      notes: [...this.#notes].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
    };
  }
}

function increase<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
