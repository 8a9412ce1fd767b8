import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tcpProxies } from '../../../src/faults/network/proxies.js';
import { UserError } from '../../../src/lib/errors.js';
import type { NetworkFaultKind, Toxic } from '../../../src/model/network-fault.js';
import { nodeClock } from '../../../src/system/clock.js';
import { fate, hear, Opened, planFor, tryToConnect } from './tcp-parties.js';

/* Real sockets; how long something took is asserted in simulated time (__tests__/faults) and measured in bench/. */

const always = { probability: 1 } as const;
const reset: Toxic = { kind: 'reset', after: 0, ...always };
const blackhole: Toxic = { kind: 'blackhole', ...always };
const latency = (mean: number): Toxic => ({
  kind: 'latency',
  mean,
  jitter: 0,
  direction: 'downstream',
  ...always,
});

let opened: Opened;

beforeEach(() => {
  opened = new Opened();
});

afterEach(() => opened.close());

describe('what passes', () => {
  test('every byte in order, both ways, with toxics and without', async () => {
    const upstream = await opened.echo();
    const text = Array.from({ length: 200_000 }, (_, index) => String(index)).join(' ');
    const bandwidth: Toxic = { kind: 'bandwidth', rate: 50e6, direction: 'both', ...always };
    for (const toxics of [[], [latency(5), bandwidth]]) {
      const { port, arm } = await opened.proxy(upstream, { toxics });
      await arm();
      const client = await opened.connect(port);
      client.end(text);
      expect((await hear(client)) === text).toBe(true);
    }
  });

  test('half a close: the answer comes after the client has ended', async () => {
    const upstream = await opened.serve((socket) => {
      let asked = '';
      socket.on('data', (chunk) => (asked += chunk.toString()));
      socket.on('end', () => socket.end(`you said ${asked}`));
    });
    const { port, proxy } = await opened.proxy(upstream, { toxics: [latency(5)] });
    await proxy.arm(nodeClock.now());
    const client = await opened.connect(port);
    client.end('all of it');
    expect(await hear(client)).toBe('you said all of it');
  });

  test('half a close of the server: it still hears what the client says afterwards', async () => {
    const heard: Promise<string>[] = [];
    const upstream = await opened.serve((socket) => {
      heard.push(hear(socket));
      socket.end('say all');
    });
    const { port } = await opened.proxy(upstream, {});
    const client = await opened.connect(port);
    expect(await hear(client)).toBe('say all');
    client.write('one ');
    await nodeClock.sleep(20);
    client.end('two');
    expect(await Promise.all(heard)).toEqual(['one two']);
  });

  test('before it is armed, and after it is disarmed, nothing is injected', async () => {
    const { port, proxy, arm } = await opened.proxy(await opened.echo(), { toxics: [reset] });
    const before = await opened.connect(port);
    before.write('a');
    expect(await hear(before, 1)).toBe('a');
    await arm();
    const during = await opened.connect(port);
    during.write('b');
    expect(await fate(during)).toBe('ECONNRESET');
    await proxy.disarm();
    before.write('c');
    expect(await hear(before, 1)).toBe('c');
    expect((await proxy.report()).counts).toEqual({ reset: { times: 1, connections: 1 } });
  });
});

