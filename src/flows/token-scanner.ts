import { Buffer } from 'node:buffer';
import type { StreamListener } from '../system/ports.js';

/** A token as it was met in a stream. */
export interface MetToken {
  readonly token: string;
  /** Byte of the stream at which it begins. */
  readonly at: number;
  /** What stands around it, on one line; to be asked for while it is told of. */
  readonly context: () => string;
  /** The stream ended with it, so that it may be the beginning of a longer one. */
  readonly last: boolean;
}

/** Bytes shown before and after a token. */
const AROUND = 40;
/** `w` and the digits of the largest iteration there can be. */
const LONGEST_COUNT = 17;
const NOTHING = Buffer.alloc(0);
const W = 0x77;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Finds the tokens of one run in a stream, wherever it is cut into chunks. Almost all that it is given holds none, and
 * then it costs one search for the bytes that all of them begin with. That these hold 48 random bits makes the edges of
 * a word unnecessary: a token is found in `\nfg-…` of a JSON text too.
 */
export class TokenScanner implements StreamListener {
  readonly #prefix: Buffer;
  readonly #onToken: (met: MetToken) => void;
  /** What has to be seen again together with the next chunk, and from where on in it. */
  #rest: Buffer = NOTHING;
  #from = 0;
  /** Byte of the stream at which `rest` begins. */
  #at = 0;
  #skipped = 0;

  /** `prefix`: `fg-RUN-`. */
  constructor(prefix: Buffer, onToken: (met: MetToken) => void) {
    this.#prefix = prefix;
    this.#onToken = onToken;
  }

  /** Bytes that went by unheard. */
  get skipped(): number {
    return this.#skipped;
  }

  data(chunk: Uint8Array): void {
    const { length } = this.#rest;
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#search(length === 0 ? bytes : Buffer.concat([this.#rest, bytes]));
  }

  /** What stands on either side of a gap does not belong together: a token at its edge may be half of one. */
  missed(bytes: number): void {
    this.#skipped += bytes;
    this.#at += this.#rest.length + bytes;
    this.#rest = NOTHING;
    this.#from = 0;
  }

  /** The stream is over: a token that it ended with is one. */
  end(): void {
    const text = this.#rest;
    const found = text.indexOf(this.#prefix, this.#from);
    if (found !== -1)
      this.#tell(text, { found, end: endOfCount(text, found + this.#prefix.length), last: true });
    this.missed(0);
  }

  #search(text: Buffer): void {
    let from = this.#from;
    for (;;) {
      const found = text.indexOf(this.#prefix, from);
      if (found === -1) break;
      const end = endOfCount(text, found + this.#prefix.length);
      if (end === text.length && end - found < this.#prefix.length + LONGEST_COUNT) {
        this.#keep(text, found);
        return;
      }
      this.#tell(text, { found, end, last: false });
      from = end;
    }
    this.#keep(text, beginningAtEnd(text, from, this.#prefix));
  }

  /** Keeps what may be the beginning of a token, with what stands before it. */
  #keep(text: Buffer, found: number): void {
    const start = found === text.length ? found : Math.max(0, found - AROUND);
    this.#at += start;
    this.#from = found - start;
    // Copied: the chunk is only lent.
    this.#rest = start === text.length ? NOTHING : Buffer.from(text.subarray(start));
  }

  #tell(text: Buffer, { found, end, last }: { found: number; end: number; last: boolean }): void {
    if (!isDigit(text[end - 1] as number)) return;
    this.#onToken({
      token: text.toString('latin1', found, end),
      at: this.#at + found,
      // Almost every token is the flow's own, and nobody asks what stands around it.
      context: () => readable(text.subarray(Math.max(0, found - AROUND), end + AROUND)),
      last,
    });
  }
}

/** What all tokens of the run begin with: `fg-RUN-`. */
export function prefixOf(token: string): Buffer {
  return Buffer.from(token.slice(0, token.lastIndexOf('-') + 1), 'latin1');
}

/** Behind `w` and digits that begin at `from`; `from` itself if there are no digits. */
function endOfCount(text: Buffer, from: number): number {
  const digitsFrom = text[from] === W ? from + 1 : from;
  const limit = Math.min(text.length, from + LONGEST_COUNT);
  let end = digitsFrom;
  while (end < limit && isDigit(text[end] as number)) end += 1;
  // A lone `w` at the very end may still get its digits.
  return end === digitsFrom && end < text.length ? from : end;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Where at the end of the text the prefix begins and is cut off; the text's length if it does not. */
function beginningAtEnd(text: Buffer, from: number, prefix: Buffer): number {
  const first = prefix[0];
  for (let at = Math.max(from, text.length - prefix.length + 1); at < text.length; at += 1) {
    if (text[at] === first && text.compare(prefix, 0, text.length - at, at) === 0) return at;
  }
  return text.length;
}

/** On one line. */
function readable(bytes: Buffer): string {
  return bytes
    .toString('utf8')
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}
