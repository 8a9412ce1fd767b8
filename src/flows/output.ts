import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { ExcerptBuffer } from '../lib/output.js';
import type { StreamListener } from '../system/ports.js';
import type { FlowCanary } from './canary.js';

export type StreamName = 'stdout' | 'stderr';

/** The two streams of one flow. */
export type FlowOutput = Readonly<Record<StreamName, ExcerptBuffer>> & {
  readonly listeners?: Readonly<Record<StreamName, StreamListener>>;
};

type InContext = <T>(output: FlowOutput, flow: () => T) => T;

/**
 * Tells flows of one process apart by what they print: whatever is written in the asynchronous context of a flow is
 * that flow's output, however many run at once.
 */
export class FlowOutputs {
  readonly #run: InContext;
  readonly #current: () => FlowOutput | undefined;

  constructor() {
    // Bound before any module could replace them.
    const storage = new AsyncLocalStorage<FlowOutput>();
    this.#run = storage.run.bind(storage);
    this.#current = storage.getStore.bind(storage);
  }

  /** Runs `flow` in a context of its own. */
  collect<T>(output: FlowOutput, flow: () => T): T {
    return this.#run(output, flow);
  }

  /** Takes a write if a flow made it; false if it is the process's own. */
  take(stream: StreamName, chunk: string | Uint8Array): boolean {
    const output = this.#current();
    if (output === undefined) return false;
    const bytes = Buffer.from(chunk);
    output[stream].push(bytes);
    output.listeners?.[stream].data(bytes);
    return true;
  }
}

export function newFlowOutput(canary?: FlowCanary): FlowOutput {
  const kept = { stdout: new ExcerptBuffer(), stderr: new ExcerptBuffer() };
  return canary === undefined ? kept : { ...kept, listeners: outputListeners(canary) };
}

/** One for each stream that a flow prints to. */
export function outputListeners(canary: FlowCanary): Readonly<Record<StreamName, StreamListener>> {
  return { stdout: canary.listen('stdout'), stderr: canary.listen('stderr') };
}
