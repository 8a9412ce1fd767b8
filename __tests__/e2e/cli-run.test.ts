import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive, until } from '../processes.js';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

describe('flowgate run', () => {
  test('two of ten flows that fail: 80%, exit status 1, and which ones with which status', async () => {
    const run = await runCli([
      'run',
      '--run',
      'sleep 0.3; exit $((FLOWGATE_ITERATION % 5 == 0))',
      '--flows',
      '10',
    ]);
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/✗ success_rate >= 90%\s+80%\s+\(8 of 10\)/);
    expect(run.stdout).toMatch(/2 × exit status 1/);
    expect(run.stdout).toMatch(/flows? 5(,| and) 10/);
    const results = run.results();
    expect(results.verdict).toBe('fail');
    expect(metricOf(results, 'success_rate')).toBe(0.8);
    expect(metricOf(results, 'max_concurrency')).toBe(10);
    expect(results.scenarios[0]?.errors[0]?.flows).toEqual([5, 10]);
  });

  test('each flow has its own slot, iteration, token, workspace, seed and trace', async () => {
    const run = await runCli([
      'run',
      ...[
        '--run',
        'env | grep -E "^(FLOWGATE_|TRACEPARENT)" | sort; pwd > $FLOWGATE_WORKSPACE/x; ls -A $FLOWGATE_WORKSPACE; exit 1',
      ],
      ...['--flows', '3', '--threshold', 'success_rate >= 0%'],
    ]);
    const printed = run.results().scenarios[0]?.flows.map(({ stdout }) => stdout?.head ?? '') ?? [];
    const values = (name: string): Set<string | undefined> =>
      new Set(printed.map((text) => new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1]));
    for (const name of [
      'FLOWGATE_FLOW',
      'FLOWGATE_ITERATION',
      'FLOWGATE_TOKEN',
      'FLOWGATE_WORKSPACE',
      'TRACEPARENT',
    ]) {
      expect(values(name).size).toBe(3);
      expect(values(name)).not.toContain(undefined);
    }
    expect(values('FLOWGATE_SEED')).toEqual(new Set(['1']));
    // The workspace was empty: what the flow wrote is all that is in it.
    for (const text of printed) expect(text.endsWith('\nx\n')).toBe(true);
  });

  test('a flow past its timeout is killed with its whole tree, and with who has left its group', async () => {
    const cwd = emptyFolder();
    const script = 'sleep 61 & echo $! >> pids; setsid sleep 62 & echo $! >> pids; (sleep 63; true)';
    const run = await runCli(
      ['run', '--run', script, '--flows', '2', '--timeout', '700ms', '--threshold', 'timed_out <= 2'],
      { cwd },
    );
    expect(run.status).toBe(0);
    expect(metricOf(run.results(), 'timed_out')).toBe(2);
    const pids = readFileSync(join(cwd, 'pids'), 'utf8').trim().split('\n').map(Number);
    expect(pids).toHaveLength(4);
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
  });

  test('a process that double-forks away is seen, named with its flow, and ended', async () => {
    const cwd = emptyFolder();
    const script = '(setsid sh -c "echo \\$\\$ >> pids; exec sleep 64" >/dev/null 2>&1 &); sleep 0.2';
    const run = await runCli(
      ['run', '--run', script, '--flows', '2', '--threshold', 'success_rate >= 100%'],
      { cwd },
    );
    expect(run.results().scenarios[0]?.leftovers).toEqual([
      expect.objectContaining({
        command: 'sleep 64',
        iteration: expect.any(Number),
        slot: expect.any(Number),
      }),
      expect.objectContaining({
        command: 'sleep 64',
        iteration: expect.any(Number),
        slot: expect.any(Number),
      }),
    ]);
    for (const pid of readFileSync(join(cwd, 'pids'), 'utf8').trim().split('\n')) {
      expect(isAlive(Number(pid))).toBe(false);
    }
  });

  test('SIGINT ends everything that was started, still writes the results, and exits 130', async () => {
    const cwd = emptyFolder();
    const pidFile = join(cwd, 'pids');
    let flowgate = 0;
    const running = runCli(
      ['run', '--run', 'echo $$ >> pids; sleep 65', '--flows', '3', '--json', 'r.json'],
      {
        cwd,
        onStart: (pid) => {
          flowgate = pid;
        },
      },
    );
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').split('\n').length > 3);
    process.kill(flowgate, 'SIGINT');
    const run = await running;
    expect(run.status).toBe(130);
    const results = run.results('r.json');
    expect(results).toMatchObject({ verdict: 'inconclusive', scenarios: [{ interrupted: 'SIGINT' }] });
    expect(results.scenarios[0]?.flows.map(({ outcome }) => outcome)).toEqual(['killed', 'killed', 'killed']);
    for (const pid of readFileSync(join(cwd, 'pids'), 'utf8').trim().split('\n'))
      expect(isAlive(Number(pid))).toBe(false);
  });

  test('more flows than there are descriptors for: no flow is started, and the reason is said', () => {
    const cwd = emptyFolder();
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const args = [process.execPath, cli, 'run', '--run', 'true', '--flows', '200'];
    const run = spawnSync('bash', ['-c', 'ulimit -n 150; exec "$0" "$@"', ...args], {
      cwd,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/so many flows can not be opened here: spawn .+ EMFILE/);
    expect(run.status).toBe(1);
  });

  test('a flow that removes our temporary folder fails the run, which ends as any other', async () => {
    const script = 'rm -rf "$(dirname "$(dirname "$FLOWGATE_WORKSPACE")")"; sleep 0.3';
    const run = await runCli(['run', '--run', script, '--flows', '3', '--iterations', '9']);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(1);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain('was removed while flows ran');
    expect(run.results().verdict).toBe('fail');
  });

  test('a verify command that fails fails the gate, and what it printed last is told once', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'f.yml',
      'version: 1\nscenarios:\n  s: {run: sleep 0.1, flows: 2, verify: "echo stock is -3 >&2; exit 4"}\n',
    );
    const run = await runCli(['run', '--config', 'f.yml', '--threshold', 'success_rate == 100%'], { cwd });
    expect(run.status).toBe(1);
    const [scenario] = run.results().scenarios;
    expect(scenario?.checks.find(({ id }) => id === 'invariants')?.evidence).toEqual([
      'exit status 4: stock is -3',
    ]);
    expect(run.stdout).toContain('stock is -3');
    expect(run.stdout.replaceAll(/\s+/g, ' ')).not.toContain('stock is -3: stock is -3');
  });

  test('several scenarios of one config, with service, setup, verify and teardown', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'server.mjs',
      `import { createServer } from 'node:http';
       let count = 0;
       createServer((q, s) => { if (q.url === '/count') { s.end(String(count)); } else { count += 1; s.end('ok'); } })
         .listen(process.env.PORT, '127.0.0.1');`,
    );
    write(
      cwd,
      'flow.mjs',
      `const r = await fetch('http://127.0.0.1:' + process.env.PORT + '/'); if (!r.ok) process.exit(1);`,
    );
    write(
      cwd,
      'verify.mjs',
      `import { readFileSync } from 'node:fs';
       const { flows } = JSON.parse(readFileSync(process.env.FLOWGATE_RESULTS, 'utf8'));
       const count = Number(await (await fetch('http://127.0.0.1:' + process.env.PORT + '/count')).text());
       if (count < flows.length) { console.error(flows.length + ' flows, but ' + count + ' requests'); process.exit(1); }`,
    );
    const port = 20_000 + (process.pid % 20_000);
    write(
      cwd,
      '.github/flowgate.yml',
      `version: 1
scenarios:
  serve:
    run: node flow.mjs
    flows: 3
    iterations: 6
    env: {PORT: "${port}"}
    service: {run: node server.mjs, ready: "http://127.0.0.1:${port}/count"}
    setup: echo up > setup.txt
    verify: node verify.mjs
    teardown: echo down > teardown.txt
    thresholds: [success_rate >= 100%]
  quick:
    run: sleep 0.1
    flows: 2
    thresholds: [success_rate >= 100%]
`,
    );
    const run = await runCli(['run'], { cwd });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const { scenarios } = run.results();
    expect(scenarios.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['serve', 'pass'],
      ['quick', 'pass'],
    ]);
    expect(scenarios[0]?.verify?.ok).toBe(true);
    expect(scenarios[0]?.monitor.processes.some(({ role }) => role === 'service')).toBe(true);
    expect(readFileSync(join(cwd, 'setup.txt'), 'utf8')).toBe('up\n');
    expect(readFileSync(join(cwd, 'teardown.txt'), 'utf8')).toBe('down\n');
    await expect(fetch(`http://127.0.0.1:${port}/count`)).rejects.toThrow();
  });

  test('a service that never becomes ready: a clear reason with its last words, no flow, nothing left', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'f.yml',
      `version: 1
scenarios:
  s:
    run: echo ran >> ran.txt
    service: {run: "echo $$ > pid; echo cannot bind >&2; sleep 66", ready: "tcp://127.0.0.1:1", timeout: 500ms}
`,
    );
    const run = await runCli(['run', '--config', 'f.yml'], { cwd });
    expect(run.status).toBe(1);
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain('not ready after 0.5 s');
    expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain('cannot bind');
    expect(existsSync(join(cwd, 'ran.txt'))).toBe(false);
    expect(isAlive(Number(readFileSync(join(cwd, 'pid'), 'utf8')))).toBe(false);
  });

  test('a service that dies in mid-run ends the run with its last words', async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'f.yml',
      `version: 1
scenarios:
  s:
    run: sleep 67
    flows: 2
    service: {run: "sleep 0.5; echo out of coffee >&2; exit 7"}
`,
    );
    const run = await runCli(['run', '--config', 'f.yml'], { cwd });
    expect(run.status).toBe(1);
    expect(run.results().scenarios[0]?.problems.join()).toMatch(
      /ended by itself \(exit status 7\).*out of coffee/,
    );
  });
});
