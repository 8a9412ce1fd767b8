import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { codeOf, messageOf } from '../../lib/errors.js';
import {
  type Endpoint,
  formatEndpoint,
  type NetworkFaultPlan,
  type Outage,
} from '../../model/network-fault.js';
import type { Timer } from '../../system/ports.js';
import { type ConnectionEnd, type ConnectionWorld, NetworkConnection, type Side } from './connection.js';
import { isWithin, nextEdge, toxicsMet } from './lane.js';
import type { OpenFault } from './log.js';

/** An outage in force; `beganAt`: ms of the clock. */
interface OutageBegun {
  readonly fault: OpenFault;
  readonly beganAt: number;
}

/** One entry of `faults.network`: listens, and passes on to the upstream with what each connection meets. */
export class TcpProxy {
  readonly #plan: NetworkFaultPlan;
  readonly #world: ConnectionWorld;
  readonly #seed: number;
  readonly #connections = new Set<NetworkConnection>();
  readonly #sockets = new Set<Socket>();
  readonly #inForce = new Map<Outage, OutageBegun>();
  #accepted = 0;
  #door: TcpDoor | undefined;
  #timer: Timer | undefined;

  private constructor(plan: NetworkFaultPlan, world: ConnectionWorld, seed: number) {
    this.#plan = plan;
    this.#world = world;
    this.#seed = seed;
  }

  /** Rejects with the system's error if it can not listen. */
  static async open(plan: NetworkFaultPlan, world: ConnectionWorld, seed: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(plan, world, seed);
    const listen = formatEndpoint(plan.listen);
    proxy.#door = await TcpDoor.open(plan.listen, {
      connection: (socket) => {
        proxy.#accept(socket);
      },
      taken: () => {
        world.log.note(`another process took ${listen} while it was refused; it was waited for`);
      },
    });
    return proxy;
  }

  /** What is in force has changed: by the time, or because injecting has begun or ended. */
  async stir(): Promise<void> {
    this.#timer?.cancel();
    const run = this.#world.at();
    const over = this.#turnOutages(run);
    for (const connection of this.#connections) connection.stir();
    if (run !== undefined) this.#stirAtNextEdge(run);
    await (this.#inForce.size > 0 ? this.#door?.shut() : this.#door?.reopen());
    for (const { fault, beganAt } of over) fault.until = fault.at + this.#world.clock.now() - beganAt;
  }

  /** Resolves when every socket is closed. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    const shut = this.#door?.shut();
    for (const connection of this.#connections) connection.reset();
    const open = [...this.#sockets].filter((socket) => !socket.closed);
    await Promise.all(open.map((socket) => once(socket, 'close')));
    await shut;
  }

  /** Begins and ends them; gives those that are over. */
  #turnOutages(run: number | undefined): readonly OutageBegun[] {
    const over: OutageBegun[] = [];
    for (const outage of this.#plan.outages) {
      const active = run !== undefined && isWithin(outage.during, run);
      const begun = this.#inForce.get(outage);
      if (active && begun === undefined) this.#begin(outage, run);
      if (active || begun === undefined) continue;
      this.#inForce.delete(outage);
      over.push(begun);
    }
    return over;
  }

  #begin(outage: Outage, run: number): void {
    const { listen, upstream } = this.#plan;
    const fault: OpenFault = {
      kind: outage.kind,
      listen: formatEndpoint(listen),
      upstream: formatEndpoint(upstream),
      at: run,
    };
    this.#inForce.set(outage, { fault, beganAt: this.#world.clock.now() });
    this.#world.log.add(fault, false);
    if (outage.kind === 'down') for (const connection of this.#connections) connection.cut('down');
  }

  #stirAtNextEdge(run: number): void {
    const edges = this.#plan.outages.map(({ during }) => nextEdge(during, run) ?? Infinity);
    const next = Math.min(...edges);
    if (!Number.isFinite(next)) return;
    this.#timer = this.#world.clock.timer(Math.max(1, Math.ceil(next - run)), () => void this.stir());
  }

  #accept(client: Socket): void {
    const { plan, number } = { plan: this.#plan, number: (this.#accepted += 1) };
    this.#world.log.accepted();
    const upstream = connect({ ...plan.upstream, allowHalfOpen: true, noDelay: true });
    const connection = new NetworkConnection(
      {
        plan,
        number,
        clientPort: client.remotePort,
        met: toxicsMet(plan, this.#seed, number),
        ends: { client: endOf(client), upstream: endOf(upstream) },
      },
      this.#world,
    );
    this.#connections.add(connection);
    const sockets = { client, upstream };
    this.#wire(connection, 'client', sockets);
    this.#wire(connection, 'upstream', sockets);
  }

  #wire(connection: NetworkConnection, side: Side, sockets: Readonly<Record<Side, Socket>>): void {
    const socket = sockets[side];
    this.#sockets.add(socket);
    socket
      .on('data', (chunk: Buffer) => {
        connection.receive(side, chunk);
      })
      .on('end', () => {
        connection.ended(side);
      })
      .on('drain', () => {
        connection.drained(side);
      })
      .on('error', (error) => {
        if (side === 'upstream' && socket.bytesRead === 0) this.#noteUnreachable(error);
        connection.reset();
      })
      .on('close', () => {
        this.#sockets.delete(socket);
        if (!sockets.client.closed || !sockets.upstream.closed) return;
        connection.close();
        this.#connections.delete(connection);
      });
  }

  #noteUnreachable(error: Error): void {
    if ((error as NodeJS.ErrnoException).syscall !== 'connect' && codeOf(error) !== 'ENOTFOUND') return;
    const { listen, upstream } = this.#plan;
    this.#world.log.note(
      `nothing answers at ${formatEndpoint(upstream)} (${codeOf(error) ?? messageOf(error)}): clients of ` +
        `${formatEndpoint(listen)} saw their connection reset, which is no injected fault; ` +
        'start the dependency before the flows, or correct upstream',
    );
  }
}

function endOf(socket: Socket): ConnectionEnd {
  return {
    write: (chunk) => socket.write(chunk),
    end: () => {
      socket.end();
    },
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
    reset: () => {
      if (socket.connecting) socket.destroy();
      else if (!socket.destroyed) socket.resetAndDestroy();
    },
  };
}

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
