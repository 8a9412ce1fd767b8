import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.js';
import type { FromThreads, ToHost, ToThreads } from './protocol.js';

/**
 * Lives in the host process: worker threads that each run a host of their own. None of the user's code runs in the main
 * thread, so that a thread can be ended whatever it does.
 */
export class HostThreads {
  readonly #text: () => string;
  readonly #send: (message: FromThreads) => void;
  readonly #workers = new Map<number, Thread>();

  /** `text`: what each thread runs. */
  constructor(text: () => string, send: (message: FromThreads) => void) {
    this.#text = text;
    this.#send = send;
  }

  handle(message: ToThreads): void {
    const thread = this.#workers.get(message.thread);
    switch (message.type) {
      case 'open':
        this.#open(message.thread);
        break;
      case 'tell':
        thread?.tell(message.message);
        break;
      case 'end':
        thread?.end();
        break;
    }
  }

  #open(thread: number): void {
    const worker = new Worker(this.#text(), { eval: true });
    // A channel of our own: any code in the thread can speak on the one that Node gives it.
    const { port1: port, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    const hear = (message: unknown): void => {
      this.#send({ type: 'said', thread, message });
    };
    port.on('message', hear);
    let error = '';
    worker.on('error', (thrown: unknown) => {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
    });
    worker.on('exit', (code) => {
      this.#workers.delete(thread);
      // Its last words may still be on the way.
      for (let left = receiveMessageOnPort(port); left !== undefined; left = receiveMessageOnPort(port)) {
        hear(left.message);
      }
      port.close();
      this.#send({ type: 'gone', thread, code, error });
    });
    this.#workers.set(thread, {
      tell: (message) => {
        port.postMessage(message);
      },
      end: () => void worker.terminate(),
    });
  }
}

interface Thread {
  readonly tell: (message: ToHost) => void;
  readonly end: () => void;
}

export function isForThreads(message: { readonly type: string }): message is ToThreads {
  return message.type === 'open' || message.type === 'tell' || message.type === 'end';
}
