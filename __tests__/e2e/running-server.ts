import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect } from '@jest/globals';
import { isAlive, until } from '../processes.js';
import { emptyFolder, write } from './run-cli.js';

/**
 * A server that holds 60 MB, writes its pid, and starts a worker for each request: as a database starts one for each
 * connection. After /end it ends.
 */
export const SERVER = `import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
globalThis.held = Buffer.alloc(60e6, 1);
const workers = [];
createServer((request, answer) => {
  workers.push(spawn('sleep', ['600'], { stdio: 'ignore' }).pid);
  writeFileSync('workers', workers.join(' '));
  answer.end('ok', () => { if (request.url === '/end') process.exit(); });
}).listen(0, '127.0.0.1', function () {
  writeFileSync('port', String(this.address().port));
  writeFileSync('app.pid', process.pid + '\\n');
});`;

/** A config with one scenario. */
export const config = (...lines: string[]): string =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

export interface Running {
  readonly cwd: string;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: string;
  readonly workers: () => readonly number[];
}

const started: Running[] = [];

/** Starts it as somebody else would; it is ended after the test. */
export async function startServer(): Promise<Running> {
  const cwd = emptyFolder();
  write(cwd, 'server.mjs', SERVER);
  const child = spawn(process.execPath, ['server.mjs'], { cwd, stdio: 'ignore', detached: true });
  await until(() => existsSync(join(cwd, 'app.pid')));
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8').trim();
  const workers = (): readonly number[] =>
    existsSync(join(cwd, 'workers')) ? read('workers').split(' ').map(Number) : [];
  const running = { cwd, child, pid: child.pid ?? 0, port: read('port'), workers };
  started.push(running);
  return running;
}

afterEach(() => {
  for (const { child, workers } of started.splice(0)) {
    child.kill('SIGKILL');
    for (const pid of workers()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
});

/** The server runs, and all that it has started for the flows. */
export function expectAlive({ pid, workers }: Running, count: number): void {
  expect(workers()).toHaveLength(count);
  expect([pid, ...workers()].filter((each) => !isAlive(each))).toEqual([]);
}
