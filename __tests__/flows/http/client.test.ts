import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { listen, one, open, serve, waves } from './http-runner.js';

test('a slot keeps one connection alive over many requests', async () => {
  const { url, connections } = await serve((_, response) => response.end('hello'));
  const ends = await waves(open(url, { slots: 5 }), 5, 20);
  expect(ends.filter(({ outcome }) => outcome === 'ok')).toHaveLength(100);
  expect(connections()).toBe(5);
});

test('headers, body and query arrive, and bytes are those of the connection', async () => {
  const seen: string[] = [];
  const { url } = await serve((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      seen.push(`${request.method} ${request.url} ${String(request.headers['x-token'])} ${body}`);
      response.writeHead(201, { 'content-length': 4 }).end('done');
    });
  });
  const end = await one(`${url}orders?n={{iteration}}`, {
    request: { method: 'POST', headers: { 'x-token': '{{token}}' }, body: 'tea for {{flow}}' },
  });
  expect(seen).toEqual(['POST /orders?n=1 fg-x-1 tea for 1']);
  expect(end?.outcome).toBe('ok');
  expect(end?.ttfb).toHaveLength(1);
  // More than the bodies: heads are part of the traffic. Less than a kilobyte of them.
  expect(end?.bytesIn).toBeGreaterThan(4 + 'HTTP/1.1 201 Created'.length);
  expect(end?.bytesIn).toBeLessThan(1000);
  expect(end?.bytesOut).toBeGreaterThan('tea for 1'.length + 'POST /orders?n=1 HTTP/1.1'.length);
  expect(end?.bytesOut).toBeLessThan(1000);
});

describe('what goes wrong has a name', () => {
  test('nobody listens', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    expect((await one(`http://127.0.0.1:${port}/`))?.error?.message).toBe(
      `connection refused: 127.0.0.1:${port}`,
    );
  });

  test('the server resets the connection, before the response or in it', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/late') response.writeHead(200, { 'content-length': 100 }).write('half');
      setImmediate(() => request.socket.resetAndDestroy());
    });
    const place = new URL(url).host;
    expect((await one(url))?.error?.message).toBe(`connection reset: ${place}`);
    expect(await one(`${url}late`)).toMatchObject({
      outcome: 'failed',
      error: { message: `connection reset: ${place}` },
    });
  });

  test('there is no such host', async () => {
    expect((await one('http://no-such-host.invalid/'))?.error?.message).toBe(
      'unknown host: no-such-host.invalid',
    );
  });

  test('what answers does not speak HTTP', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        socket
          .resume()
          .on('error', () => undefined)
          .end('SSH-2.0-OpenSSH\r\n');
      }),
    );
    expect((await one(`http://127.0.0.1:${port}/`))?.error?.message).toMatch(
      new RegExp(`^broken response: 127\\.0\\.0\\.1:${port} \\(`),
    );
  });

  test('a server that never answers is left at the timeout, and the slot can be used again', async () => {
    let asked = 0;
    const { url, connections } = await serve((_, response) => {
      asked += 1;
      if (asked > 1) response.end('hello');
    });
    const runner = open(url, { timeout: 300 });
    const [first] = await waves(runner, 1);
    expect(first).toMatchObject({ outcome: 'timed_out', error: { message: 'timed out after 300 ms' } });
    const [second] = await waves(runner, 1);
    expect(second?.outcome).toBe('ok');
    // The connection with half an exchange in it is not used again.
    expect(connections()).toBe(2);
  });

  test('a pattern that does not come to an end, in every slot', async () => {
    const { url } = await serve((_, response) => response.end(`${'a'.repeat(40)}!`));
    const body = { kind: 'pattern', source: '(a+)+$', flags: '' } as const;
    const expect_ = { status: [{ from: 200, to: 200 }], statusText: '200', body };
    for (const end of await waves(open(url, { slots: 3, request: { expect: expect_ } }), 3)) {
      expect(end).toMatchObject({
        outcome: 'failed',
        error: { message: expect.stringContaining('was stopped after') },
      });
    }
  });

  test('flows that are ended say why', async () => {
    const { url } = await serve(() => undefined);
    const runner = open(url, { slots: 3 });
    const ends = waves(runner, 3);
    setTimeout(() => {
      runner.endAll('interrupted by SIGINT');
    }, 100);
    for (const end of await ends) {
      expect(end).toMatchObject({ outcome: 'killed', error: { message: 'interrupted by SIGINT' } });
    }
  });
});

test('of a response of 1 GB no more than max-body is read, in bounded memory', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  let written = 0;
  const { url } = await serve((_, response) => {
    const more = (): void => {
      while (written < 1024 && !response.destroyed) {
        written += 1;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const before = process.memoryUsage().rss;
  const end = await one(url, { maxBody: 10e6 });
  expect(end).toMatchObject({
    outcome: 'failed',
    error: { message: 'response too large: more than max-body (10 MB)' },
  });
  // What the kernel's buffers hold between the two ends may have been written beyond what was read.
  expect(end?.bytesIn).toBeLessThan(30e6);
  expect(written).toBeLessThan(100);
  expect((end?.stdout?.head.length ?? 0) + (end?.stdout?.tail.length ?? 0)).toBeLessThanOrEqual(16 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

test('a redirection to another server is followed if asked', async () => {
  const there = await serve((request, response) => response.end(`at ${request.url ?? ''}`));
  const here = await serve((_, response) =>
    response.writeHead(302, { location: `${there.url}goal` }).end('moved'),
  );
  const body = { kind: 'text', text: 'at /goal' } as const;
  const right = { status: [{ from: 200, to: 200 }], statusText: '200', body };
  const followed = await one(here.url, { followRedirects: true, request: { expect: right } });
  expect(followed?.outcome).toBe('ok');
  expect((await one(here.url, { request: { expect: right } }))?.error?.message).toBe(
    'status 302, expected 200; expected body to hold "at /goal", got "moved"',
  );
});

test('a flow that is killed on purpose resets its connection, and the next one of its slot has a new one', async () => {
  const fates: Promise<string | undefined>[] = [];
  const { url, connections } = await serve((request, response) => {
    fates.push(
      new Promise((resolve) => {
        request.socket.once('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code);
        });
        request.socket.once('close', () => {
          resolve('closed');
        });
      }),
    );
    if (request.url !== '/hang') response.end('hello');
  });
  const runner = open(`${url}{{token}}`);
  const hanging = open(`${url}hang`);
  const start = { slot: 1, iteration: 1, token: 'fg-x-1', traceparent: '', workspace: '' };
  const kill = { after: 30, signal: 'SIGKILL' };
  const [killed] = await Promise.all(hanging.release([{ ...start, kill }]));
  expect(killed).toMatchObject({
    outcome: 'killed',
    hit: { kind: 'kill' },
    error: { message: expect.stringMatching(/^killed by a fault: connection reset after [\d.]+ m?s$/) },
  });
  expect((killed?.hit?.at ?? 0) - (killed?.startedAt ?? 0)).toBeGreaterThan(28);
  expect(await Promise.all(fates)).toEqual(['ECONNRESET']);
  const [next] = await Promise.all(hanging.release([{ ...start, iteration: 2, kill }]));
  expect(next?.outcome).toBe('killed');
  const [spared] = await Promise.all(runner.release([{ ...start, kill: { after: 60_000, signal: '' } }]));
  expect(spared).toMatchObject({ outcome: 'ok' });
  expect(spared).not.toHaveProperty('hit');
  expect(connections()).toBe(3);
});
