import type { Hit, Flow } from '../model/flow.js';
import type { InjectedFault, InjectedFaults } from '../model/faults.js';
import type { NetworkFault, NetworkFaultReport } from '../model/network-fault.js';

/** Faults that are kept one by one; more are only counted. */
const KEPT = 10_000;

/** A fault whose flow may become known later. */
type OpenInjected = { -readonly [Key in keyof InjectedFault]: InjectedFault[Key] };

interface Count {
  times: number;
  flows: number;
}

/** What was done to the flows, fault by fault and in all. */
export class InjectedLog {
  readonly #faults: OpenInjected[] = [];
  readonly #counts = new Map<Hit['kind'], Count>();
  #spared = 0;
  #untraced = 0;

  /** A flow that was killed; `signal` is what it was sent. */
  killed({ iteration, hit }: Flow, signal: string): void {
    if (hit === undefined) return;
    const count = this.#countOf('kill');
    count.times += 1;
    count.flows += 1;
    this.#keep({ kind: 'kill', at: hit.at, iteration, signal });
  }

  /** A flow that was drawn and had ended before it could be killed. */
  spared(): void {
    this.#spared += 1;
  }

  /** What is given is where its flow can be noted; undefined for one that is only counted. */
  network({ kind, at, until, listen, connection, amount }: NetworkFault): OpenInjected | undefined {
    this.#countOf(kind).times += 1;
    return this.#keep({
      kind,
      at,
      until,
      listen,
      connection,
      amount,
    });
  }

  untraced(faults: number): void {
    this.#untraced += faults;
  }

  /** So many flows more are known to have been hit by faults of a kind. */
  hit(kind: Hit['kind'], flows: number): void {
    this.#countOf(kind).flows += flows;
  }

  /** `network`: what the proxies say in the end; their counts are exact. */
  injected(network: NetworkFaultReport | undefined): InjectedFaults {
    for (const [kind, { times }] of Object.entries(network?.counts ?? {})) {
      this.#countOf(kind as Hit['kind']).times = times;
    }
    return {
      faults: this.#faults.toSorted((a, b) => a.at - b.at),
      counts: [...this.#counts].map(([kind, count]) => ({ kind, ...count })),
      spared: this.#spared,
      untraced: this.#untraced,
      notes: [...(network?.notes ?? [])],
    };
  }

  #keep(fault: OpenInjected): OpenInjected | undefined {
    if (this.#faults.length >= KEPT) return undefined;
    this.#faults.push(fault);
    return fault;
  }

  #countOf(kind: Hit['kind']): Count {
    const known = this.#counts.get(kind);
    if (known !== undefined) return known;
    const count = { times: 0, flows: 0 };
    this.#counts.set(kind, count);
    return count;
  }
}
