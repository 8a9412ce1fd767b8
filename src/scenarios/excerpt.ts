import type { Excerpt } from '../model/flow.js';

/** Bytes kept of the first and of the last that a stream carried. */
export const HEAD_BYTES = 4 * 1024;
const TAIL_BYTES = 12 * 1024;

export const NOTHING_PRINTED: Excerpt = { head: '', tail: '', bytes: 0 };

/** A short text that is kept as a whole. */
export function wholeExcerpt(text: string): Excerpt {
  return { head: text, tail: '', bytes: Buffer.byteLength(text) };
}

/** Keeps the head and the tail of a stream of any length in bounded memory. */
export class ExcerptBuffer {
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = HEAD_BYTES - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
    const rest = room > 0 ? chunk.subarray(room) : chunk;
    if (rest.length === 0) return;
    this.#tail = Buffer.concat([this.#tail, rest.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }

  excerpt(): Excerpt {
    // A cut inside a UTF-8 sequence decodes to U+FFFD, which is harmless and says that something was cut.
    return { head: this.#head.toString('utf8'), tail: this.#tail.toString('utf8'), bytes: this.#bytes };
  }
}
