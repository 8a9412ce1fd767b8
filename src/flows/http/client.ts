import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext, TLSSocket } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import type { buildConnector, Dispatcher } from 'undici-v7';
import connectorOf from 'undici-v7/lib/core/connect.js';
import Client from 'undici-v7/lib/dispatcher/client.js';
import type {
  HttpClient,
  HttpClientOptions,
  HttpConnection,
  HttpReceiver,
  HttpRequest,
  Traffic,
} from './port.js';

/** Opens connections by undici's Client, which pipelines nothing here: one request at a time on one connection. */
export function openUndici({ ca, faultyPorts = [] }: HttpClientOptions): HttpClient {
  keepNurserySmall();
  // Made once: reading the root certificates for every connection would take longer than the requests.
  const secureContext =
    ca === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, ...certificatesOf(ca)] });
  return { openConnection: (onConnect) => new UndiciConnection({ secureContext, faultyPorts }, onConnect) };
}

/**
 * What a request leaves behind dies young. V8 lets the part of the heap for such objects grow thirty-twofold over a long
 * run, which takes 60 MB more and makes no request faster.
 */
function keepNurserySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** A context takes nonsense without a word; here it is thrown out. */
function certificatesOf(pem: string): readonly string[] {
  const [, ...blocks] = pem.split('-----BEGIN CERTIFICATE-----');
  if (blocks.length === 0) throw new Error('there is no certificate in it');
  return blocks.map((block) => {
    const [body] = block.split('-----END CERTIFICATE-----', 1);
    return new X509Certificate(
      `-----BEGIN CERTIFICATE-----${body ?? ''}-----END CERTIFICATE-----`,
    ).toString();
  });
}

/** Timeouts are the flow's: whoever waits for a response cuts it short by `abort`. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 } as const;

interface ExchangeEnds {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  /** The connection serves no other request. */
  readonly discard: () => void;
  /** True if the request that failed is sent once more. */
  readonly repeat: (error: Error) => boolean;
}

/** One request and its response, as undici tells of it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #receiver: HttpReceiver;
  readonly #resolve: () => void;
  readonly #reject: (reason: Error) => void;
  readonly #discard: () => void;
  readonly #repeat: (error: Error) => boolean;
  #over = false;
  #status = 0;

  constructor(receiver: HttpReceiver, { resolve, reject, discard, repeat }: ExchangeEnds) {
    this.#receiver = receiver;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#discard = discard;
    this.#repeat = repeat;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** What still comes of an exchange that was cut short is nobody's: the slot may be in another one. */
  cut(reason: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#discard();
    this.#reject(reason);
  }

  onConnect(): void {
    // Its presence tells undici which of its two kinds of handler this is: the one that it need not wrap.
  }

  onHeaders(status: number, headers: readonly Buffer[]): boolean {
    // Informational responses (1xx) come before the response itself.
    if (this.#over || status < 200) return true;
    this.#status = status;
    this.#receiver.head(
      status,
      (name) => valueIn(headers, name),
      (name) => linesIn(headers, name),
    );
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#over) return true;
    try {
      this.#receiver.data(chunk);
    } catch (thrown) {
      this.cut(thrown as Error);
    }
    return true;
  }

  onComplete(): void {
    this.#complete();
  }

  onError(error: Error): void {
    // The length that a 304 tells is that of the answer to a GET without conditions (RFC 9110, section 8.6).
    if (this.#status === 304 && 'code' in error && error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
      this.#complete();
      return;
    }
    if (this.#over || this.#repeat(error)) return;
    this.#over = true;
    this.#reject(error);
  }

  #complete(): void {
    if (this.#over) return;
    this.#over = true;
    this.#resolve();
  }
}

