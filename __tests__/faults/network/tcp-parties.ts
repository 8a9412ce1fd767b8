import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { NetworkProxy } from '../../../src/faults/network/protocol.js';
import { tcpProxies } from '../../../src/faults/network/proxies.js';
import type { NetworkFaultPlan, Outage, Toxic } from '../../../src/model/network-fault.js';
import { nodeFreePorts } from '../../../src/services/free-ports.js';
import { nodeClock } from '../../../src/system/clock.js';

const HOST = '127.0.0.1';

/** What a test has opened, to be closed after it. */
export class Opened {
  readonly #servers: Server[] = [];
  readonly #sockets: Socket[] = [];
  readonly #proxies: NetworkProxy[] = [];

  /** A server of its own; gives its port. */
  async serve(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.push(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    this.#servers.push(server);
    await once(server.listen(0, HOST), 'listening');
    return (server.address() as AddressInfo).port;
  }

  echo(): Promise<number> {
    return this.serve((socket) => socket.pipe(socket));
  }

  /** Connected when it resolves; rejects with what the client saw. */
  async connect(port: number): Promise<Socket> {
    const socket = connect({ host: HOST, port, allowHalfOpen: true, noDelay: true });
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** A proxy in front of the port, not armed yet, and the port that it listens on. */
  async proxy(
    upstream: number,
    faults: { readonly toxics?: readonly Toxic[]; readonly outages?: readonly Outage[] },
  ): Promise<{ readonly proxy: NetworkProxy; readonly port: number; readonly arm: () => Promise<void> }> {
    const plan = await planFor(upstream, faults);
    const proxy = await tcpProxies(nodeClock)([plan], { seed: 1 });
    this.#proxies.push(proxy);
    return { proxy, port: plan.listen.port, arm: () => proxy.arm(nodeClock.now()) };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    for (const server of this.#servers) server.close();
  }
}

export async function planFor(
  upstream: number,
  faults: { readonly toxics?: readonly Toxic[]; readonly outages?: readonly Outage[] },
): Promise<NetworkFaultPlan> {
  const [port = 0] = await nodeFreePorts.find(1);
  return {
    listen: { host: HOST, port },
    upstream: { host: HOST, port: upstream },
    toxics: faults.toxics ?? [],
    outages: faults.outages ?? [],
  };
}

/** The code of what a connection fails with; "ended" if it ends as it should. */
export function fate(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.resume();
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    socket.once('end', () => {
      resolve('ended');
    });
  });
}

/** The text that comes until the other side ends, or so many characters of it. */
export async function hear(socket: Socket, length = Infinity): Promise<string> {
  let heard = '';
  for (;;) {
    if (heard.length >= length) return heard;
    const event = await Promise.race([
      once(socket, 'data') as Promise<[Buffer]>,
      once(socket, 'end').then(() => undefined),
    ]);
    if (event === undefined) return heard;
    heard += event[0].toString();
  }
}

/** What connecting to the port fails with; "connected" if it does not. */
export function tryToConnect(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}
