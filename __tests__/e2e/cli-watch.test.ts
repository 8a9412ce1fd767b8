import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isAlive, until } from '../processes.js';
import { emptyFolder, metricOf, ORDINARY, runCli, write } from './run-cli.js';

/**
 * A server that holds 60 MB, writes its pid, and starts a worker for each request: as a database starts one for each
 * connection. After /end it ends.
 */
const SERVER = `import { spawn } from 'node:child_process';
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

const config = (...lines: string[]): string =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

interface Running {
  readonly cwd: string;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: string;
  readonly workers: () => readonly number[];
}

const started: Running[] = [];

async function startServer(): Promise<Running> {
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

/** The server and all that it has started for the flows. */
function expectAlive({ pid, workers }: Running, count: number): void {
  expect(workers()).toHaveLength(count);
  expect([pid, ...workers()].filter((each) => !isAlive(each))).toEqual([]);
}

const run = ({ cwd }: Running, ...options: string[]) =>
  runCli(['run', '--config', 'c.yml', ...options], { cwd });
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a process that runs already', () => {
  test('is measured by its port, counts as no leftover, and lives on with what it started for the flows', async () => {
    const server = await startServer();
    write(
      server.cwd,
      'c.yml',
      config(
        `http: http://127.0.0.1:${server.port}/`,
        'flows: 2',
        'iterations: 6',
        `watch: [{port: ${server.port}}]`,
        'checks: {cleanup: fail, monitoring: fail}',
        'thresholds: [success_rate == 100%, peak_memory > 60MB, peak_memory < 250MB, peak_processes >= 2, cpu_time > 0ms]',
      ),
    );
    const result = await run(server);
    const results = result.results();
    expect(results.scenarios[0]?.reasons.join()).toMatch(/ hold$/);
    expect(result.status).toBe(0);
    expect(results.scenarios[0]?.monitor.watched).toEqual([
      { name: expect.stringMatching(new RegExp(`^port ${server.port}: \\w+ \\(pid ${server.pid}\\)$`)) },
    ]);
    expect(metricOf(results, 'peak_memory')).toBeGreaterThan(60e6);
    expectAlive(server, 6);
  });

  test('by its pid file, of the scenario or of a service', async () => {
    const server = await startServer();
    write(
      server.cwd,
      'c.yml',
      config(
        'run: sleep 0.3',
        'flows: 1',
        'service: {run: sleep 60, watch: [{pid-file: app.pid}]}',
        'thresholds: [peak_memory > 60MB]',
      ),
    );
    const result = await run(server);
    expect(result.results().scenarios[0]?.reasons.join()).toMatch(/ hold$/);
    expect(result.results().scenarios[0]?.monitor.watched?.[0]?.name).toMatch(/^pid-file app\.pid: /);
    expectAlive(server, 0);
  });

  test('is not touched by timeouts and faults of the flows, nor by a flow that asks for it', async () => {
    const server = await startServer();
    write(
      server.cwd,
      'c.yml',
      config(
        // What the server starts for it outlives the flow, and is none of it.
        `run: curl -s 127.0.0.1:${server.port} && sleep 30`,
        'flows: 4',
        'timeout: 1s',
        `watch: [{port: ${server.port}}]`,
        'faults: {kill: {share: 50%, after: 600ms, signal: SIGKILL}, rounds: 1}',
        'checks: {cleanup: fail, containment: off, recovery: off}',
        'thresholds: [success_rate >= 0%]',
      ),
    );
    const result = await run(server);
    const [scenario] = result.results().scenarios;
    expect(scenario?.problems).toEqual([]);
    expect(scenario?.checks.find(({ id }) => id === 'cleanup')).toMatchObject({ outcome: 'pass' });
    expect(scenario?.metrics['timed_out']?.value).toBeGreaterThan(0);
    expectAlive(server, server.workers().length);
    expect(server.workers().length).toBeGreaterThanOrEqual(4);
  }, 30_000);

  test.each(['SIGINT', 'SIGKILL'] as const)('lives on when flowgate gets %s', async (signal) => {
    const server = await startServer();
    write(
      server.cwd,
      'c.yml',
      config(
        `run: curl -s 127.0.0.1:${server.port}; echo $$ > flow.pid; sleep 60`,
        'flows: 1',
        `watch: [{port: ${server.port}}]`,
      ),
    );
    let flowgate = 0;
    const onStart = (pid: number): void => {
      flowgate = pid;
    };
    const running = runCli(['run', '--config', 'c.yml'], { cwd: server.cwd, onStart });
    await until(() => existsSync(join(server.cwd, 'flow.pid')));
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(flowgate, signal);
    await running;
    const flow = Number(readFileSync(join(server.cwd, 'flow.pid'), 'utf8'));
    await until(() => !isAlive(flow));
    // The guard looks three times.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expectAlive(server, 1);
  });

  test('that ends during the run is told of, and is a warning', async () => {
    const server = await startServer();
    write(
      server.cwd,
      'c.yml',
      config(
        `run: curl -s 127.0.0.1:${server.port}/end; sleep 0.4`,
        'flows: 1',
        `watch: [{port: ${server.port}}]`,
        'thresholds: [success_rate == 100%]',
      ),
    );
    const result = await run(server);
    const [scenario] = result.results().scenarios;
    expect(scenario?.monitor.watched).toEqual([{ name: expect.stringMatching(/^port /), ended: true }]);
    const monitoring = scenario?.checks.find(({ id }) => id === 'monitoring');
    expect(monitoring).toMatchObject({ level: 'warn', outcome: 'fail' });
    expect(monitoring?.evidence[0]).toMatch(
      /^port \d+: \w+ \(pid \d+\), which is watched, ended during the run$/,
    );
  });

  test('that is not there is told before any flow runs', async () => {
    const cwd = emptyFolder();
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    write(cwd, 'c.yml', config('run: touch ran', `watch: [{port: ${port}}, {pid-file: app.pid}]`));
    const result = await runCli(['run', '--config', 'c.yml'], { cwd });
    expect(result.status).toBe(1);
    expect(result.results().scenarios[0]?.problems).toEqual([
      expect.stringMatching(
        new RegExp(
          `^port ${port} can not be watched: nothing listens there, .+; pid-file app\\.pid can not be watched: there is no file .+/app\\.pid; `,
        ),
      ),
    ]);
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });

  (process.geteuid?.() === 0 ? test : test.skip)(
    'of another user is told, as it can not be found',
    async () => {
      const server = await startServer();
      const cwd = emptyFolder();
      write(cwd, 'c.yml', config('run: touch ran', `watch: [{port: ${server.port}}]`));
      const { chownSync } = await import('node:fs');
      chownSync(cwd, ORDINARY, ORDINARY);
      const result = await runCli(['run', '--config', 'c.yml'], { cwd, ordinary: true });
      expect(result.results().scenarios[0]?.problems.join()).toMatch(
        /can not be watched: which process of user 0 listens there only that user and root can see/,
      );
    },
  );

  test('that setup started belongs to the run: it is measured once, and ended', async () => {
    const cwd = emptyFolder();
    write(cwd, 'server.mjs', SERVER);
    write(
      cwd,
      'c.yml',
      config(
        'run: sleep 0.3',
        'flows: 1',
        'setup: "node server.mjs > log 2>&1 & until [ -f app.pid ]; do sleep 0.05; done"',
        'watch: [{pid-file: app.pid}]',
        'thresholds: [peak_memory > 60MB, peak_memory < 200MB]',
      ),
    );
    const result = await runCli(['run', '--config', 'c.yml'], { cwd });
    expect(result.results().scenarios[0]?.reasons.join()).toMatch(/ hold$/);
    const pid = Number(readFileSync(join(cwd, 'app.pid'), 'utf8'));
    await until(() => !isAlive(pid));
  });
});

