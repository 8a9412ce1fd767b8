import { chownSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive, until } from '../processes.js';
import { emptyFolder, ORDINARY, runCli, write } from './run-cli.js';
import { config, expectAlive, type Running, SERVER, startServer } from './running-server.js';

const run = ({ cwd }: Running) => runCli(['run', '--config', 'c.yml'], { cwd });
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a process that runs already', () => {
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

  (process.geteuid?.() === 0 ? test : test.skip)(
    'of another user is told, as it can not be found',
    async () => {
      const server = await startServer();
      const cwd = emptyFolder();
      write(cwd, 'c.yml', config('run: touch ran', `watch: [{port: ${server.port}}]`));
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
