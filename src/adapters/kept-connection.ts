import type { Socket } from 'node:net';

/** Methods that may be sent twice, because a server that got both does the same as for one (RFC 9110, section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

/** How undici and Node say that a connection was closed by the other side. */
const LOST: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const CONTINUE = [Buffer.from('HTTP/1.1 100 '), Buffer.from('HTTP/1.0 100 ')];
const END_OF_HEAD = '\r\n\r\n';
/** Bytes of one interim response: beyond that the parser may say what it makes of it. */
const LONGEST_HEAD = 16 * 1024;

/** A connection that is kept alive between requests, of which one at a time is under way. */
export class KeptConnection {
  /** Requests that it has carried to their end. */
  answered = 0;
  readonly #socket: Socket;
  /** The next byte is the first of a response, or of an interim one. */
  #atHead = true;
  /** The beginning of what may be an interim response. */
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#skipContinue();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Bytes that have come so far. */
  get received(): number {
    return this.#socket.bytesRead;
  }

  /** A request is sent on it. */
  begin(): void {
    this.#atHead = true;
  }

  /**
   * "100 Continue" may come unasked, and a client must be able to read it (RFC 9110, section 15.2). undici takes it for
   * a broken connection, so it never gets to see one.
   */
  #skipContinue(): void {
    const socket = this.#socket;
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (!this.#atHead || !Buffer.isBuffer(chunk)) return push(chunk, encoding);
      const rest = this.#withoutContinue(chunk);
      return rest.length === 0 || push(rest);
    };
  }

  #withoutContinue(chunk: Buffer): Buffer {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    while (bytes.length > 0 && CONTINUE.some((head) => startAlike(bytes, head))) {
      const end = bytes.indexOf(END_OF_HEAD);
      if (end === -1 && bytes.length <= LONGEST_HEAD) {
        this.#held = bytes;
        return Buffer.alloc(0);
      }
      if (end === -1) break;
      bytes = bytes.subarray(end + END_OF_HEAD.length);
    }
    if (bytes.length > 0) this.#atHead = false;
    return bytes;
  }
}

/** As far as the shorter one goes. */
function startAlike(bytes: Buffer, head: Buffer): boolean {
  const length = Math.min(bytes.length, head.length);
  return bytes.compare(head, 0, length, 0, length) === 0;
}

/** What is to be known of the connection when a request is sent, to say later whether an idle one has lost it. */
export class LostRequest {
  readonly #method: string;
  readonly #connection: KeptConnection | undefined;
  readonly #received: number;

  constructor(method: string, connection: KeptConnection | undefined) {
    this.#method = method;
    this.#connection = connection?.isOpen === true && connection.answered > 0 ? connection : undefined;
    this.#received = connection?.received ?? 0;
  }

  /**
   * Whether the request may be sent once more: it went out on a connection that had answered before, the connection was
   * closed without a byte of an answer, and the method is idempotent. `current`: the connection that is in use now.
   */
  mayRepeat(error: unknown, current: KeptConnection | undefined): boolean {
    return (
      this.#connection !== undefined &&
      this.#connection === current &&
      current.received === this.#received &&
      IDEMPOTENT.has(this.#method) &&
      LOST.has(String((error as NodeJS.ErrnoException).code))
    );
  }
}
