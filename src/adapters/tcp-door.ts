import { createServer, type Server, type Socket } from 'node:net';
import { codeOf } from '../errors.js';
import type { Endpoint } from '../model/network-fault.js';

/** ms between two attempts to take back a port that somebody else has taken. */
const RETRY = 20;

/**
 * A listening socket that can be taken away, so that the kernel refuses connections, and brought back. Only a socket that
 * does not listen refuses: once a connection is accepted it can be reset, but its client has seen it open.
 */
export class TcpDoor {
  readonly #endpoint: Endpoint;
  readonly #onConnection: (socket: Socket) => void;
  readonly #onTaken: () => void;
  #server: Server | undefined;
  #wanted = true;
  #work: Promise<void> = Promise.resolve();

  private constructor(
    endpoint: Endpoint,
    on: { readonly connection: (socket: Socket) => void; readonly taken: () => void },
  ) {
    this.#endpoint = endpoint;
    this.#onConnection = on.connection;
    this.#onTaken = on.taken;
  }

  /** Rejects with the system's error. `taken`: the port could not be had back at once. */
  static async open(
    endpoint: Endpoint,
    on: { readonly connection: (socket: Socket) => void; readonly taken: () => void },
  ): Promise<TcpDoor> {
    const door = new TcpDoor(endpoint, on);
    door.#server = await door.#listen();
    return door;
  }

  shut(): Promise<void> {
    this.#wanted = false;
    return this.#follow();
  }

  reopen(): Promise<void> {
    this.#wanted = true;
    return this.#follow();
  }

  /** One step after another, whatever was wished for in the meantime. */
  #follow(): Promise<void> {
    this.#work = this.#work.then(() => this.#step());
    return this.#work;
  }

  async #step(): Promise<void> {
    if (!this.#wanted) {
      this.#server?.close();
      this.#server = undefined;
      return;
    }
    for (let attempt = 1; this.#server === undefined && this.#isWanted(); attempt += 1) {
      try {
        this.#server = await this.#listen();
      } catch (thrown) {
        if (codeOf(thrown) !== 'EADDRINUSE') throw thrown;
        if (attempt === 2) this.#onTaken();
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  /** A method, because it changes while something is waited for. */
  #isWanted(): boolean {
    return this.#wanted;
  }

  #listen(): Promise<Server> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (this.#wanted) this.#onConnection(socket);
      else socket.resetAndDestroy();
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#endpoint.port, this.#endpoint.host, () => {
        server.off('error', reject);
        resolve(server);
      });
    });
  }
}
