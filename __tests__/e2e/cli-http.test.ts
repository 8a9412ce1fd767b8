import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../processes.js';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

let server: Server;
let origin = '';
/** Requests that are never answered, so far. */
let slow = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/down') response.writeHead(503).end('no database\nmore');
    else if (request.url === '/slow') slow += 1;
    else response.end(`hello ${request.url ?? ''}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('flowgate run --url', () => {
  test('is a scenario; no process is watched, and the default gates that needed one are left out', async () => {
    const run = await runCli(['run', '--url', `${origin}/{{token}}`, '--flows', '5', '--iterations', '50']);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/left out, as no process is watched: peak_memory <= 500MB, peak_cpu <= 80%/);
    const results = run.results();
    expect(results.scenarios[0]).toMatchObject({
      name: 'url',
      kind: 'http',
      work: `GET ${origin}/{{token}}`,
      omittedGates: [
        { expression: 'peak_memory <= 500MB', reason: 'no process is watched' },
        { expression: 'peak_cpu <= 80%', reason: 'no process is watched' },
      ],
    });
    expect(results.scenarios[0]?.flows).toHaveLength(50);
    expect(metricOf(results, 'ttfb.p95')).toBeGreaterThan(0);
    expect(metricOf(results, 'step(GET /{{token}}).med')).toBeGreaterThan(0);
    expect(metricOf(results, 'bytes_received')).toBeGreaterThan(50 * 'hello /fg-'.length);
    expect(metricOf(results, 'bytes_sent')).toBeGreaterThan(50 * 'GET /fg- HTTP/1.1'.length);
    expect(metricOf(results, 'peak_memory')).toBeNull();
  });

  test('a gate on memory that somebody has asked for is inconclusive, and says why', async () => {
    const run = await runCli(['run', '--url', origin, '--threshold', 'peak_cpu < 80%']);
    expect(run.status).toBe(3);
    expect(run.results().scenarios[0]?.reasons.join()).toMatch(/no process is watched/);
  });

  test('what the server answers is the kind of error, and its text is kept', async () => {
    const run = await runCli(['run', '--url', `${origin}/down`, '--flows', '3']);
    expect(run.status).toBe(1);
    const [scenario] = run.results().scenarios;
    expect(scenario?.errors).toMatchObject([
      { type: 'status 503, expected 2xx or 3xx', count: 3, flows: [1, 2, 3] },
    ]);
    expect(scenario?.flows[0]?.stdout?.head).toBe('no database\nmore');
  });

  test('flows past their timeout are cut short', async () => {
    const run = await runCli(['run', '--url', `${origin}/slow`, '--flows', '2', '--timeout', '200ms']);
    expect(run.status).toBe(1);
    expect(metricOf(run.results(), 'timed_out')).toBe(2);
  });

  test('an interrupt ends them, and what was measured is written', async () => {
    const before = slow;
    const run = await runCli(['run', '--url', `${origin}/slow`, '--flows', '2'], {
      onStart: (pid) => {
        void until(() => slow === before + 2).then(() => process.kill(pid, 'SIGINT'));
      },
    });
    expect(run.status).toBe(130);
    expect(run.results().scenarios[0]?.flows.map(({ outcome }) => outcome)).toEqual(['killed', 'killed']);
  });
});

test('a certificate that is none stops the run with a clear word', async () => {
  const cwd = emptyFolder();
  write(cwd, 'ca.pem', 'nothing');
  write(
    cwd,
    '.github/flowgate.yml',
    'version: 1\nscenarios: {s: {http: "https://127.0.0.1:1/", ca: ca.pem, flows: 1}}\n',
  );
  const run = await runCli(['run'], { cwd });
  expect(run.status).toBe(1);
  expect(run.results().scenarios[0]?.problems.join()).toMatch(/^ca: .*ca\.pem is no certificate in PEM/);
});

describe('a login in YAML alone', () => {
  const TOKEN = 'eyJhbGciOi.J9-secret_token';
  const PASSWORD = 'correct horse battery';
  let shop: Server;
  let at = '';
  const seen: string[] = [];

  beforeAll(async () => {
    shop = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { url = '', headers } = request;
        seen.push(`${request.method ?? ''} ${url} ${headers.cookie ?? ''} ${body}`);
        if (url === '/login') {
          if (!body.includes(PASSWORD)) response.writeHead(401).end(`not you: ${body}`);
          else {
            response.setHeader('set-cookie', 'sid=s-1; Path=/; HttpOnly');
            response.end(JSON.stringify({ auth: { token: TOKEN }, user: 12345678901234567890n.toString() }));
          }
        } else if (headers.authorization !== `Bearer ${TOKEN}` || headers.cookie !== 'sid=s-1') {
          response.writeHead(403).end('forbidden');
        } else if (url === '/orders') response.writeHead(201).end(`{"order":{"id":7},"got":${body}}`);
        else response.end(`{"id":7,"echo":"${headers.authorization}","key":"${String(headers['x-key'])}"}`);
      });
    });
    await new Promise<void>((resolve) => {
      shop.listen(0, '127.0.0.1', resolve);
    });
    at = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    shop.closeAllConnections();
    shop.close();
  });

  const scenario = (last: string) => `version: 1
scenarios:
  shop:
    flows: 2
    data: users.csv
    thresholds: [success_rate >= 100%, metric(ids).sum == 14]
    http:
      - url: '{{env.SHOP}}/login'
        body: {user: '{{data.user}}', password: '{{env.SHOP_PASSWORD}}'}
        expect: {headers: {set-cookie: /sid=/}, time: 10s}
        capture: {jwt: json.auth.token, sid: cookie.sid}
        pause: 1ms..5ms
      - url: '{{env.SHOP}}/orders'
        headers: {authorization: 'Bearer {{jwt}}'}
        body: {item: tea, by: '{{sid}}', for: '{{data.user}}'}
        expect: {status: 201, json: {got.by: '{{sid}}'}}
        capture: {id: json.order.id}
      - url: '{{env.SHOP}}/orders/{{id}}?key={{env.SHOP_PASSWORD}}'
        headers: {authorization: 'Bearer {{jwt}}', x-key: '{{env.SHOP_PASSWORD}}'}
        expect: {json: {id: '{{id}}'${last}}}
        measure: {ids: json.id}
`;

  async function run(last: string, env: Record<string, string> = { SHOP: at, SHOP_PASSWORD: PASSWORD }) {
    const cwd = emptyFolder();
    write(cwd, '.github/flowgate.yml', scenario(last));
    write(cwd, 'users.csv', 'user\nada\ngrace\n');
    const files = ['--html', 'report.html', '--markdown', 'comment.md'];
    return { cwd, ran: await runCli(['run', ...files], { cwd, env }) };
  }

  test('passes, each request filled in with what the ones before have captured', async () => {
    seen.length = 0;
    const { ran } = await run('');
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    expect(seen.filter((line) => line.startsWith('GET'))).toEqual(
      Array.from({ length: 2 }, () => 'GET /orders/7?key=correct%20horse%20battery sid=s-1 '),
    );
    for (const user of ['ada', 'grace']) {
      expect(seen).toContain(`POST /orders sid=s-1 {"item":"tea","by":"s-1","for":"${user}"}`);
    }
  });

  test('shows neither the variable nor what was captured, also where the server echoes them', async () => {
    const { cwd, ran } = await run(', echo: none, key: none');
    expect(ran.status).toBe(1);
    const [error] = ran.results().scenarios[0]?.errors ?? [];
    expect(error?.sample).toContain('expected json echo to be "none", got "Bearer {{jwt}}"');
    expect(error?.sample).toContain('expected json key to be "none", got "***"');
    const shown = [
      ran.stdout,
      ran.stderr,
      ...['.flowgate/results.json', 'report.html', 'comment.md'].map((file) =>
        readFileSync(join(cwd, file), 'utf8'),
      ),
    ];
    for (const text of shown) {
      expect(text).not.toMatch(/secret_token|correct.{0,3}horse|horse.{0,3}battery/);
      expect(text).not.toContain(Buffer.from(PASSWORD).toString('base64').slice(0, 20));
    }
  });

  test('a wrong password is masked in what the server says of it', async () => {
    const { ran } = await run('', { SHOP: at, SHOP_PASSWORD: 'hunter2' });
    expect(ran.status).toBe(1);
    expect(ran.results().scenarios[0]?.flows[0]).toMatchObject({ outcome: 'failed' });
    expect(JSON.stringify(ran.results())).not.toContain('hunter2');
  });

  test('a variable that is not set is unusable input, before anything is sent', async () => {
    seen.length = 0;
    const { ran } = await run('', { SHOP: at });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('{{env.SHOP_PASSWORD}}: the variable SHOP_PASSWORD is not set');
    expect(seen).toEqual([]);
  });
});