describe('the command before', () => {
  const inFolder = async (...lines: string[]) => {
    const cwd = emptyFolder();
    write(cwd, 'c.yml', config(...lines));
    return runCli(['run', '--config', 'c.yml'], { cwd });
  };
  const linesIn = (cwd: string): string[] => readFileSync(join(cwd, 'log'), 'utf8').trim().split('\n');

  test('runs before the services and setup, with the scenario’s environment', async () => {
    const { status, cwd } = await inFolder(
      'run: echo flow >> log',
      'flows: 1',
      'env: {WHO: me, WHERE: "{{port}}"}',
      'before: echo before $WHO ${WHERE:-nowhere} $FLOWGATE_SEED >> log',
      'service: {run: "echo service >> log; echo up; sleep 60", ready: up}',
      'setup: echo setup >> log',
      'thresholds: [success_rate == 100%]',
    );
    expect(linesIn(cwd)).toEqual(['before me nowhere 1', 'service', 'setup', 'flow']);
    expect(status).toBe(0);
  });

  test('that fails is told, and nothing is started', async () => {
    const result = await inFolder(
      'run: touch ran',
      'before: echo no network >&2; exit 3',
      'service: touch served',
      'teardown: touch down',
    );
    expect(result.status).toBe(1);
    expect(result.results().scenarios[0]?.problems).toEqual(['before failed: exit status 3: no network']);
    for (const name of ['ran', 'served', 'down']) expect(existsSync(join(result.cwd, name))).toBe(false);
  });

  test('may leave a server running, which is there until the end, and measured if it is watched', async () => {
    const cwd = emptyFolder();
    write(cwd, 'server.mjs', SERVER);
    write(
      cwd,
      'c.yml',
      config(
        'run: curl -sf 127.0.0.1:$(cat port); sleep 0.3',
        'flows: 1',
        'before: "node server.mjs > log 2>&1 & until [ -f app.pid ]; do sleep 0.05; done"',
        'watch: [{pid-file: app.pid}]',
        'checks: {cleanup: fail}',
        'thresholds: [success_rate == 100%, peak_memory > 60MB]',
      ),
    );
    const result = await runCli(['run', '--config', 'c.yml'], { cwd });
    expect(result.results().scenarios[0]?.reasons.join()).toMatch(/ hold$/);
    const pid = Number(readFileSync(join(cwd, 'app.pid'), 'utf8'));
    await until(() => !isAlive(pid));
  });

  test('is ended by SIGINT: nothing has failed, the run was interrupted', async () => {
    const cwd = emptyFolder();
    write(cwd, 'c.yml', config(`run: 'true'`, 'before: touch there; sleep 66'));
    let flowgate = 0;
    const onStart = (pid: number): void => {
      flowgate = pid;
    };
    const running = runCli(['run', '--config', 'c.yml'], { cwd, onStart });
    await until(() => existsSync(join(cwd, 'there')));
    process.kill(flowgate, 'SIGINT');
    const result = await running;
    expect(result.status).toBe(130);
    expect(result.results()).toMatchObject({ scenarios: [{ interrupted: 'SIGINT', problems: [] }] });
  });
});