describe('what the client sees', () => {
  test('of a reset is ECONNRESET, and so does the server', async () => {
    const atServer: Promise<string>[] = [];
    const upstream = await opened.serve((socket) => atServer.push(fate(socket)));
    const { port, proxy, arm } = await opened.proxy(upstream, { toxics: [{ ...reset, after: 20 }] });
    await arm();
    const client = await opened.connect(port);
    const clientPort = client.localPort;
    client.write('fg-0123456789ab-4 hello');
    expect(await fate(client)).toBe('ECONNRESET');
    expect(await Promise.all(atServer)).toEqual(['ECONNRESET']);
    expect((await proxy.report()).faults).toMatchObject([
      { kind: 'reset', connection: 1, clientPort, token: 'fg-0123456789ab-4' },
    ]);
  });

  test('of a refusal is ECONNREFUSED, while open connections go on', async () => {
    const refuse = { kind: 'refuse', during: [{ from: 0 }] } as const;
    const { port, proxy, arm } = await opened.proxy(await opened.echo(), { outages: [refuse] });
    const open = await opened.connect(port);
    await arm();
    expect(await tryToConnect(port)).toBe('ECONNREFUSED');
    open.write('still here');
    expect(await hear(open, 10)).toBe('still here');
    await proxy.disarm();
    expect(await tryToConnect(port)).toBe('connected');
    expect((await proxy.report()).faults).toMatchObject([{ kind: 'refuse', at: expect.any(Number) }]);
  });

  test('of a dependency that is down is a reset, then refusals, until its window ends', async () => {
    const down = { kind: 'down', during: [{ from: 0, to: 300 }] } as const;
    const { port, proxy, arm } = await opened.proxy(await opened.echo(), { outages: [down] });
    const open = await opened.connect(port);
    const end = fate(open);
    open.write('x');
    await once(open, 'data');
    await arm();
    expect(await end).toBe('ECONNRESET');
    expect(await tryToConnect(port)).toBe('ECONNREFUSED');
    while ((await tryToConnect(port)) !== 'connected') await nodeClock.sleep(20);
    const kinds = (await proxy.report()).faults.map(({ kind, connection }) => [kind, connection]);
    expect(kinds).toEqual([
      ['down', undefined],
      ['down', 1],
    ]);
  });

  test('of a blackhole is its own timeout: connected, and nothing comes', async () => {
    const asked: string[] = [];
    const upstream = await opened.serve((socket) => {
      socket.write('welcome');
      socket.on('data', (chunk) => asked.push(chunk.toString()));
    });
    const { port, proxy, arm } = await opened.proxy(upstream, { toxics: [blackhole] });
    await arm();
    const client = await opened.connect(port);
    client.write('hello?');
    client.resume();
    client.setTimeout(200);
    const seen = await Promise.race([once(client, 'timeout').then(() => 'timeout'), fate(client)]);
    expect(seen).toBe('timeout');
    expect(client.bytesRead).toBe(0);
    expect(asked).toEqual([]);
    // It is held, not lost: that is what TCP makes of packets that are.
    await proxy.disarm();
    await once(client, 'data');
    expect(client.bytesRead).toBe('welcome'.length);
  });

  test('of a slow close is all data, and the end only afterwards', async () => {
    const slow: Toxic = { kind: 'slow_close', delay: 3_600_000, direction: 'downstream', ...always };
    const upstream = await opened.serve((socket) => socket.end('bye'));
    const { port, proxy, arm } = await opened.proxy(upstream, { toxics: [slow] });
    await arm();
    const client = await opened.connect(port);
    let ended = false;
    client.on('end', () => (ended = true));
    expect(await hear(client, 3)).toBe('bye');
    while ((await proxy.report()).counts.slow_close === undefined) await nodeClock.sleep(5);
    await nodeClock.sleep(50);
    expect(ended).toBe(false);
  });

  test('where the upstream is missing is a reset, and a note says why', async () => {
    const plan = await planFor(1, {});
    const { port, proxy } = await opened.proxy(plan.listen.port, {});
    for (let client = 0; client < 2; client += 1) {
      expect(await fate(await opened.connect(port))).toBe('ECONNRESET');
    }
    const { notes, faults } = await proxy.report();
    expect(faults).toEqual([]);
    expect(notes).toEqual([
      `nothing answers at 127.0.0.1:${plan.listen.port} (ECONNREFUSED): clients of 127.0.0.1:${port} saw their ` +
        'connection reset, which is no injected fault; start the dependency before the flows, or correct upstream (2 times)',
    ]);
  });
});

