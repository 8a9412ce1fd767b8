import type { Flow } from '../model/flow.js';
import { runningFrom } from './concurrency.js';

/** How far apart flows started that left one start barrier. */
export class Skew {
  /** By rung: each has a barrier of its own. */
  readonly #barriers = new Map<number | undefined, { readonly first: number; readonly last: number }>();

  add(flow: Flow): void {
    if (flow.barrier !== true) return;
    const at = runningFrom(flow);
    const { first, last } = this.#barriers.get(flow.rung) ?? { first: at, last: at };
    this.#barriers.set(flow.rung, { first: Math.min(first, at), last: Math.max(last, at) });
  }

  /** ms between the first and the last start of the widest barrier; undefined if no flow left one. */
  get widest(): number | undefined {
    if (this.#barriers.size === 0) return undefined;
    return Math.max(...[...this.#barriers.values()].map(({ first, last }) => last - first));
  }
}
