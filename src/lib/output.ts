import { StringDecoder } from 'node:string_decoder';
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

/** Characters kept of a line: of a longer one the beginning. */
const LONGEST = 16 * 1024;

/**
 * The lines of a stream that comes in chunks, cut anywhere. A line ends with \n, \r\n, or \r alone, as those of progress
 * bars do. One that has not ended yet is told as far as it goes, each time that more of it has come.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #tell: (line: string, ended: boolean) => void;
  #line = '';
  #afterReturn = false;

  constructor(tell: (line: string, ended: boolean) => void) {
    this.#tell = tell;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
    if (this.#line !== '') this.#tell(this.#line, false);
  }

  /** The stream is over: so is its last line. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#line !== '') this.#endLine();
  }

  #take(text: string): void {
    if (text === '') return;
    // The \n of a \r\n that two chunks share.
    const [first = '', ...others] = (this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text).split(
      /\r\n|\n|\r/,
    );
    this.#afterReturn = text.endsWith('\r');
    this.#add(first);
    for (const line of others) {
      this.#endLine();
      this.#add(line);
    }
  }

  #add(part: string): void {
    this.#line += part.slice(0, LONGEST - this.#line.length);
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = '';
    this.#tell(line, true);
  }
}