test('the same seed and order of connections meet the same faults', async () => {
  const upstream = await opened.echo();
  const run = async (): Promise<string> => {
    const { port, arm } = await opened.proxy(upstream, { toxics: [{ ...reset, probability: 0.4 }] });
    await arm();
    const fates: string[] = [];
    for (let connection = 0; connection < 30; connection += 1) {
      const client = await opened.connect(port);
      client.end('x');
      fates.push(await fate(client));
    }
    return fates.join(' ');
  };
  const first = await run();
  expect(first).toContain('ended');
  expect(first).toContain('ECONNRESET');
  expect(await run()).toBe(first);
});

test('1 GB through 1 MB/s stays with the server: memory is bounded', async () => {
  const chunk = Buffer.alloc(1024 * 1024);
  let written = 0;
  const upstream = await opened.serve((socket) => {
    const more = (): void => {
      while (written < 1024 && !socket.destroyed) {
        written += 1;
        if (!socket.write(chunk)) {
          socket.once('drain', more);
          return;
        }
      }
    };
    more();
  });
  const bandwidth: Toxic = { kind: 'bandwidth', rate: 1e6, direction: 'both', ...always };
  const { port, arm } = await opened.proxy(upstream, { toxics: [bandwidth, latency(100)] });
  await arm();
  const before = process.memoryUsage().rss;
  const client = await opened.connect(port);
  client.resume();
  while (client.bytesRead < 1e6) await nodeClock.sleep(20);
  // Some MB are in the kernel's buffers, and 4 MiB at most are in the proxy.
  expect(written).toBeLessThan(40);
  expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
});

describe('opening and closing', () => {
  test('a port in use is the user’s to mend; no other entry is left listening', async () => {
    const taken = await opened.echo();
    const good = await planFor(taken, {});
    const bad = { ...good, listen: { ...good.listen, port: taken } };
    const elsewhere = { ...good, listen: { host: '192.0.2.1', port: 15_432 } };
    const opening = tcpProxies(nodeClock)([good, bad, elsewhere], { seed: 1 });
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(
      `faults.network[1].listen: port ${taken} of 127.0.0.1 is in use; end the process that listens on it, or choose ` +
        'another port here and where the flows connect\n' +
        'faults.network[2].listen: 192.0.2.1 is no address of this machine; leave it out for 127.0.0.1, or write ' +
        '0.0.0.0:15432 for all',
    );
    expect(await tryToConnect(good.listen.port)).toBe('ECONNREFUSED');
  });

  test.each<[string, Toxic[], number]>([
    ['nothing', [], 1],
    ['a blackhole', [blackhole], 0],
    ['a long latency', [latency(3_600_000)], 0],
    ['a late reset', [{ ...reset, after: 3_600_000 }], 1],
  ])('closing ends every connection in %s', async (_, toxics, answers) => {
    const { port, proxy, arm } = await opened.proxy(await opened.echo(), { toxics });
    await arm();
    const clients = await Promise.all(Array.from({ length: 20 }, () => opened.connect(port)));
    const fates = clients.map(async (client) => {
      client.write('x');
      // libuv takes a reset that comes together with data for an end: let the answer come first.
      await hear(client, answers);
      return fate(client);
    });
    while ((await proxy.report()).connections < 20) await nodeClock.sleep(5);
    while (answers > 0 && clients.some(({ bytesRead }) => bytesRead < 1)) await nodeClock.sleep(5);
    const report = await proxy.close();
    expect(new Set(await Promise.all(fates))).toEqual(new Set(['ECONNRESET']));
    expect(await tryToConnect(port)).toBe('ECONNREFUSED');
    expect(report.connections).toBe(20);
  });
});

test('of very many exchanges all are counted', async () => {
  const { port, proxy, arm } = await opened.proxy(await opened.echo(), { toxics: [latency(0.6)] });
  await arm();
  const client = await opened.connect(port);
  for (let exchange = 0; exchange < 300; exchange += 1) {
    client.write('?');
    await once(client, 'data');
  }
  const { counts, faults } = await proxy.report();
  expect(counts).toEqual({ latency: { times: 300, connections: 1 } } satisfies Partial<
    Record<NetworkFaultKind, unknown>
  >);
  expect(faults.map(({ at }) => at)).toEqual(faults.map(({ at }) => at).sort((a, b) => a - b));
});
