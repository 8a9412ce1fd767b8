import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parseReadiness } from '../../src/config/services.js';
import type { ServicePlan } from '../../src/model/plan.js';
import { nodeHttp } from '../../src/services/probes.js';
import { type Service, startService } from '../../src/services/service.js';
import { nodeClock } from '../../src/system/clock.js';
import type { Spawner } from '../../src/system/ports.js';
import { spawnCommand } from '../../src/system/processes.js';
import { servicePlanOf } from '../fakes/service-world.js';
import { hasOpenssl, makeCertificates } from '../flows/http/certificates.js';
import { listen } from '../flows/http/http-runner.js';

const started: Service[] = [];
afterEach(async () => {
  for (const service of started.splice(0)) await service.stop();
});

function readinessOf(text: string): ServicePlan['ready'] {
  const result = parseReadiness(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

/** Resolves to why it did not become ready; undefined if it did. */
async function notReady(
  ready: string,
  script: string,
  { timeout = 20_000, ca }: { timeout?: number; ca?: string } = {},
): Promise<string | undefined> {
  const plan = servicePlanOf('x', { ready: readinessOf(ready), readyTimeout: timeout, grace: 200 });
  const spec = {
    shell: `${process.execPath} -e`,
    command: script,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
  };
  try {
    const ports = { clock: nodeClock, http: nodeHttp, interrupt: new AbortController().signal, ca };
    const spawner = { spawn: spawnCommand } as unknown as Spawner;
    started.push(await startService(plan, spec, { ...ports, spawner, onStart: () => undefined }));
    return undefined;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

/** A service that prints these, one after another, and stays. */
const printing = (...parts: string[]): string =>
  `const parts = ${JSON.stringify(parts)};
  const next = () => { const part = parts.shift(); if (part !== undefined) { process.stdout.write(Buffer.from(part, 'latin1')); setTimeout(next, 30); } };
  next(); setInterval(() => {}, 1000);`;

describe('a service is ready by its output', () => {
  test.each<[string, string, string[]]>([
    ['with colours in the line', 'Local: http://x:1', ['Local: \u001b[36mhttp://x:\u001b[1m1\u001b[0m\n']],
    [
      'with a link in it',
      'Local: http://x:1$',
      ['Local: \u001b]8;;http://x:1\u0007http://x:1\u001b]8;;\u0007\n'],
    ],
    ['with an escape sequence that is cut', '^up$', ['\u001b[3', '2mu', 'p\u001b', '[0m\n']],
    ['by a prompt without a line end', '^mysql> $', ['mysql', '> ']],
    ['over two chunks', 'ready in \\d+ ms', ['ready ', 'in 3 ms\n']],
    ['of a progress bar', '^100%$', ['10%\r50%\r', '100%\r']],
    ['with CRLF', '^ready$', ['ready\r\n']],
    ['with UTF-8 that is cut', '^bereit für$', ['bereit f\u00c3', '\u00bcr\n']],
    ['as a pattern between slashes', '/^READY/i', ['ready\n']],
    ['at the beginning of a very long line', '^ready', [`ready${'.'.repeat(100_000)}`]],
  ])('%s', async (_, ready, parts) => {
    expect(await notReady(ready, printing(...parts))).toBeUndefined();
  });

  test('not by a line that only begins like it', async () => {
    expect(await notReady('^ready$', printing('ready', ' soon\n'), { timeout: 1000 })).toMatch(
      /was not ready after 1 s \(no line of its output matched \/\^ready\$\/; correct ready/,
    );
  });

  test('a pattern that does not come to an end is named', async () => {
    expect(await notReady('/(a+)+$/', printing(`${'a'.repeat(40)}!\n`))).toMatch(
      /^ready of the service x cannot be judged: \/\(a\+\)\+\$\/: it was stopped after 1000 ms over 41 characters/,
    );
  });

  test('one that ends says how, and its last words', async () => {
    expect(await notReady('ready', 'console.error("no disk"); process.exit(3)')).toBe(
      'the service x ended by itself (exit status 3); its last output: no disk',
    );
  });
});

describe('why a service is not ready is said', () => {
  const idle = 'setInterval(() => {}, 1000)';
  const short = { timeout: 700 };

  test('a status', async () => {
    const port = await listen(createHttpServer((_, response) => response.writeHead(401).end()));
    expect(await notReady(`http://127.0.0.1:${port}/health`, idle, short)).toContain(
      `not ready after 0.7 s (GET http://127.0.0.1:${port}/health answered 401; correct ready`,
    );
  });

  test('nobody listens', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await notReady(`http://127.0.0.1:${port}/`, idle, short)).toContain(
      `GET http://127.0.0.1:${port}/: connection refused: 127.0.0.1:${port}`,
    );
    expect(await notReady(`http://localhost:${port}/`, idle, short)).toContain(
      `connection refused: localhost:${port}`,
    );
    expect(await notReady(`tcp://127.0.0.1:${port}`, idle, short)).toContain(
      `(no connection to 127.0.0.1:${port}: connection refused: 127.0.0.1:${port}; correct ready`,
    );
  });

  test('no answer', async () => {
    const port = await listen(createTcpServer((socket) => socket.resume()));
    expect(await notReady(`http://127.0.0.1:${port}/`, idle, { timeout: 2500 })).toContain(
      `GET http://127.0.0.1:${port}/: no answer within 2 s`,
    );
  });

  test('an answer that is no HTTP, and a connection that is closed', async () => {
    const ssh = await listen(createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n')));
    expect(await notReady(`http://127.0.0.1:${ssh}/`, idle, short)).toContain(
      ': broken response: 127.0.0.1:',
    );
    const closing = await listen(createTcpServer((socket) => socket.resume().end()));
    expect(await notReady(`http://127.0.0.1:${closing}/`, idle, short)).toContain(
      ': connection reset: 127.0.0.1:',
    );
  });
});

(hasOpenssl() ? describe : describe.skip)('over https (needs openssl)', () => {
  /** In another process: in this one it would answer before the service is started. */
  const serving = (cert: string, key: string, port: number): string =>
    `require('https').createServer(${JSON.stringify({ cert, key })}, (q, r) => r.end()).listen(${port}, '127.0.0.1')`;

  test('ca is trusted; without it the reason is told', async () => {
    const { ca, cert, key } = makeCertificates();
    const probed = createHttpsServer({ cert, key }, (_, response) => response.end());
    const port = await listen(probed);
    const url = `https://127.0.0.1:${port}/`;
    expect(await nodeHttp.probe(url, { timeout: 2000, ca })).toBeUndefined();
    expect(await nodeHttp.probe(url, { timeout: 2000 })).toMatch(
      /^tls: 127\.0\.0\.1:\d+ \(UNABLE_TO_VERIFY_LEAF_SIGNATURE: .*; a private authority is trusted with ca: PATH$/,
    );
    probed.closeAllConnections();
    await new Promise((resolve) => probed.close(resolve));
    expect(await notReady(url, serving(cert, key, port), { ca })).toBeUndefined();
  });

  test('a server that does not speak TLS', async () => {
    const port = await listen(createHttpServer((_, response) => response.end()));
    expect(await nodeHttp.probe(`https://127.0.0.1:${port}/`, { timeout: 2000 })).toMatch(/^tls: /);
  });
});
