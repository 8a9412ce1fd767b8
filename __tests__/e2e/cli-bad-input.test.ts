import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../processes.js';
import { emptyFolder, metricOf, runCli, write, type CliRun } from './run-cli.js';

/** Answers with as many MB as its argument says, and with `ok` when it is asked whether it is ready. */
const GIANT = `import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
writeFileSync('server.pid', String(process.pid));
const [port, megabytes] = process.argv.slice(2);
const chunk = Buffer.alloc(1e6, 'x');
createServer((request, response) => {
  if (request.url === '/ready') return response.end('ok');
  let sent = 0;
  const more = () => {
    while (sent < Number(megabytes)) {
      sent += 1;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}).listen(port, '127.0.0.1');`;

const config = (...lines: string[]): string =>
  ['version: 1', 'scenarios:', ...lines.map((line) => `  ${line}`), ''].join('\n');

describe('a response of 1 GB', () => {
  test('is not read: its flow fails with what to raise, nothing is left, and it is saved', async () => {
    const cwd = emptyFolder();
    write(cwd, 'server.mjs', GIANT);
    const service = '{run: "exec node server.mjs {{port}} 1000", ready: "http://127.0.0.1:{{port}}/ready"}';
    write(
      cwd,
      'f.yml',
      config(`s: {http: "http://127.0.0.1:{{port}}/", flows: 2, iterations: 4, service: ${service}}`),
    );
    const run = await runCli(['run', '--config', 'f.yml', '--threshold', 'success_rate == 100%'], { cwd });
    expect(run.status).toBe(1);
    const [scenario] = run.results().scenarios;
    expect(scenario?.errors).toMatchObject([
      { count: 4, sample: 'response too large: more than max-body (10 MB)' },
    ]);
    expect(run.stdout).toContain('response too large: more than max-body (10 MB)');
    // Twice max-body a flow would be what was read and what was on its way; a gigabyte each is far from it.
    expect(metricOf(run.results(), 'bytes_received')).toBeLessThan(200e6);
    expect(isAlive(Number(readFileSync(join(cwd, 'server.pid'), 'utf8')))).toBe(false);
  });
});

describe('unusable input', () => {
  async function refused(...scenarios: string[]): Promise<CliRun> {
    const cwd = emptyFolder();
    write(cwd, 'f.yml', config('ok: {run: "touch ran.txt"}', ...scenarios));
    const run = await runCli(['run', '--config', 'f.yml'], { cwd });
    expect(run.status).toBe(2);
    expect(existsSync(join(cwd, 'ran.txt'))).toBe(false);
    expect(existsSync(join(cwd, '.flowgate'))).toBe(false);
    return run;
  }

  test.each([
    [
      'a URL that is none',
      's: {http: "htp:/127.0.0.1/x"}',
      '4:13: scenarios.s.http: "htp:/127.0.0.1/x" is no URL; write http://',
    ],
    ['a port that is none', 's: {http: "http://127.0.0.1:99999/"}', 'is no URL; write http://'],
    [
      'a rate of 0',
      's: {run: "true", rate: 0/s, duration: 5s}',
      '4:26: scenarios.s.rate: 0/s starts no flow at all; write more than 0',
    ],
    [
      'a ladder that descends',
      's: {run: "true", ladder: [1, 5, 2]}',
      '4:35: scenarios.s.ladder[2]: must be more than the rung before it (5), not 2',
    ],
  ])('%s: its place, what to write instead, and no flow is started', async (_, scenario, message) => {
    const run = await refused(scenario);
    expect(run.stderr).toContain(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});
