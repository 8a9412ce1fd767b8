import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
