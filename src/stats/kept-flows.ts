import type { Flow, FlowError } from '../model/flow.js';
import { detailsOf, withoutDetails } from './bounded-flow.js';
import { seededRandom } from './random.js';

/** Flows that are ok: all up to here, beyond it a sample of as many. */
const MOST_OK = 10_000;
/** Flows that are not: the first ones. */
const MOST_NOT_OK = 10_000;
/** Of them, those that keep what they printed and their stack; up to 32 KiB each. */
const MOST_OUTPUTS = 1000;
/** Characters that the details of all flows may take: steps, messages, what was printed; of ok flows, and of the others. */
const MOST_DETAILS = 64_000_000;
/** A dropped flow tells no more than when it was due. */
const MOST_DROPPED = 1000;

/**
 * The flows of a run of any length, in bounded memory: all that are ok or, of more than 10,000, a sample in which each
 * is as likely as any other (reservoir sampling: Vitter, "Random sampling with a reservoir", 1985, algorithm R); of the
 * others the first 10,000, of the dropped ones the first 1,000.
 */
export class KeptFlows {
  readonly #random: () => number;
  readonly #ok: Flow[] = [];
  readonly #notOk: Flow[] = [];
  readonly #dropped: Flow[] = [];
  readonly #room = { ok: MOST_DETAILS, notOk: MOST_DETAILS };
  #seen = 0;
  #bare = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  add(flow: Flow): void {
    if (flow.outcome === 'ok') this.#addOk(flow);
    else if (flow.outcome === 'dropped') addTo(this.#dropped, flow, MOST_DROPPED);
    else if (this.#notOk.length < MOST_NOT_OK) {
      const kept = this.#notOk.length < MOST_OUTPUTS ? flow : withoutOutput(flow);
      this.#notOk.push(this.#fitted(kept, 'notOk'));
    }
  }

  /** Flows of which no more is kept than that they ran and how they ended: what they said would fill the memory. */
  get bare(): number {
    return this.#bare;
  }

  /** In order of their iteration. */
  inOrder(): readonly Flow[] {
    return [...this.#ok, ...this.#notOk, ...this.#dropped].sort((a, b) => a.iteration - b.iteration);
  }

  #addOk(flow: Flow): void {
    this.#seen += 1;
    if (this.#ok.length < MOST_OK) {
      this.#ok.push(this.#fitted(withoutOutput(flow), 'ok'));
      return;
    }
    const place = Math.floor(this.#random() * this.#seen);
    const replaced = this.#ok[place];
    if (replaced === undefined) return;
    this.#room.ok += detailsOf(replaced);
    this.#ok[place] = this.#fitted(withoutOutput(flow), 'ok');
  }

  #fitted(flow: Flow, kind: 'ok' | 'notOk'): Flow {
    const size = detailsOf(flow);
    if (size <= this.#room[kind]) {
      this.#room[kind] -= size;
      return flow;
    }
    this.#bare += 1;
    const bare = withoutDetails(flow);
    this.#room[kind] -= detailsOf(bare);
    return bare;
  }
}

function addTo(flows: Flow[], flow: Flow, most: number): void {
  if (flows.length < most) flows.push(flow);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function withoutOutput(flow: Flow): Flow {
  if (flow.stdout === undefined && flow.stderr === undefined && flow.error === undefined) return flow;
  const copy: Mutable<Flow> = { ...flow };
  delete copy.stdout;
  delete copy.stderr;
  if (flow.error !== undefined) {
    const error: Mutable<FlowError> = { ...flow.error };
    delete error.stack;
    copy.error = error;
  }
  return copy;
}
