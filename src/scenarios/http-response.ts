import { formatBytes } from '../model/format.js';
import type { Clock, HttpReceiver, StreamListener } from '../ports.js';
import type { Excerpt } from '../model/record.js';
import { ExcerptBuffer, HEAD_BYTES } from './excerpt.js';
import { FlowFailure } from './http-failure.js';

export interface ResponseOptions {
  readonly clock: Clock;
  /** Bytes of the largest body that is read. */
  readonly maxBody: number;
  /** The whole body is kept, not only its beginning and its end. */
  readonly keepsBody: boolean;
  /** Hears all of the body. */
  readonly listener?: StreamListener | undefined;
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

  head(status: number, location: string | undefined): void {
    this.#headAt = this.#options.clock.now();
    this.#status = status;
    this.#location = location;
  }

  data(chunk: Uint8Array): void {
    const { maxBody, keepsBody, listener } = this.#options;
    const isBeginning = this.#bytes < HEAD_BYTES;
    this.#bytes += chunk.length;
    listener?.data(chunk);
    if (keepsBody || isBeginning) this.#chunks.push(chunk);
    else (this.#rest ??= this.#excerptOfChunks()).push(bufferOf(chunk));
    if (this.#bytes > maxBody) {
      throw new FlowFailure(`response too large: more than max-body (${formatBytes(maxBody)})`);
    }
  }

  /** Empty unless it is kept. */
  body(): string {
    return this.#options.keepsBody ? Buffer.concat(this.#chunks).toString('utf8') : '';
  }

  excerpt(): Excerpt {
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
