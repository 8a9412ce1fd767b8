import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { messageOf } from '../errors.js';
import { formatBytes } from '../lib/format.js';
import { FlowFailure } from './http-failure.js';

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
export function codingOf(header: (name: string) => string | undefined): BodyCoding | undefined {
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
