import { Buffer } from 'node:buffer';
import type { Excerpt } from '../model/flow.js';
import type { Exit, HostProcess } from '../ports.js';
import { NOTHING_PRINTED } from './excerpt.js';
import { NO_MESSAGE, type HostChannel } from './host-dialogue.js';
import { readThreadsMessage } from './host-message.js';
import type { FromThreads, ToHost, ToThreads } from './module-protocol.js';

/** Threads of one host process, each a host of its own. Should the process end, the next thread starts a new one. */
export class Threads {
  readonly #spawn: () => HostProcess;
  readonly #threads = new Map<number, ThreadState>();
  /** Those that were ended because something in them was no message. */
  readonly #broken = new WeakSet<HostProcess>();
  #process: HostProcess | undefined;
  #opened = 0;

  constructor(spawn: () => HostProcess) {
    this.#spawn = spawn;
  }

  open(): HostChannel {
    const process = this.#living();
    const thread = (this.#opened += 1);
    const tell = (message: ToThreads): void => {
      process.send(message);
    };
    const state: ThreadState = { listeners: [], lastWords: '', end: () => undefined };
    const ended = new Promise<Exit>((resolve) => {
      state.end = resolve;
    });
    this.#threads.set(thread, state);
    tell({ type: 'open', thread });
    return {
      exited: Promise.race([ended, process.exited]),
      stderr: () => (state.lastWords === '' ? process.stderr() : excerptOf(state.lastWords)),
      // Whatever the signal: a thread can only be ended.
      kill: () => {
        tell({ type: 'end', thread });
      },
      send: (message) => {
        tell({ type: 'tell', thread, message: message as ToHost });
      },
      onMessage: (listener) => {
        state.listeners.push(listener);
      },
      broken: () => (this.#broken.has(process) ? NO_MESSAGE : undefined),
    };
  }

  async close(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#process?.exited;
  }

  #living(): HostProcess {
    if (this.#process !== undefined) return this.#process;
    const process = (this.#process = this.#spawn());
    process.onMessage((received) => {
      const message = readThreadsMessage(received);
      if (message !== undefined) {
        this.#hear(message);
        return;
      }
      // Which of its threads wrote there nobody knows.
      this.#broken.add(process);
      process.kill('SIGKILL');
    });
    void process.exited.then(() => {
      if (this.#process === process) this.#process = undefined;
    });
    return process;
  }

  #hear(message: FromThreads): void {
    if (message.type === 'listening') return;
    const state = this.#threads.get(message.thread);
    if (state === undefined) return;
    if (message.type === 'said') {
      for (const listener of state.listeners) listener(message.message);
    } else {
      this.#threads.delete(message.thread);
      state.lastWords = message.error;
      state.end({ code: message.code, signal: null });
    }
  }
}

interface ThreadState {
  readonly listeners: ((message: unknown) => void)[];
  /** What it was ended by, if that was an error. */
  lastWords: string;
  end: (exit: Exit) => void;
}

function excerptOf(text: string): Excerpt {
  return { ...NOTHING_PRINTED, head: text, bytes: Buffer.byteLength(text) };
}
