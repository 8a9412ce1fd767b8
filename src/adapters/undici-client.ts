import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici-v7';
import connectorOf from 'undici-v7/lib/core/connect.js';
import Client from 'undici-v7/lib/dispatcher/client.js';
import type { HttpClient, HttpClientOptions, HttpConnection, HttpReceiver, HttpRequest } from '../ports.js';

/** Opens connections by undici's Client, which pipelines nothing here: one request at a time on one connection. */
export function openUndici({ ca }: HttpClientOptions): HttpClient {
  // Made once: reading the root certificates for every connection would take longer than the requests.
  const secureContext =
    ca === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, ...certificatesOf(ca)] });
  return { openConnection: () => new UndiciConnection(secureContext) };
}

/** A context takes nonsense without a word; here it is thrown out. */
function certificatesOf(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
  if (blocks.length === 0) throw new Error('there is no certificate in it');
  return blocks.map((block) => new X509Certificate(block).toString());
}

/** Timeouts are the flow's: whoever waits for a response cuts it short by `abort`. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 } as const;

class UndiciConnection implements HttpConnection {
  readonly #secureContext: SecureContext | undefined;
  readonly #clients = new Map<string, Client>();
  readonly #sockets = new Set<Socket>();
  /** Of sockets that are closed. */
  readonly #carried = { received: 0, sent: 0 };
  #cut: ((reason: Error) => void) | undefined;

  constructor(secureContext: SecureContext | undefined) {
    this.#secureContext = secureContext;
  }

  exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void> {
    const { origin, path, method, headers, body = null } = request;
    const client = this.#clientOf(origin);
    return new Promise((resolve, reject) => {
      const cut = (reason: Error): void => {
        this.#cut = undefined;
        this.#discard(origin, client);
        reject(reason);
      };
      this.#cut = cut;
      // What still comes of an exchange that was cut short is nobody's: the slot may be in another one.
      const take = (part: () => void): void => {
        if (this.#cut !== cut) return;
        try {
          part();
        } catch (thrown) {
          cut(thrown as Error);
        }
      };
      const end = (settle: () => void): void => {
        if (this.#cut !== cut) return;
        this.#cut = undefined;
        settle();
      };
      client.dispatch(
        { path, method, headers, body },
        {
          // Its presence tells undici which of its two kinds of handler this is.
          onRequestStart: () => undefined,
          onResponseStart: (_, status, { location }) => {
            // Informational responses (1xx) come before the response itself.
            if (status >= 200)
              take(() => {
                receiver.head(status, [location].flat()[0]);
              });
          },
          onResponseData: (_, chunk) => {
            take(() => {
              receiver.data(chunk);
            });
          },
          onResponseEnd: () => {
            end(resolve);
          },
          onResponseError: (_, error) => {
            end(() => {
              reject(error);
            });
          },
        },
      );
    });
  }

  abort(reason: Error): void {
    this.#cut?.(reason);
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
