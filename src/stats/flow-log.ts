import type { Flow } from '../model/flow.js';
import type { Record } from '../model/record.js';
import { plural } from '../lib/format.js';
import { boundedFlow, losesSteps } from './bounded-flow.js';
import { KeptFlows } from './kept-flows.js';
import { Tally } from './tally.js';

/** What a record holds of its flows. */
export type Recorded = Pick<Record, 'flows' | 'rungTallies' | 'waveTallies' | 'cut'> &
  Required<Pick<Record, 'tally'>>;

/** The flows of a run as they end: each is added up, and as many are kept as a reader can use. */
export class FlowLog {
  readonly #model: Record['load']['model'];
  readonly #kept: KeptFlows;
  readonly #tally: Tally;
  readonly #rungs = new Map<number, Tally>();
  readonly #waves = new Map<number, Tally>();
  #count = 0;
  /** Flows with more steps than are recorded of one. */
  #stepless = 0;

  constructor({ model, seed }: { readonly model: Record['load']['model']; readonly seed: number }) {
    this.#model = model;
    this.#kept = new KeptFlows(seed);
    this.#tally = new Tally(model);
  }

  get count(): number {
    return this.#count;
  }

  /** Those of them that were started: dropped ones never were. */
  get ended(): number {
    return this.#count - this.#tally.counts.dropped;
  }

  readonly add = (ended: Flow): void => {
    const flow = boundedFlow(ended);
    if (losesSteps(ended)) this.#stepless += 1;
    this.#count += 1;
    this.#kept.add(flow);
    this.#tally.add(flow);
    if (flow.rung !== undefined) this.#tallyIn(this.#rungs, flow.rung).add(flow);
    if (flow.wave !== undefined) this.#tallyIn(this.#waves, flow.wave).add(flow);
  };

  /** What the record holds of them. It goes on to change while flows are added. */
  recorded(): Recorded {
    const cut = this.#cut();
    return {
      flows: this.#kept.inOrder(),
      tally: this.#tally,
      rungTallies: this.#rungs.size === 0 ? undefined : this.#rungs,
      waveTallies: this.#waves.size === 0 ? undefined : this.#waves,
      cut: cut.length === 0 ? undefined : cut,
    };
  }

  #cut(): readonly string[] {
    const { bare } = this.#kept;
    return [
      ...(bare === 0
        ? []
        : [
            `of ${plural(bare, 'flow')} no steps and no output are kept: what flows said is too much for results`,
          ]),
      ...(this.#stepless === 0
        ? []
        : [`of ${plural(this.#stepless, 'flow')} only the first 1,000 steps are measured`]),
      ...this.#tally.cut(),
    ];
  }

  #tallyIn(parts: Map<number, Tally>, part: number): Tally {
    const known = parts.get(part);
    if (known !== undefined) return known;
    const tally = new Tally(this.#model);
    parts.set(part, tally);
    return tally;
  }
}
