import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { ExcerptBuffer, NOTHING_PRINTED } from '../../lib/output.js';
import type { Excerpt } from '../../model/flow.js';
import type { StreamListener } from '../../system/ports.js';
import { type Fifo, makeFifo } from './barrier.js';

/** Bytes of one read. Also what a pipe holds on Linux, unless its writer has made it larger (pipe(7)). */
const PIECE = 64 * 1024;

/** Bytes that a writer without privileges can make a pipe hold (fs.pipe-max-size): no flow has more waiting at its end. */
const MOST_WAITING = 1024 * 1024;

/** One for all: what is read is taken in before the next read. */
const piece = Buffer.allocUnsafe(PIECE);

/**
 * The pipe behind one stream of a slot's flows, read while they run, so that output takes neither disk nor memory. It
 * serves one flow after another for as long as each leaves it with no writer. A flow that leaves a process which still has
 * it open is the last: the late output of that process must not count as the next flow's.
 */
export class OutputPipe {
  readonly #fifo: Fifo;
  readonly #socket: Socket;
  #buffer: ExcerptBuffer | undefined;
  #listener: StreamListener | undefined;
  /** Our own writing end: while it is open the pipe does not end. Undefined when the pipe takes no more flows. */
  #writer: number | undefined;

  private constructor(fifo: Fifo) {
    this.#fifo = fifo;
    this.#writer = openWriter(fifo);
    this.#socket = new Socket({ fd: fifo.descriptor, readable: true, writable: false });
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    // What runs holds the process; a stream alone does not.
    this.#socket.unref();
  }

  /** `path`: where nothing is yet. */
  static async open(path: string): Promise<OutputPipe> {
    return new OutputPipe(await makeFifo(path));
  }

  /** To be opened for writing. */
  get path(): string {
    return this.#fifo.path;
  }

  /** A process that the last flow has left may still write to it: the next flow needs another pipe. */
  get held(): boolean {
    return this.#writer === undefined;
  }

  /** What comes from now on is a new flow's. `listener` hears all of it. */
  begin(listener?: StreamListener): void {
    this.#buffer = undefined;
    this.#listener = listener;
  }

  /** The flow has ended: reads what still waits in the pipe, and sees whether others hold it open. */
  end(): Excerpt {
    const held = this.#writer === undefined || !this.#drainToEnd(this.#writer);
    // A flow can lock the pipe for all processes of its user: then the next one needs another, too.
    this.#writer = held ? undefined : attempt(() => openWriter(this.#fifo));
    const printed = this.#buffer?.excerpt() ?? NOTHING_PRINTED;
    this.#buffer = undefined;
    this.#listener = undefined;
    // Read on to its end: who still writes is neither stopped by a full pipe nor killed by SIGPIPE.
    if (this.held) this.#socket.removeAllListeners('data').resume();
    return printed;
  }

  /** What a process that was left still holds is read on, until that ends. */
  close(): void {
    if (this.#writer === undefined) return;
    closeSync(this.#writer);
    this.#writer = undefined;
    this.#socket.destroy();
  }

  /** True if the pipe came to its end: nobody has it open for writing. */
  #drainToEnd(writer: number): boolean {
    closeSync(writer);
    for (let taken = 0; taken <= MOST_WAITING;) {
      const length = readWaiting(this.#fifo.descriptor);
      if (length === undefined) return false;
      if (length === 0) return true;
      this.#take(piece.subarray(0, length));
      taken += length;
    }
    return false;
  }

  #take(chunk: Buffer): void {
    (this.#buffer ??= new ExcerptBuffer()).push(chunk);
    this.#listener?.data(chunk);
  }
}

/** The reading end is open, so this does not wait. */
function openWriter({ path }: Fifo): number {
  return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
}

/** Bytes read; 0 at the end of the pipe, undefined if there is nothing yet but somebody may still write. */
function readWaiting(descriptor: number): number | undefined {
  return attempt(() => readSync(descriptor, piece));
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
