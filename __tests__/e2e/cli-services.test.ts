import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../processes.js';
import { emptyFolder, runCli, write } from './run-cli.js';

/** An HTTP server that says who it is and writes down its start and its end. */
const SERVER = `import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';
const [name, port, log] = process.argv.slice(2);
writeFileSync(name + '.pid', String(process.pid));
appendFileSync(log, 'start ' + name + '\\n');
process.on('SIGTERM', () => { appendFileSync(log, 'stop ' + name + '\\n'); process.exit(); });
createServer((q, s) => s.end(name + ' ' + process.env.FLOWGATE_PORT)).listen(port, '127.0.0.1');`;

function folderWith(...lines: string[]): string {
  const cwd = emptyFolder();
  write(cwd, 'server.mjs', SERVER);
  write(
    cwd,
    'f.yml',
    ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n'),
  );
  return cwd;
}

const run = (cwd: string) => runCli(['run', '--config', 'f.yml'], { cwd });
const linesOf = (cwd: string, file: string): string[] =>
  readFileSync(join(cwd, file), 'utf8').trim().split('\n');

describe('several services', () => {
  test('start in order of dependence on free ports, are talked to by name, stop in reverse, and are gone', async () => {
    const cwd = folderWith(
      'run: |',
      '  echo "$(curl -sf 127.0.0.1:{{port.front}})" >> seen.txt',
      '  echo "$(curl -sf 127.0.0.1:$FLOWGATE_PORT_DB)" >> seen.txt',
      '  echo $BASE >> base.txt',
      'flows: 2',
      'env: {BASE: "db at {{port.db}}"}',
      'services:',
      '  front: {run: "exec node server.mjs front {{port}} log.txt", ready: "http://127.0.0.1:{{port}}/", after: db}',
      '  db: {run: "exec node server.mjs db $FLOWGATE_PORT log.txt", ready: "tcp://127.0.0.1:{{port}}"}',
      'thresholds: [success_rate >= 100%]',
    );
    const result = await run(cwd);
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(linesOf(cwd, 'log.txt')).toEqual(['start db', 'start front', 'stop front', 'stop db']);
    const seen = [...new Set(linesOf(cwd, 'seen.txt'))].sort();
    expect(seen).toEqual([expect.stringMatching(/^db \d+$/), expect.stringMatching(/^front \d+$/)]);
    expect(linesOf(cwd, 'base.txt')[0]).toBe(seen[0]?.replace('db ', 'db at '));
    const [scenario] = result.results().scenarios;
    const services = scenario?.monitor.processes.filter(({ role }) => role === 'service') ?? [];
    expect(services.filter(({ command }) => command.includes('server.mjs'))).toHaveLength(2);
    for (const name of ['db', 'front']) expect(isAlive(Number(linesOf(cwd, `${name}.pid`)[0]))).toBe(false);
  });

  test('one that dies in mid-run is named, and the others are ended with it', async () => {
    const cwd = folderWith(
      'run: sleep 68',
      'flows: 2',
      'services:',
      '  db: {run: "exec node server.mjs db {{port}} log.txt", ready: "tcp://127.0.0.1:{{port}}"}',
      '  mail: {run: "sleep 0.4; echo no spool >&2; exit 7", after: [db]}',
    );
    const result = await run(cwd);
    expect(result.status).toBe(1);
    expect(result.results().scenarios[0]?.problems).toEqual([
      'the service mail ended by itself (exit status 7); its last output: no spool',
    ]);
    expect(isAlive(Number(linesOf(cwd, 'db.pid')[0]))).toBe(false);
  });

  test('one that never gets ready is named, and nothing is left running', async () => {
    const cwd = folderWith(
      'run: echo ran >> ran.txt',
      'services:',
      '  db: {run: "exec node server.mjs db {{port}} log.txt", ready: "tcp://127.0.0.1:{{port}}"}',
      '  app: {run: "echo $$ > app.pid; echo cannot bind; sleep 69", ready: "http://127.0.0.1:{{port}}", timeout: 600ms, after: db}',
    );
    const result = await run(cwd);
    expect(result.status).toBe(1);
    expect(result.results().scenarios[0]?.problems.join()).toMatch(
      /^the service app was not ready after 0\.6 s \(GET http:\/\/127\.0\.0\.1:\d+: connection refused: 127\.0\.0\.1:\d+; correct ready, or raise its timeout\); its last output: cannot bind$/,
    );
    expect(existsSync(join(cwd, 'ran.txt'))).toBe(false);
    for (const name of ['db', 'app']) expect(isAlive(Number(linesOf(cwd, `${name}.pid`)[0]))).toBe(false);
  });
});

describe('one service', () => {
  test('has a port of its own, an environment and a folder of its own', async () => {
    const cwd = folderWith(
      'run: curl -sf 127.0.0.1:$FLOWGATE_PORT | grep -x "web {{port}}"',
      'service:',
      '  run: exec node ../server.mjs web {{port}} $WHERE',
      '  ready: http://127.0.0.1:{{port}}/',
      '  env: {WHERE: here.txt}',
      '  working-directory: sub',
      'setup: test {{port}} = $FLOWGATE_PORT',
      'teardown: test {{port}} = $FLOWGATE_PORT',
      'verify: curl -sf http://127.0.0.1:{{port}}',
      'thresholds: [success_rate >= 100%]',
    );
    write(cwd, 'sub/x', '');
    const result = await run(cwd);
    expect(result.results().scenarios[0]?.problems).toEqual([]);
    expect(result.status).toBe(0);
    expect(linesOf(cwd, 'sub/here.txt')).toEqual(['start web', 'stop web']);
  });

  test('whose port is taken is not started, and who has it is left alone', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as AddressInfo;
    const cwd = folderWith('run: "true"', `service: {run: touch ran.txt, ready: "tcp://127.0.0.1:${port}"}`);
    const result = await run(cwd);
    expect(result.status).toBe(1);
    expect(result.results().scenarios[0]?.problems.join()).toMatch(/another process has its port/);
    expect(existsSync(join(cwd, 'ran.txt'))).toBe(false);
    expect(stranger.listening).toBe(true);
    stranger.close();
  });

  test('that ignores SIGTERM is killed with its whole tree after its grace', async () => {
    const cwd = folderWith(
      'run: sleep 0.1',
      'flows: 2',
      `service: {run: "trap '' TERM; echo $$ > a.pid; (trap '' TERM; sleep 71) & echo $! > b.pid; echo up; while :; do sleep 70; done", ready: up, grace: 300ms}`,
      'thresholds: [success_rate >= 100%]',
    );
    const result = await run(cwd);
    expect(result.status).toBe(0);
    for (const name of ['a', 'b']) expect(isAlive(Number(linesOf(cwd, `${name}.pid`)[0]))).toBe(false);
  });
});
