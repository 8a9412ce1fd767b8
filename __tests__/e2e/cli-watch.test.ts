import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';
import { config, expectAlive, type Running, startServer } from './running-server.js';

const run = ({ cwd }: Running) => runCli(['run', '--config', 'c.yml'], { cwd });
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
});