/** Several values of one name are one list (RFC 9110, section 5.3). */
function valueIn(headers: readonly Buffer[], wanted: string): string | undefined {
  let found: string | undefined;
  for (let at = nextOf(headers, wanted, 0); at !== -1; at = nextOf(headers, wanted, at + 2)) {
    const value = (headers[at + 1] as Buffer).toString('utf8');
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

/** As bytes, one a character: what is sent back is what came. */
function linesIn(headers: readonly Buffer[], wanted: string): readonly string[] {
  const lines: string[] = [];
  for (let at = nextOf(headers, wanted, 0); at !== -1; at = nextOf(headers, wanted, at + 2)) {
    lines.push((headers[at + 1] as Buffer).toString('latin1'));
  }
  return lines;
}

/** Names and values of headers come in turn. */
function nextOf(headers: readonly Buffer[], wanted: string, from: number): number {
  for (let at = from; at + 1 < headers.length; at += 2) {
    const name = headers[at] as Buffer;
    if (name.length === wanted.length && name.toString('latin1').toLowerCase() === wanted) return at;
  }
  return -1;
}

interface ConnectionOptions {
  readonly secureContext: SecureContext | undefined;
  readonly faultyPorts: readonly number[];
}

/** The client of an origin, and its connection once there is one. */
interface Lane {
  readonly client: Client;
  connection?: KeptConnection;
}

class UndiciConnection implements HttpConnection {
  readonly #options: ConnectionOptions;
  readonly #onConnect: ((port: number) => void) | undefined;
  readonly #lanes = new Map<string, Lane>();
  readonly #sockets = new Set<Socket>();
  /** Of sockets that are closed. */
  readonly #carried = { received: 0, sent: 0 };
  #resent = 0;
  #exchange: Exchange | undefined;

  constructor(options: ConnectionOptions, onConnect: ((port: number) => void) | undefined) {
    this.#options = options;
    this.#onConnect = onConnect;
  }

  exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    const { origin, path, method, headers, body = null } = request;
    const lane = this.#laneTo(origin);
    let lost: LostRequest | undefined = this.#isFaulty(origin)
      ? undefined
      : new LostRequest(method, lane.connection);
    return new Promise((resolve, reject) => {
      const send = (): void => {
        lane.connection?.begin();
        if (!exchange.isOver) lane.client.dispatch({ path, method, headers, body }, exchange);
      };
      const exchange = (this.#exchange = new Exchange(receiver, {
        resolve: () => {
          if (lane.connection !== undefined) lane.connection.answered += 1;
          resolve();
        },
        reject,
        discard: () => {
          this.#discard(origin, lane);
        },
        repeat: (error) => {
          if (lost?.mayRepeat(error, lane.connection) !== true) return false;
          lost = undefined;
          this.#resent += 1;
          // Not now: undici is still clearing the connection away.
          queueMicrotask(send);
          return true;
        },
      }));
      send();
    });
  }

  #isFaulty(origin: string): boolean {
    const { faultyPorts } = this.#options;
    return faultyPorts.length > 0 && faultyPorts.includes(Number(new URL(origin).port));
  }

  abort(reason: Error): void {
    this.#exchange?.cut(reason);
  }

  reset(reason: Error): void {
    // First: a client that is destroyed ends its connection politely.
    for (const socket of this.#sockets) {
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    }
    this.abort(reason);
  }

  traffic(): Traffic {
    let { received, sent } = this.#carried;
    for (const socket of this.#sockets) {
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    }
    return { received, sent, resent: this.#resent };
  }

  async close(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    await Promise.all(lanes.map(({ client }) => client.destroy()));
  }

  #laneTo(origin: string): Lane {
    const known = this.#lanes.get(origin);
    if (known !== undefined) return known;
    const connect = this.#connector((connection) => {
      lane.connection = connection;
    });
    const lane: Lane = { client: new Client(origin, { ...NO_TIMEOUTS, connect, pipelining: 1 }) };
    this.#lanes.set(origin, lane);
    return lane;
  }

  /** undici's own connector, with the sockets counted. */
  #connector(onOpen: (connection: KeptConnection) => void): buildConnector.connector {
    const { secureContext } = this.#options;
    const connect = connectorOf({
      timeout: 0,
      ...(secureContext === undefined ? {} : { secureContext }),
    });
    return (options, callback) => {
      connect(options, (...[error, socket]) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        this.#sockets.add(socket);
        onOpen(new KeptConnection(socket));
        if (socket.localPort !== undefined) this.#onConnect?.(socket.localPort);
        socket.once('close', () => {
          this.#sockets.delete(socket);
          this.#carried.received += socket.bytesRead;
          this.#carried.sent += socket.bytesWritten;
        });
        callback(null, socket);
      });
    };
  }

  /** A connection with half a response in it serves no other request: the next one gets a new client. */
  #discard(origin: string, { client }: Lane): void {
    this.#lanes.delete(origin);
    void client.destroy();
  }
}

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
