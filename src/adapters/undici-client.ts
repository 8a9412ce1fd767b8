import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { createSecureContext, rootCertificates, TLSSocket, type SecureContext } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici-v7';
import connectorOf from 'undici-v7/lib/core/connect.js';
import Client from 'undici-v7/lib/dispatcher/client.js';
import type { HttpClient, HttpClientOptions, HttpConnection, HttpReceiver, HttpRequest } from '../ports.js';

/** Opens connections by undici's Client, which pipelines nothing here: one request at a time on one connection. */
export function openUndici({ ca }: HttpClientOptions): HttpClient {
  keepNurserySmall();
  // Made once: reading the root certificates for every connection would take longer than the requests.
  const secureContext =
    ca === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, ...certificatesOf(ca)] });
  return { openConnection: (onConnect) => new UndiciConnection(secureContext, onConnect) };
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

/** One request and its response, as undici tells of it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #receiver: HttpReceiver;
  readonly #resolve: () => void;
  readonly #reject: (reason: Error) => void;
  readonly #discard: () => void;
  #over = false;

  constructor(
    receiver: HttpReceiver,
    settle: { readonly resolve: () => void; readonly reject: (reason: Error) => void },
    discard: () => void,
  ) {
    this.#receiver = receiver;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
    this.#discard = discard;
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
    this.#receiver.head(status, (name) => valueIn(headers, name));
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
    if (this.#over) return;
    this.#over = true;
    this.#resolve();
  }

  onError(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#reject(error);
  }
}

/** Names and values of headers come in turn. Several of one name are one list (RFC 9110, section 5.3). */
function valueIn(headers: readonly Buffer[], wanted: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] as Buffer;
    if (name.length !== wanted.length || name.toString('latin1').toLowerCase() !== wanted) continue;
    const value = (headers[at + 1] as Buffer).toString('utf8');
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

class UndiciConnection implements HttpConnection {
  readonly #secureContext: SecureContext | undefined;
  readonly #onConnect: ((port: number) => void) | undefined;
  readonly #clients = new Map<string, Client>();
  readonly #sockets = new Set<Socket>();
  /** Of sockets that are closed. */
  readonly #carried = { received: 0, sent: 0 };
  #exchange: Exchange | undefined;

  constructor(secureContext: SecureContext | undefined, onConnect: ((port: number) => void) | undefined) {
    this.#secureContext = secureContext;
    this.#onConnect = onConnect;
  }

  exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    const { origin, path, method, headers, body = null } = request;
    const client = this.#clientOf(origin);
    return new Promise((resolve, reject) => {
      this.#exchange = new Exchange(receiver, { resolve, reject }, () => {
        this.#discard(origin, client);
      });
      client.dispatch({ path, method, headers, body }, this.#exchange);
    });
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

  traffic(): { received: number; sent: number } {
    let { received, sent } = this.#carried;
    for (const socket of this.#sockets) {
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    }
    return { received, sent };
  }

  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map((client) => client.destroy()));
  }

  #clientOf(origin: string): Client {
    const known = this.#clients.get(origin);
    if (known !== undefined) return known;
    const client = new Client(origin, { ...NO_TIMEOUTS, connect: this.#connector(), pipelining: 1 });
    this.#clients.set(origin, client);
    return client;
  }

  /** undici's own connector, with the sockets counted. */
  #connector(): buildConnector.connector {
    const connect = connectorOf({
      timeout: 0,
      ...(this.#secureContext === undefined ? {} : { secureContext: this.#secureContext }),
    });
    return (options, callback) => {
      connect(options, (...[error, socket]) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        this.#sockets.add(socket);
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
  #discard(origin: string, client: Client): void {
    this.#clients.delete(origin);
    void client.destroy();
  }
}
