import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { messageOf } from '../../lib/errors.js';
import { formatBytes } from '../../lib/format.js';
import { ExcerptBuffer, HEAD_BYTES, NOTHING_PRINTED } from '../../lib/output.js';
import type { Excerpt } from '../../model/flow.js';
import type { Clock, StreamListener } from '../../system/ports.js';
import { FlowFailure } from './failure.js';
import type { HttpReceiver, ReadHeader, ReadLines } from './port.js';

interface ResponseOptions {
  readonly clock: Clock;
  /** Bytes of the largest body that is read, and that it may have once it is decoded. */
  readonly maxBody: number;
  /** The whole body is kept, not only its beginning and its end. */
  readonly keepsBody: boolean;
  /** Names in lower case of the headers that are kept. */
  readonly keepsHeaders?: readonly string[];
  /** Set-Cookie is kept. */
  readonly keepsCookies?: boolean;
  /** Hears all of the body. */
  readonly listener?: StreamListener;
}

/** A response as it comes, in bounded memory. */
export class Response implements HttpReceiver {
  readonly #options: ResponseOptions;
  /** All of the body if it is kept, else its beginning. */
  readonly #chunks: Uint8Array[] = [];
  /** Takes what comes when the beginning is as long as it can show. */
  #rest: ExcerptBuffer | undefined;
  #bytes = 0;
  #headAt: number | undefined;
  #status = 0;
  #location: string | undefined;
  #headers: Map<string, string> | undefined;
  #cookies: readonly string[] = [];
  /** Undefined if the bytes are the text, or once they are. */
  #coding: BodyCoding | undefined;

  constructor(options: ResponseOptions) {
    this.#options = options;
  }

  get status(): number {
    return this.#status;
  }

  get location(): string | undefined {
    return this.#location;
  }

  /** Its bytes are not its text yet. */
  get isCoded(): boolean {
    return this.#coding !== undefined;
  }

  /** Those that are kept, by name in lower case; undefined if there are none. */
  get headers(): ReadonlyMap<string, string> | undefined {
    return this.#headers;
  }

  /** Values of Set-Cookie, if they are kept. */
  get cookies(): readonly string[] {
    return this.#cookies;
  }

  /** When its head came, ms of Clock.now(); undefined while there is none. */
  get headAt(): number | undefined {
    return this.#headAt;
  }

