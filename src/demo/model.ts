import { setTimeout as delay } from 'node:timers/promises';

export interface Question {
  /** Who asks, for the message when it fails. */
  readonly crew: string;
  /** ms that the answer takes. */
  readonly latency: number;
  readonly signal: AbortSignal;
  /** Where in its answer the model gives up, 0…1; it does not if left out. */
  readonly failsAt?: number;
}

/**
 * The connection to the language model that all flows share. There is no model: an answer is a wait.
 * A flow that is aborted in the middle of an answer takes the rest of it off the line, unless `drains` is false (bug
 * `cascade`): then the line is broken, and whoever is on it fails. Who comes later is given a new one.
 */
export class ModelConnection {
  #line: Line;
  readonly #drains: boolean;

  constructor({ drains }: { readonly drains: boolean }) {
    this.#drains = drains;
    this.#line = new Line(drains);
  }

  /** The line on which a flow asks from its start to its end. */
  open(): Line {
    if (this.#line.broken) this.#line = new Line(this.#drains);
    return this.#line;
  }
}

export class Line {
  broken = false;
  readonly #drains: boolean;

  constructor(drains: boolean) {
    this.#drains = drains;
  }

  /** Resolves when the answer is there; rejects when the model gives up, the line is broken or on abort. */
  async ask({ crew, latency, signal, failsAt }: Question): Promise<void> {
    this.#requireWhole();
    try {
      await delay(latency * (failsAt ?? 1), undefined, { signal });
    } catch (thrown) {
      if (!this.#drains) this.broken = true;
      throw thrown;
    }
    if (failsAt !== undefined) throw new Error(`the ${crew} model gave up: overloaded`);
    this.#requireWhole();
  }

  #requireWhole(): void {
    if (this.broken) throw new Error('the connection to the model is closed');
  }
}
