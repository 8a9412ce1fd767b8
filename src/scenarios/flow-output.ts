import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { ExcerptBuffer } from './excerpt.js';

export type StreamName = 'stdout' | 'stderr';

/** The two streams of one flow. */
export type FlowOutput = Readonly<Record<StreamName, ExcerptBuffer>>;

/**
 * Tells flows of one process apart by what they print: whatever is written in the asynchronous context of a flow is
 * that flow's output, however many run at once.
 */
export class FlowOutputs {
  readonly #current = new AsyncLocalStorage<FlowOutput>();

  /** Runs `flow` in a context of its own. */
  collect<T>(output: FlowOutput, flow: () => T): T {
    return this.#current.run(output, flow);
  }

  /** Takes a write if a flow made it; false if it is the process's own. */
  take(stream: StreamName, chunk: string | Uint8Array): boolean {
    const output = this.#current.getStore();
    if (output === undefined) return false;
    output[stream].push(Buffer.from(chunk));
    return true;
  }
}

export function newFlowOutput(): FlowOutput {
  return { stdout: new ExcerptBuffer(), stderr: new ExcerptBuffer() };
}
