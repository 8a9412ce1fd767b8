import { Buffer } from 'node:buffer';
import type { CanaryPlace, SeenToken, TokensSeen } from '../model/checks.js';
import type { StreamListener } from '../system/ports.js';

/** Sightings kept of one flow. */
const KEPT = 20;
/** Beyond this many different ones they are no longer counted. */
const TOLD_APART = 1000;

const NOTHING_SEEN: TokensSeen = { own: false, others: [], count: 0, missed: false };
const OWN_SEEN: TokensSeen = { ...NOTHING_SEEN, own: true };

/**
 * Looks for the tokens of others in all that one flow sees. What only looks like another's is let be: its own with
 * digits behind it (`fg-RUN-1` and a 2), and its own cut short where a stream ends.
 */
export class FlowCanary {
  readonly #own: string;
  readonly #prefix: Buffer;
  readonly #open: TokenScanner[] = [];
  #hasOwn = false;
  #missed = false;
  #count = 0;
  #others: SeenToken[] | undefined;
  #known: Set<string> | undefined;

  /** `prefix`: that of the flow's token, where it is at hand. */
  constructor(own: string, prefix: Buffer = prefixOf(own)) {
    this.#own = own;
    this.#prefix = prefix;
  }

  /** Searches one stream. */
  listen(place: CanaryPlace, where?: string): TokenScanner {
    const scanner = new TokenScanner(this.#prefix, (met) => {
      this.#meet(met, place, where);
    });
    this.#open.push(scanner);
    return scanner;
  }

  /** Searches a short text. */
  text(text: string, place: CanaryPlace, where: string): void {
    if (!text.includes('fg-')) return;
    const scanner = this.listen(place, where);
    scanner.data(new TextEncoder().encode(text));
    scanner.end();
  }

  /** Not all could be searched. */
  missed(): void {
    this.#missed = true;
  }

  /** When all its streams are over. */
  seen(): TokensSeen {
    for (const scanner of this.#open) {
      scanner.end();
      if (scanner.skipped > 0) this.#missed = true;
    }
    this.#open.length = 0;
    if (this.#others === undefined && !this.#missed) return this.#hasOwn ? OWN_SEEN : NOTHING_SEEN;
    return { own: this.#hasOwn, others: this.#others ?? [], count: this.#count, missed: this.#missed };
  }

  #meet({ token, at, context, last }: MetToken, place: CanaryPlace, where: string | undefined): void {
    if (token === this.#own) this.#hasOwn = true;
    if (token.startsWith(this.#own) || (last && this.#own.startsWith(token))) return;
    const key = `${token} ${place} ${where ?? ''}`;
    const known = (this.#known ??= new Set());
    if (known.has(key) || known.size === TOLD_APART) return;
    known.add(key);
    this.#count += 1;
    const others = (this.#others ??= []);
    if (others.length >= KEPT) return;
    const offset = place === 'return value' || place === 'file name' ? {} : { at };
    others.push({ token, place, where, ...offset, context: context() });
  }
}

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

/** Values looked at in what a flow returns, and characters of all of its texts together. */
const MOST_VALUES = 10_000;
const MOST_CHARACTERS = 1024 * 1024;

/**
 * Looks for tokens in a text, or in the texts and keys of what JSON could hold: arrays and plain objects. Of anything
 * else that a flow may return (a response, a connection, a map that all share) it is no business of ours what is in it.
 */
export function searchValue(value: unknown, canary: FlowCanary): void {
  const open: [value: unknown, path: string][] = [[value, '']];
  let values = 0;
  let characters = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [each, path] = next;
    const children = typeof each === 'string' ? [] : childrenOf(each);
    values += 1 + children.length;
    if (typeof each === 'string') characters += each.length;
    if (values > MOST_VALUES || characters > MOST_CHARACTERS) {
      canary.missed();
      return;
    }
    if (typeof each === 'string') canary.text(each, 'return value', path);
    for (const [key, child] of children.toReversed()) {
      const below = Array.isArray(each) ? `${path}[${key}]` : `${path}.${key}`;
      if (!Array.isArray(each)) canary.text(key, 'return value', `${path} (key)`);
      open.push([child, below]);
    }
  }
}

/** A getter or a proxy of the module's may throw: then nothing is returned that could be read. */
function childrenOf(value: unknown): readonly [key: string, child: unknown][] {
  try {
    return isPlain(value) ? Object.entries(value) : [];
  } catch {
    return [];
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The Object.prototype of any realm: the module's is not ours.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
