import type { Flow, Hit } from '../../model/flow.js';
import type { NetworkFault } from '../../model/network-fault.js';

/** What was seen of the faults of connections. */
interface Seen {
  readonly faults: readonly NetworkFault[];
  readonly slotOf: SlotOf;
}

interface FlowHits {
  /** The first hit of each flow, by iteration. */
  readonly first: ReadonlyMap<number, Hit>;
  /** In the order of the faults: the iteration of the flow that each is known to have hit. */
  readonly iterations: readonly (number | undefined)[];
  /** How many flows each kind is known to have hit. */
  readonly flows: ReadonlyMap<Hit['kind'], number>;
  /** Faults of which nothing is known: every flow that was in flight then is taken for hit. */
  readonly untraced: readonly NetworkFault[];
}

/** Which of the flows, all of which have ended, met a fault. */
export function hitsOn(flows: readonly Flow[], { faults, slotOf }: Seen): FlowHits {
  const trace = new FlowTrace(flows, slotOf);
  const first = new Map<number, Hit>();
  const byKind = new Map<Hit['kind'], Set<number>>();
  const untraced: NetworkFault[] = [];
  const hit = ({ iteration }: Flow, by: Hit): void => {
    const known = first.get(iteration);
    if (known === undefined || by.at < known.at) first.set(iteration, by);
  };
  const iterations = faults.map((fault) => {
    const { kind, at } = fault;
    const found = trace.find(fault);
    if (found === 'elsewhere') return undefined;
    if (found === 'untraced') {
      untraced.push(fault);
      const { from, to } = spanOf(fault);
      for (const flow of trace.inFlight(from, to)) {
        hit(flow, { kind, at: Math.max(at, flow.startedAt), untraced: true });
      }
      return undefined;
    }
    hit(found, { kind, at });
    const ofKind = byKind.get(kind) ?? new Set();
    byKind.set(kind, ofKind.add(found.iteration));
    return found.iteration;
  });
  return {
    first,
    iterations,
    untraced,
    flows: new Map([...byKind].map(([kind, ofKind]) => [kind, ofKind.size])),
  };
}

/** An outage lasts; of one that has no end yet everybody who came after its beginning may have been refused. */
function spanOf({ at, until = Infinity, connection }: NetworkFault): { from: number; to: number } {
  return { from: at, to: connection === undefined ? until : at };
}

/** Whose a fault is: the flow that it hit, somebody of whom nothing is known, or a flow that is not among these. */
type Traced = Flow | 'untraced' | 'elsewhere';

/** The slot whose connection a local port was at that time; undefined if it is none of ours. */
export type SlotOf = (port: number, at: number) => number | undefined;

/**
 * Finds the flow that a connection's fault hit: by the canary that was seen in its bytes, else by the port of the slot
 * that opened it.
 */
export class FlowTrace {
  readonly #flows: readonly Flow[];
  readonly #byToken: ReadonlyMap<string, Flow>;
  readonly #bySlot = new Map<number, Flow[]>();
  readonly #slotOf: SlotOf;

  /** `flows` have ended. */
  constructor(flows: readonly Flow[], slotOf: SlotOf) {
    this.#flows = flows;
    this.#slotOf = slotOf;
    this.#byToken = new Map(flows.map((flow) => [flow.token, flow]));
    for (const flow of flows.toSorted((a, b) => a.startedAt - b.startedAt)) {
      const ofSlot = this.#bySlot.get(flow.slot);
      if (ofSlot === undefined) this.#bySlot.set(flow.slot, [flow]);
      else ofSlot.push(flow);
    }
  }

  find({ token, clientPort, at }: NetworkFault): Traced {
    if (token !== undefined) return this.#byToken.get(token) ?? 'elsewhere';
    const slot = clientPort === undefined ? undefined : this.#slotOf(clientPort, at);
    if (slot === undefined) return 'untraced';
    // The end of a connection can be late for its flow; the next one in the slot had not begun.
    return this.#bySlot.get(slot)?.findLast(({ startedAt }) => startedAt <= at) ?? 'elsewhere';
  }

  /** Those that were in flight at some time between these two. */
  inFlight(from: number, to: number): readonly Flow[] {
    return this.#flows.filter(({ startedAt, endedAt }) => startedAt <= to && endedAt >= from);
  }
}