  head(status: number, header: ReadHeader, lines: ReadLines): void {
    const { clock, keepsHeaders = [], keepsCookies = false } = this.#options;
    this.#headAt = clock.now();
    this.#status = status;
    if (status >= 300 && status < 400) this.#location = header('location');
    if (keepsCookies) this.#cookies = lines('set-cookie');
    for (const name of keepsHeaders) {
      const value = header(name);
      if (value !== undefined) (this.#headers ??= new Map()).set(name, value);
    }
    this.#coding = codingOf(header);
  }

  data(chunk: Uint8Array): void {
    const { maxBody, keepsBody, listener } = this.#options;
    const isBeginning = this.#bytes < HEAD_BYTES;
    this.#bytes += chunk.length;
    if (this.#coding === undefined) listener?.data(chunk);
    if (keepsBody || isBeginning || this.#coding !== undefined) this.#chunks.push(chunk);
    else (this.#rest ??= this.#excerptOfChunks()).push(bufferOf(chunk));
    if (this.#bytes > maxBody) {
      throw new FlowFailure(`response too large: more than max-body (${formatBytes(maxBody)})`);
    }
  }

  /**
   * Once all of it has come: decodes it, for everyone who looks at it. What cannot be decoded fails the flow if something
   * is expected of it, and else counts as not searched.
   */
  async decode(): Promise<void> {
    const coding = this.#coding;
    if (coding === undefined || this.#bytes === 0) return;
    const { maxBody, keepsBody, listener } = this.#options;
    const unknown = unknownCoding(coding);
    if (unknown !== undefined) {
      if (keepsBody) throw new FlowFailure(unknown);
      this.giveUp();
      return;
    }
    const bytes = await decodeBody(Buffer.concat(this.#chunks), coding, maxBody);
    this.#coding = undefined;
    this.#chunks.splice(0, Infinity, bytes);
    this.#bytes = bytes.length;
    listener?.data(bytes);
  }

  /** What has come of it is not going to be decoded. */
  giveUp(): void {
    if (this.#coding !== undefined) this.#options.listener?.missed(this.#bytes);
  }

  /** Empty unless it is kept. Without a byte order mark, which is no part of the text. */
  body(): string {
    if (!this.#options.keepsBody) return '';
    return Buffer.concat(this.#chunks)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  }

  /** Of bytes that are not decoded there is only the number. */
  excerpt(): Excerpt {
    if (this.#coding !== undefined) return { ...NOTHING_PRINTED, bytes: this.#bytes };
    return (this.#rest ?? this.#excerptOfChunks()).excerpt();
  }

  #excerptOfChunks(): ExcerptBuffer {
    const text = new ExcerptBuffer();
    for (const chunk of this.#chunks) text.push(bufferOf(chunk));
    return text;
  }
}

function bufferOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/* What stands between the bytes of a response and its text: content codings (RFC 9110, section 8.4) and a charset. */

/** How a body was made into bytes. */
export interface BodyCoding {
  /** In the order in which they were applied. */
  readonly encodings: readonly string[];
  /** Undefined for UTF-8 and ASCII. */
  readonly charset: string | undefined;
}

type Decode = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const gunzip: Decode = promisify(zlib.gunzip);
const inflate: Decode = promisify(zlib.inflate);
const inflateRaw: Decode = promisify(zlib.inflateRaw);
/** Node has it from 22.15 on. */
const { zstdDecompress } = zlib as { zstdDecompress?: typeof zlib.brotliDecompress };

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // Servers send it with and without the header of zlib that the RFC asks for.
  ['deflate', (bytes, options) => (hasZlibHeader(bytes) ? inflate : inflateRaw)(bytes, options)],
  ['br', promisify(zlib.brotliDecompress)],
  ...(zstdDecompress === undefined ? [] : ([['zstd', promisify(zstdDecompress)]] as const)),
]);

/** As many as undici's fetch takes. */
const MOST_ENCODINGS = 5;

/** Undefined if the bytes are the text, in UTF-8. `header` gives a header's value by its name in lower case. */
export function codingOf(header: ReadHeader): BodyCoding | undefined {
  const content = header('content-encoding');
  const transfer = header('transfer-encoding');
  const encodings = [...tokens(content), ...tokens(transfer)].filter(
    (name) => name !== 'identity' && name !== 'chunked',
  );
  const charset = /;\s*charset\s*=\s*["']?([^\s;"']+)/i
    .exec(header('content-type') ?? '')?.[1]
    ?.toLowerCase();
  const plain = charset === undefined || /^(utf-?8|us-ascii|ascii)$/.test(charset);
  if (encodings.length === 0 && plain) return undefined;
  return { encodings, charset: plain ? undefined : charset };
}

function tokens(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

/** What of the coding cannot be undone here, as the end of a sentence; undefined if all can. */
export function unknownCoding({ encodings, charset }: BodyCoding): string | undefined {
  const unknown = encodings.find((name) => !DECODERS.has(name));
  if (unknown !== undefined) return `content-encoding: ${unknown} cannot be decoded here`;
  if (encodings.length > MOST_ENCODINGS) return `content-encoding: more than ${MOST_ENCODINGS} at once`;
  if (charset !== undefined && decoderOf(charset, new Uint8Array()) === undefined) {
    return `content-type: charset ${charset} cannot be read here`;
  }
  return undefined;
}

/**
 * The text of a body, as UTF-8. Throws FlowFailure if it is cut off, is not what it says, or holds more than `most`
 * bytes once it is decoded: it is never larger than that in memory.
 */
export async function decodeBody(bytes: Uint8Array, coding: BodyCoding, most: number): Promise<Uint8Array> {
  let decoded = bytes;
  for (const name of coding.encodings.toReversed()) {
    decoded = await undo(name, decoded, most);
  }
  if (coding.charset === undefined) return decoded;
  return new TextEncoder().encode(decoderOf(coding.charset, decoded)?.decode(decoded));
}

async function undo(name: string, bytes: Uint8Array, most: number): Promise<Uint8Array> {
  try {
    return (await DECODERS.get(name)?.(bytes, { maxOutputLength: most })) ?? bytes;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new FlowFailure(
        `response too large: more than max-body (${formatBytes(most)}) once ${name} is decoded`,
      );
    }
    const message = messageOf(thrown);
    if (message.includes('unexpected end'))
      throw new FlowFailure(`content-encoding: the ${name} body is cut off`);
    throw new FlowFailure(`content-encoding: the body is not ${name} (${message})`);
  }
}

/** RFC 1950, section 2.2: deflate as the method, and a multiple of 31. */
function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** Undefined if no charset has this name. A byte order mark says which of the two kinds of UTF-16 it is. */
function decoderOf(
  charset: string,
  [first, second]: Uint8Array,
): InstanceType<typeof TextDecoder> | undefined {
  try {
    const bigEndian = charset === 'utf-16' && first === 0xfe && second === 0xff;
    return new TextDecoder(bigEndian ? 'utf-16be' : charset);
  } catch {
    return undefined;
  }
}
