import { formatBytes } from '../lib/format.js';
import type { Clock, HttpReceiver, StreamListener } from '../ports.js';
import type { Excerpt } from '../model/flow.js';
import { codingOf, decodeBody, unknownCoding, type BodyCoding } from './content-decoding.js';
import { ExcerptBuffer, HEAD_BYTES, NOTHING_PRINTED } from './excerpt.js';
import { FlowFailure } from './http-failure.js';

interface ResponseOptions {
  readonly clock: Clock;
  /** Bytes of the largest body that is read, and that it may have once it is decoded. */
  readonly maxBody: number;
  /** The whole body is kept, not only its beginning and its end. */
  readonly keepsBody: boolean;
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

  /** When its head came, ms of Clock.now(); undefined while there is none. */
  get headAt(): number | undefined {
    return this.#headAt;
  }

  head(status: number, header: (name: string) => string | undefined): void {
    this.#headAt = this.#options.clock.now();
    this.#status = status;
    if (status >= 300 && status < 400) this.#location = header('location');
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
