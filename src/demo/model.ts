import { setTimeout as delay } from 'node:timers/promises';

export interface Question {
  /** Who asks, for the message when it fails. */
  readonly crew: string;
  /** ms that the answer takes. */
  readonly latency: number;
  readonly signal: AbortSignal;
  /** Where in its answer the model gives up, 0…1; it does not if left out. */
  readonly failsAt?: number | undefined;
}

/**
 * The one connection to the language model that all flows share. There is no model: an answer is a wait.
 * A model that gives up closes the connection, and it is opened again at once, unless `reopens` is false (bug
 * `cascade`): then the failure of one flow is the failure of all.
 */
export class ModelConnection {
  private open = true;
  private readonly reopens: boolean;

  constructor({ reopens }: { readonly reopens: boolean }) {
    this.reopens = reopens;
  }

  /** Resolves when the answer is there; rejects when the model gives up, the connection is closed or on abort. */
  async ask({ crew, latency, signal, failsAt }: Question): Promise<void> {
    this.requireOpen();
    await delay(latency * (failsAt ?? 1), undefined, { signal });
    if (failsAt !== undefined) {
      this.open = this.reopens;
      throw new Error(`the ${crew} model gave up: overloaded`);
    }
    this.requireOpen();
  }

  private requireOpen(): void {
    if (!this.open) {
      throw new Error('the connection to the model is closed');
    }
  }
}
