export interface HttpRequest {
  readonly method: string;
  /** `http://127.0.0.1:3000` */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type ReadHeader = (name: string) => string | undefined;
export type ReadLines = (name: string) => readonly string[];

/** Takes a response as it comes. What one of its methods throws ends the exchange, which rejects with it. */
export interface HttpReceiver {
  /**
   * The first that comes of a response. `header` gives the value of a header by its name in lower case; `lines` gives
   * each of its values by itself, where they are no list (Set-Cookie).
   */
  head(status: number, header: ReadHeader, lines: ReadLines): void;
  data(chunk: Uint8Array): void;
}

export interface Traffic {
  /** Bytes. */
  readonly received: number;
  readonly sent: number;
  /** Requests that were sent once more. */
  readonly resent: number;
}

/** The connections of one worker slot: at most one, kept alive, to each origin; one request at a time. */
export interface HttpConnection {
  /**
   * Sends the request at once; resolves when the response is whole, rejects with what Node or the client says. A request
   * of an idempotent method that an idle connection lost unanswered is sent once more (RFC 9110, section 9.2.2).
   */
  exchange(request: HttpRequest, receiver: HttpReceiver): Promise<void>;
  /** Cuts the request under way short: its exchange rejects with the reason, and its connection is closed. */
  abort(reason: Error): void;
  /** The same, and all connections of the slot are reset (TCP RST) as those of a process are that was killed. */
  reset(reason: Error): void;
  /** What all its connections have carried so far, heads and handshakes included. */
  traffic(): Traffic;
  close(): Promise<void>;
}

export interface HttpClient {
  /** `onConnect` is told the local port of each connection, before anything is sent on it. */
  openConnection(onConnect?: (port: number) => void): HttpConnection;
}

export interface HttpClientOptions {
  /** Certificates in PEM that are trusted besides the usual ones. */
  readonly ca?: string;
  /** Ports to which nothing is sent twice: those of our own proxies, whose resets are to be seen. */
  readonly faultyPorts?: readonly number[];
}

/** Loads the client, which a run without HTTP flows does not need. Throws if a certificate can not be read. */
export type OpenHttpClient = (options: HttpClientOptions) => Promise<HttpClient>;
