import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { openUndici } from '../../../src/flows/http/client.js';
import { openHttpRunner } from '../../../src/flows/http/runner.js';
import type { HttpExpectation, HttpRequestPlan } from '../../../src/model/plan.js';
import { nodeClock } from '../../../src/system/clock.js';
import { listen, one, open, waves } from './http-runner.js';

/** Answers as its script says: which connection this is, and which request on it, both from 1. */
async function rawServer(
  respond: (socket: Socket, at: { connection: number; request: number; head: string }) => void,
): Promise<{ url: string; port: number; requests: string[] }> {
  let connection = 0;
  const requests: string[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    connection += 1;
    const at = { connection, request: 0 };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      at.request += 1;
      const [head = ''] = chunk.toString('latin1').split('\r\n', 1);
      requests.push(head);
      respond(socket, { ...at, head });
    });
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/`, port, requests };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const hello: HttpExpectation = {
  status: [{ from: 200, to: 200 }],
  statusText: '200',
  body: { kind: 'pattern', source: '^hello$', flags: '' },
};

describe('a kept-alive connection that is lost while it is idle', () => {
  /* undici closes the connection behind a HEAD, so that none goes out on one that is idle. */

  /** The second request of the first connection gets no answer: the server had dropped the connection before. */
  const dropping = (close: (socket: Socket) => void) =>
    rawServer((socket, { connection, request }) => {
      if (connection === 1 && request === 2) close(socket);
      else socket.write(OK);
    });
  const twice = (url: string, request: Partial<HttpRequestPlan> = {}) => waves(open(url, { request }), 1, 2);

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])(
    '%s is sent once more, and counted',
    async (method) => {
      const { url, requests } = await dropping((socket) => socket.resetAndDestroy());
      const body = method === 'PUT' ? { body: 'tea' } : {};
      const [first, second] = await twice(url, { method, ...body });
      expect(first).toMatchObject({ outcome: 'ok' });
      expect(first?.resent).toBeUndefined();
      expect(second).toMatchObject({ outcome: 'ok', resent: 1 });
      expect(requests).toEqual(Array(3).fill(`${method} / HTTP/1.1`));
    },
  );

  test('by a polite end too', async () => {
    const { url } = await dropping((socket) => socket.end());
    expect((await twice(url))[1]).toMatchObject({ outcome: 'ok', resent: 1 });
  });

  test.each(['POST', 'PATCH'])('%s is not: the server may have done it', async (method) => {
    const { url, requests } = await dropping((socket) => socket.resetAndDestroy());
    const [, second] = await twice(url, { method, body: 'tea' });
    expect(second?.error?.message).toMatch(/^connection reset: /);
    expect(requests).toHaveLength(2);
  });

  test('nothing is, if a byte of the answer came', async () => {
    const { url, requests } = await dropping((socket) => {
      socket.write('HTTP/1.1 2', () => setTimeout(() => socket.resetAndDestroy(), 50));
    });
    const [, second] = await twice(url);
    expect(second?.error?.message).toMatch(/^connection reset: /);
    expect(requests).toHaveLength(2);
  });

  test('nothing is sent a third time, nor on a connection that was new', async () => {
    const { url, requests } = await rawServer((socket, { connection, request }) => {
      if (connection === 1 && request === 1) socket.write(OK);
      else socket.resetAndDestroy();
    });
    const ends = await waves(open(url), 1, 3);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['ok', 'failed', 'failed']);
    // One; one and once more; one on a new connection.
    expect(requests).toHaveLength(4);
  });

  test('nothing is through a proxy of faults.network, whose resets are to be seen', async () => {
    const { url, port, requests } = await dropping((socket) => socket.resetAndDestroy());
    const runner = openHttpRunner({
      client: openUndici({ faultyPorts: [port] }),
      clock: nodeClock,
      watch: { released: () => undefined },
      work: {
        kind: 'http',
        requests: [{ name: 'GET /', method: 'GET', url, headers: {}, expect: hello }],
        followRedirects: false,
        maxBody: 1000,
      },
      slots: 1,
      timeout: 5000,
      seed: 1,
    });
    expect((await waves(runner, 1, 2)).map(({ outcome }) => outcome)).toEqual(['ok', 'failed']);
    expect(requests).toHaveLength(2);
    await runner.close();
  });
});

describe('answers that servers give', () => {
  const answering = async (...parts: string[]) => {
    const { url } = await rawServer((socket) => {
      const [first = '', ...rest] = parts;
      socket.write(first);
      rest.forEach((part, index) => {
        setTimeout(() => socket.write(part), 30 * (index + 1));
      });
    });
    return waves(open(url, { request: { expect: hello } }), 1, 2);
  };

  test.each<[string, string[]]>([
    ['100 Continue before the answer', [`HTTP/1.1 100 Continue\r\n\r\n${OK}`]],
    [
      'with headers, and in pieces',
      ['HTT', 'P/1.1 10', '0 Continue\r\nX-A: b\r', '\n\r\nHTTP/1.1 20', OK.slice(11)],
    ],
    ['twice', [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n`, OK]],
    ['103 Early Hints', ['HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n', OK]],
    ['102 Processing', ['HTTP/1.1 102 Processing\r\n\r\n', OK]],
    [
      'chunks with a trailer',
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n'],
    ],
    ['a length in pieces', [OK.slice(0, 20), OK.slice(20)]],
    ['a hint of 1 s', [OK.replace('\r\n', '\r\nKeep-Alive: timeout=1\r\n')]],
    ['garbage behind it', [`${OK}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`]],
  ])('%s', async (_, parts) => {
    for (const end of await answering(...parts)) {
      expect(end.error?.message).toBeUndefined();
      expect(end.ttfb).toHaveLength(1);
    }
  });

  test.each<[string, string]>([
    ['HTTP/1.0 with a length', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['HTTP/1.0 without one', 'HTTP/1.0 200 OK\r\n\r\nhello'],
    ['HTTP/1.1 without one', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ['Connection: close', OK.replace('\r\n', '\r\nConnection: close\r\n')],
  ])('%s, ended by the end of the connection', async (_, answer) => {
    const { url } = await rawServer((socket) => socket.end(answer));
    for (const end of await waves(open(url, { request: { expect: hello } }), 1, 3)) {
      expect(end.error?.message).toBeUndefined();
      expect(end.resent).toBeUndefined();
    }
  });

  test('a body that is shorter than its length fails', async () => {
    const { url } = await rawServer((socket) => socket.end(OK.replace('5', '50')));
    expect((await one(url))?.outcome).toBe('failed');
  });

  test('no body where there is none: HEAD with a length, 204, 304', async () => {
    const { url } = await rawServer((socket, { head }) => {
      const status = head.includes('/204') ? '204 No' : head.includes('/304') ? '304 Not' : '200 OK';
      socket.write(`HTTP/1.1 ${status}\r\n${head.includes('/204') ? '' : 'Content-Length: 500\r\n'}\r\n`);
    });
    for (const [method, path] of [
      ['HEAD', ''],
      ['GET', '204'],
      ['GET', '304'],
    ] as const) {
      for (const end of await waves(open(`${url}${path}`, { request: { method } }), 1, 2)) {
        expect(end.error?.message).toBeUndefined();
      }
    }
  });

  test('an upgrade that nobody asked for is a broken response', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    expect((await one(url))?.error?.message).toMatch(/^broken response: 127\.0\.0\.1:\d+ \(bad upgrade\)$/);
  });
});
