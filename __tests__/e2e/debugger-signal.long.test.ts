import { execFileSync, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeFreePorts } from '../../src/services/free-ports.js';
import { until } from '../processes.js';
import { startGitHubServer } from './github-server.js';
import { runAction } from './run-action.js';
import { CLI, emptyFolder, runCli, write } from './run-cli.js';

const onPosix = process.platform === 'win32' ? test.skip : test;
/** /proc tells a flow who has started it. */
const onLinux = process.platform === 'linux' ? test : test.skip;

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((_, response) => setTimeout(() => response.end('hello'), 700));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What Node says when a debugger is opened, or would be if its port were free. */
const OPENED = /debugger|inspector/i;

function childrenOf(parent: number, script: string): readonly number[] {
  // With status 1 it says that there are none.
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(parent)], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line.includes(join(CLI, '..', script)));
  return lines.map((line) => Number.parseInt(line, 10));
}

/** A flow goes up from its shell to flowgate itself, which alone is sent the signal: the command has no `dist`. */
const signalling = (signal: string, script: string): string =>
  `p=$$; while [ "$p" -gt 1 ]; do
  case "$(tr "\\0" " " </proc/$p/cmdline)" in *di[s]t/${script}*) kill -${signal} $p; sent=1;; esac
  p=$(ps -o ppid= -p $p | tr -d " ")
done
sleep 0.5; [ "$sent" = 1 ]`;

onLinux.each(['USR1', 'USR2'])(
  'SIG%s that a flow sends to flowgate at a terminal opens nothing and ends nothing',
  async (signal) => {
    const run = await runCli([
      'run',
      ...['--run', signalling(signal, 'cli.js'), '--flows', '2', '--threshold', 'success_rate >= 100%'],
    ]);
    expect(run.stderr).not.toMatch(OPENED);
    expect(run.status).toBe(0);
  },
);

onLinux('nor in the action, in whose memory the token is', async () => {
  const github = await startGitHubServer();
  try {
    const end = await runAction({
      apiUrl: github.url,
      inputs: { run: signalling('USR1', 'index.js'), flows: '1', thresholds: 'success_rate >= 100%' },
    });
    expect(end.stderr).not.toMatch(OPENED);
    expect(end.exitCode).toBe(0);
  } finally {
    await github.close();
  }
});

onPosix('NODE_OPTIONS that a job sets to debug its own programs opens flowgate to nobody', async () => {
  const github = await startGitHubServer();
  try {
    const [free = 0] = await nodeFreePorts.find(1);
    const end = await runAction({
      apiUrl: github.url,
      env: { NODE_OPTIONS: `--inspect=127.0.0.1:${free}` },
      inputs: {
        run: `! (exec 3<>/dev/tcp/127.0.0.1/${free}) 2>/dev/null`,
        flows: '1',
        thresholds: 'success_rate >= 100%',
      },
    });
    expect(end.outputs).toMatchObject({ verdict: 'pass' });
  } finally {
    await github.close();
  }
});

onPosix.each(['none', 'thread', 'process'])(
  'a host that is sent it while a flow runs opens nothing (isolate: %s)',
  async (isolate) => {
    const cwd = emptyFolder();
    write(
      cwd,
      'flow.mjs',
      `import inspector from 'node:inspector';
       export default async () => {
         process.kill(process.pid, 'SIGUSR1');
         await new Promise((r) => setTimeout(r, 300));
         if (inspector.url() !== undefined) throw new Error('a debugger listens at ' + inspector.url());
       };`,
    );
    write(
      cwd,
      '.github/flowgate.yml',
      `version: 1\nscenarios: {s: {module: flow.mjs, isolate: ${isolate}, flows: 2, thresholds: [success_rate >= 100%]}}\n`,
    );
    const run = await runCli(['run'], { cwd });
    expect(run.results().scenarios[0]?.errors).toEqual([]);
    expect(run.status).toBe(0);
  },
);

onLinux('the process of the proxies that is sent it lives on and listens to nothing more', async () => {
  const [listen] = await nodeFreePorts.find(1);
  const cwd = emptyFolder();
  write(
    cwd,
    '.github/flowgate.yml',
    `version: 1
scenarios:
  s:
    http: "http://127.0.0.1:${listen}/"
    flows: 2
    iterations: 6
    faults: {rounds: 1, network: [{listen: ${listen}, upstream: "127.0.0.1:${port}", latency: 1ms}]}
    thresholds: [success_rate >= 100%]
`,
  );
  const threads: number[] = [];
  const run = await runCli(['run'], {
    cwd,
    onStart: (pid) => {
      void (async () => {
        await until(() => childrenOf(pid, 'proxy.js').length === 1);
        const [proxy = 0] = childrenOf(pid, 'proxy.js');
        await new Promise((resolve) => setTimeout(resolve, 500));
        while (threads.length < 2) {
          process.kill(proxy, 'SIGUSR1');
          await new Promise((resolve) => setTimeout(resolve, 200));
          // A debugger has a thread of its own.
          const status = execFileSync('ps', ['-o', 'nlwp=', '-p', String(proxy)], { encoding: 'utf8' });
          threads.push(Number(status));
        }
      })();
    },
  });
  expect(run.stderr).not.toMatch(OPENED);
  expect(run.results().scenarios[0]?.problems).toEqual([]);
  expect(threads).toHaveLength(2);
  expect(threads[1]).toBe(threads[0]);
});
