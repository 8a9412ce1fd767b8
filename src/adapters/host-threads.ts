import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import type { FromThreads, ToThreads } from '../scenarios/module-protocol.js';

/**
 * Lives in the host process: worker threads that each run a host of their own. None of the user's code runs in the main
 * thread, so that a thread can be ended whatever it does.
 */
export class HostThreads {
  readonly #script: string;
  readonly #send: (message: FromThreads) => void;
  readonly #workers = new Map<number, Worker>();

  /** `script`: path of what each thread runs. */
  constructor(script: string, send: (message: FromThreads) => void) {
    this.#script = script;
    this.#send = send;
  }

  handle(message: ToThreads): void {
    const worker = this.#workers.get(message.thread);
    switch (message.type) {
      case 'open':
        this.#open(message.thread);
        break;
      case 'tell':
        worker?.postMessage(message.message);
        break;
      case 'end':
        void worker?.terminate();
        break;
    }
  }

  #open(thread: number): void {
    const worker = new Worker(this.#script);
    let error = '';
    worker.on('message', (message: unknown) => {
      this.#send({ type: 'said', thread, message });
    });
    worker.on('error', (thrown: unknown) => {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
    });
    worker.on('exit', (code) => {
      this.#workers.delete(thread);
      this.#send({ type: 'gone', thread, code, error });
    });
    this.#workers.set(thread, worker);
  }
}

export function isForThreads(message: { readonly type: string }): message is ToThreads {
  return message.type === 'open' || message.type === 'tell' || message.type === 'end';
}
