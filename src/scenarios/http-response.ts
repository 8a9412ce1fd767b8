import { formatBytes } from '../model/format.js';
import type { Clock, HttpReceiver } from '../ports.js';
import { ExcerptBuffer } from './excerpt.js';
import { FlowFailure } from './http-failure.js';

export interface ResponseOptions {
  readonly clock: Clock;
  /** Bytes of the largest body that is read. */
  readonly maxBody: number;
  /** The whole body is kept, not only its beginning and its end. */
  readonly keepsBody: boolean;
}

/** A response as it comes, in bounded memory. */
export class Response implements HttpReceiver {
  readonly text = new ExcerptBuffer();
  readonly #options: ResponseOptions;
  readonly #askedAt: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #headAt: number | undefined;
  #status = 0;
  #location: string | undefined;

  /** The request is sent when the response is made. */
  constructor(options: ResponseOptions) {
    this.#options = options;
    this.#askedAt = options.clock.now();
  }

  get status(): number {
    return this.#status;
  }

  get location(): string | undefined {
    return this.#location;
  }

  /** ms from the request to the head of its response; undefined while there is none. */
  get firstByteAfter(): number | undefined {
    return this.#headAt === undefined ? undefined : this.#headAt - this.#askedAt;
  }

  head(status: number, location: string | undefined): void {
    this.#headAt = this.#options.clock.now();
    this.#status = status;
    this.#location = location;
  }

  data(chunk: Uint8Array): void {
    const { maxBody, keepsBody } = this.#options;
    this.#bytes += chunk.length;
    this.text.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (this.#bytes > maxBody) {
      throw new FlowFailure(
        `response too large: more than ${formatBytes(maxBody)}; raise max-body if it should be`,
      );
    }
    if (keepsBody) this.#chunks.push(chunk);
  }

  /** Empty unless it is kept. */
  body(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
