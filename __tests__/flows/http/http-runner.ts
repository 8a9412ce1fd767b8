import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { afterEach } from '@jest/globals';
import { openUndici } from '../../../src/flows/http/client.js';
import { openHttpRunner } from '../../../src/flows/http/runner.js';
import type { FlowEnd, FlowRunner } from '../../../src/flows/runner.js';
import type { HttpRequestPlan, HttpWork } from '../../../src/model/plan.js';
import { nodeClock } from '../../../src/system/clock.js';

/* The runner of HTTP flows over the real client, and real servers for it. */

const closing: (() => unknown)[] = [];
afterEach(async () => {
  // Clients before their servers, which wait for them.
  for (const close of closing.splice(0).reverse()) await close();
});

export async function listen(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    return new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return (server.address() as AddressInfo).port;
}

export async function serve(listener: RequestListener): Promise<{ url: string; connections: () => number }> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
}

interface Options extends Partial<Omit<HttpWork, 'requests'>> {
  readonly slots?: number;
  readonly timeout?: number;
  readonly pem?: string;
  readonly request?: Partial<HttpRequestPlan>;
  readonly canaries?: boolean;
}

export function open(
  url: string,
  { slots = 1, timeout = 30_000, pem, request, canaries = false, ...work }: Options = {},
): FlowRunner {
  const runner = openHttpRunner({
    client: openUndici(pem === undefined ? {} : { ca: pem }),
    clock: nodeClock,
    watch: { released: () => undefined },
    work: {
      kind: 'http',
      requests: [
        {
          name: 'GET /',
          method: 'GET',
          url,
          headers: {},
          expect: { status: [{ from: 200, to: 399 }], statusText: '2xx or 3xx' },
          ...request,
        },
      ],
      followRedirects: false,
      maxBody: 10e6,
      ...work,
    },
    slots,
    timeout,
    seed: 1,
    canaries,
  });
  closing.push(() => runner.close());
  return runner;
}

/** Waves of as many flows as there are slots. */
export async function waves(runner: FlowRunner, slots: number, count = 1): Promise<FlowEnd[]> {
  const all: FlowEnd[] = [];
  for (let wave = 0; wave < count; wave += 1) {
    const starts = Array.from({ length: slots }, (_, index) => ({
      slot: index + 1,
      iteration: wave * slots + index + 1,
      token: `fg-x-${wave * slots + index + 1}`,
      traceparent: '',
      workspace: '',
    }));
    all.push(...(await Promise.all(runner.release(starts))));
  }
  return all;
}

export async function one(url: string, options: Options = {}): Promise<FlowEnd | undefined> {
  return (await waves(open(url, options), 1))[0];
}
