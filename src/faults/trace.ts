import type { NetworkFault } from '../model/network-fault.js';
import type { Flow } from '../model/flow.js';

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
