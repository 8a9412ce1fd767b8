import {
  closeSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  rmSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import type { Excerpt } from '../model/record.js';
import type { StreamListener } from '../ports.js';
import { ExcerptBuffer, HEAD_BYTES, NOTHING_PRINTED, TAIL_BYTES } from '../scenarios/excerpt.js';
import { wallOnOurClock } from './wall-time.js';

/** A stream that has grown past this is taken in and cut, so that no flow can fill the disk. Bytes. */
const CUT_AT = 1024 * 1024;

/** ms between two looks at the sizes of all that are watched. */
const WATCH_EVERY = 100;

/** Of what a stream has grown by at a cut this much is read for a listener: reading keeps everybody else waiting. Bytes. */
const MOST_HEARD = 4 * 1024 * 1024;
const PIECE = 64 * 1024;

const watched = new Set<OutputFile>();
let looking: NodeJS.Timeout | undefined;

/** One timer for all: there may be a thousand new files a second. */
function look(): void {
  for (const file of watched) file.cutIfTooLong();
}

/**
 * The file behind one stream of one flow. The flow appends; we read once at the end, and before that only if it
 * grows too long. It belongs to the flow, which may lock it or put anything in its place: what can not be read counts as
 * not printed, and nothing here throws.
 */
export class OutputFile {
  readonly path: string;
  readonly #listener: StreamListener | undefined;
  #buffer: ExcerptBuffer | undefined;
  #watch: NodeJS.Timeout | undefined;

  /** `listener`: hears what is read of it, at most 4 MiB before each cut. */
  constructor(path: string, listener?: StreamListener) {
    this.path = path;
    this.#listener = listener;
  }

  watch(): void {
    watched.add(this);
    looking ??= setInterval(look, WATCH_EVERY).unref();
  }

  stopWatching(): void {
    watched.delete(this);
  }

  cutIfTooLong(): void {
    if (this.#size() <= CUT_AT) return;
    attempt(() => {
      this.#takeIn('r+');
    });
  }

  /** When the file was made, in ms of our clock; undefined if it was not, or if its file system does not note it. */
  createdAt(): number | undefined {
    const birth = this.#stat()?.birthtimeMs ?? 0;
    return birth > 0 ? wallOnOurClock(birth) : undefined;
  }

  /** Reads what is left and removes the file. */
  close(): Excerpt {
    this.stopWatching();
    if (this.#size() > 0)
      attempt(() => {
        this.#takeIn('r');
      });
    this.#remove();
    return this.#buffer?.excerpt() ?? NOTHING_PRINTED;
  }

  #remove(): void {
    const removed = attempt(() => {
      unlinkSync(this.path);
      return true;
    });
    if (removed) return;
    // It was never made, or the flow has put a folder in its place.
    attempt(() => {
      rmSync(this.path, { recursive: true, force: true });
    });
  }

  #size(): number {
    const stat = this.#stat();
    return stat?.isFile() === true ? stat.size : 0;
  }

  #stat(): Stats | undefined {
    return attempt(() => lstatSync(this.path, { throwIfNoEntry: false }));
  }

  /** Of what has come since the last cut, its beginning. */
  #tell(file: number, { from, to }: Part): void {
    if (this.#listener === undefined) return;
    const until = Math.max(from, Math.min(to, MOST_HEARD));
    if (until > from) hear(file, { from, to: until }, this.#listener);
    if (to > until) this.#listener.missed(to - until);
  }

  /** Takes in head and tail; opened for writing (`r+`) it is cut as well, and the flow goes on at its start. */
  #takeIn(mode: 'r' | 'r+'): void {
    const buffer = (this.#buffer ??= new ExcerptBuffer());
    const file = openSync(this.path, mode);
    try {
      let taken = 0;
      // Until nothing more has come: what is appended between the last look and the cut is lost.
      for (let size = fstatSync(file).size; size > taken; size = fstatSync(file).size) {
        takePart(file, { from: taken, to: size }, buffer);
        this.#tell(file, { from: taken, to: size });
        taken = size;
      }
      // Should something have been lost, a token may have been cut in two.
      if (mode === 'r+') this.#listener?.missed(0);
      if (mode === 'r+') ftruncateSync(file);
    } finally {
      closeSync(file);
    }
  }
}

interface Part {
  readonly from: number;
  readonly to: number;
}

function takePart(file: number, { from, to }: Part, buffer: ExcerptBuffer): void {
  const headTo = Math.min(to, from + HEAD_BYTES);
  const tailFrom = Math.max(headTo, to - TAIL_BYTES);
  buffer.push(readAt(file, from, headTo - from));
  buffer.skip(tailFrom - headTo);
  buffer.push(readAt(file, tailFrom, to - tailFrom));
}

/** Reads a part of a file in pieces that are used again. */
function hear(file: number, { from, to }: Part, listener: StreamListener): void {
  const piece = Buffer.allocUnsafe(Math.min(to - from, PIECE));
  for (let at = from; at < to;) {
    const length = readSync(file, piece, 0, Math.min(piece.length, to - at), at);
    if (length === 0) return;
    listener.data(piece.subarray(0, length));
    at += length;
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0);
  const chunk = Buffer.alloc(length);
  return chunk.subarray(0, readSync(file, chunk, 0, length, position));
}
