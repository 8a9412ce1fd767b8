import { seededRandom } from '../lib/random.js';
import { KeptFlows, MOST_NOT_OK, MOST_OK } from '../measure/flow-log.js';
import type { Flow } from '../model/flow.js';

/** Flows of one machine: all that are ok or, of very many, a random sample; of the others the first ones. */
export interface MachineFlows {
  readonly flows: readonly Flow[];
  /** How many were ok, kept or not. */
  readonly ok: number;
}

/**
 * What a shard keeps of its flows: where it alone has more that are ok than results keep, its part of as many. Taken from
 * a random sample by a number that depends on the iteration alone, it is a random sample again.
 */
export function thinned({ flows, ok }: MachineFlows, shards: number): readonly Flow[] {
  if (ok <= MOST_OK) return flows;
  const kept = new Set(byLot(flows.filter(isOk)).slice(0, Math.ceil(MOST_OK / shards)));
  return flows.filter((flow) => !isOk(flow) || kept.has(flow));
}

/**
 * The flows of all machines as results keep them. Of flows that are ok each is as likely to be kept as any other, also
 * where one machine has run more of them than another; the others are the first of all.
 */
export class FlowsOfAll {
  readonly #ok: { readonly sample: readonly Flow[]; readonly of: number }[] = [];
  #notOk: readonly Flow[] = [];

  add({ flows, ok }: MachineFlows): void {
    this.#ok.push({ sample: byLot(flows.filter(isOk)), of: ok });
    this.#notOk = [...this.#notOk, ...flows.filter((flow) => !isOk(flow))];
    // Memory is bounded whatever the number of machines.
    if (this.#notOk.length > 4 * MOST_NOT_OK) this.#notOk = first(this.#notOk);
  }

  inOrder(): readonly Flow[] {
    const rate = this.#rate();
    const ok = this.#ok.flatMap(({ sample, of }) =>
      rate === 1 ? sample : sample.slice(0, Math.floor(rate * of)),
    );
    const kept = new KeptFlows(1);
    for (const flow of [...ok, ...this.#notOk].sort(byIteration)) kept.add(flow);
    return kept.inOrder();
  }

  /** The share of all flows that is kept: that of the machine which has kept the least of its own. */
  #rate(): number {
    const total = this.#ok.reduce((sum, { of }) => sum + of, 0);
    return Math.min(
      1,
      MOST_OK / total,
      ...this.#ok.filter(({ of }) => of > 0).map(({ sample, of }) => sample.length / of),
    );
  }
}

/** Dropped ones and others by themselves, as they are kept. */
function first(flows: readonly Flow[]): readonly Flow[] {
  const dropped = flows.filter(({ outcome }) => outcome === 'dropped').sort(byIteration);
  const others = flows.filter(({ outcome }) => outcome !== 'dropped').sort(byIteration);
  return [...dropped.slice(0, MOST_NOT_OK), ...others.slice(0, MOST_NOT_OK)];
}

function byLot(flows: readonly Flow[]): readonly Flow[] {
  const lots = flows.map((flow) => ({ flow, lot: seededRandom(flow.iteration)() }));
  return lots
    .sort((one, other) => one.lot - other.lot || byIteration(one.flow, other.flow))
    .map(({ flow }) => flow);
}

function isOk({ outcome }: Flow): boolean {
  return outcome === 'ok';
}

function byIteration(one: Flow, other: Flow): number {
  return one.iteration - other.iteration;
}
