import type { Hit, Flow } from '../model/flow.js';
import type { NetworkFault } from '../model/network-fault.js';
import { FlowTrace, type SlotOf } from './trace.js';

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
