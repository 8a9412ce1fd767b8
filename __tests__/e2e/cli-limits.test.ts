import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ScenarioResults } from '../../src/model/results.js';
import { withCgroups } from '../faults/limits/limited-processes.js';
import { CLI, emptyFolder, runCli, write } from './run-cli.js';

/** Takes as many MB as it is told to, and touches them. */
const GROW = `const held = [];
for (let i = 0; i < Number(process.argv[2]); i += 1) held.push(Buffer.alloc(1e6, 1));`;

/** Grows by 30 MB with each request. */
const SERVER = `const held = [];
require('node:http').createServer((request, response) => {
  if (request.url === '/grow') for (let i = 0; i < 30; i += 1) held.push(Buffer.alloc(1e6, 1));
  response.end('ok');
}).listen(process.env.PORT, '127.0.0.1');`;

/** Its second flow grows without end. */
const MODULE = `const held = [];
export default async function flow({ iteration }) {
  for (let i = 0; i < (iteration === 2 ? 10_000 : 5); i += 1) {
    held.push(Buffer.alloc(1e6, 1));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}`;

const SPAWN = `const { spawn } = require('node:child_process');
const children = [];
for (let i = 0; i < 100; i += 1) {
  const child = spawn('sleep', ['30']);
  child.on('error', ({ code }) => {
    console.error(code);
    // One that was not started has no pid, and its kill() would be for our own process group.
    for (const { pid } of children) if (pid) process.kill(pid);
    process.exit(4);
  });
  children.push(child);
}`;

const OPEN = `const { openSync } = require('node:fs');
let last;
try { for (;;) last = openSync('/dev/null'); } catch ({ code }) { console.error(code, last); process.exit(3); }`;

function folderWith(...lines: string[]): string {
  const cwd = emptyFolder();
  write(cwd, 'grow.cjs', GROW);
  write(cwd, 'server.cjs', SERVER);
  write(cwd, 'flow.mjs', MODULE);
  write(cwd, 'spawn.cjs', SPAWN);
  write(cwd, 'open.cjs', OPEN);
  const config = ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''];
  write(cwd, 'f.yml', config.join('\n'));
  return cwd;
}

const RUN = ['run', '--config', 'f.yml', '--json', 'r.json'];

async function resultOf(...lines: string[]) {
  const ran = await runCli(RUN, { cwd: folderWith(...lines) });
  const [scenario] = ran.results('r.json').scenarios;
  if (scenario === undefined) throw new Error(ran.stderr);
  return { ...ran, scenario };
}

/** Groups of the process with this pid. */
function groupsOf(pid: number): readonly string[] {
  const found = spawnSync('find', ['/sys/fs/cgroup', '-name', `flowgate-${pid}-*`, '-prune']);
  return found.stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

withCgroups('limits by control groups', () => {
  test('a command flow that grows past its limit is killed, named and not ok; its neighbour is', async () => {
    const { scenario, stdout, status } = await resultOf(
      `run: 'node grow.cjs $(( FLOWGATE_ITERATION == 2 ? 1000 : 10 ))'`,
      'flows: 2',
      'faults: {limits: {memory: 256MB, cpu: 1.5, processes: 64, files: 256}}',
    );
    expect(status).toBe(1);
    expect(scenario.flows.map(({ outcome, error }) => [outcome, error?.message])).toEqual([
      ['ok', undefined],
      ['killed', 'killed: out of memory, the limit is 256 MB'],
    ]);
    expect(scenario.flows[1]?.error?.exitStatus).toBe(137);
    expect(scenario.metrics['success_rate']?.value).toBe(0.5);
    expect(scenario.limits?.unenforced).toEqual([]);
    expect(scenario.limits?.counters).toMatchObject({ outOfMemoryKills: 1 });
    expect(scenario.limits?.counters?.cpuTime).toBeGreaterThan(0);
    expect(stdout).toContain('256 MB of memory, 1.5 cores, 64 processes, 256 open files for each flow');
  });

  test('of all flows together it is the common limit that is named', async () => {
    const { scenario } = await resultOf(
      'run: node grow.cjs 1000',
      'flows: 1',
      'faults: {limits: {of: flows, memory: 200MB}}',
    );
    expect(scenario.errors[0]?.sample).toContain('the limit of all flows together is 200 MB');
  });

  test('a service that was killed is the problem, and why', async () => {
    const { scenario } = await resultOf(
      `http: 'http://127.0.0.1:{{port}}/grow'`,
      `service: {run: node server.cjs, env: {PORT: '{{port}}'}, ready: 'http://127.0.0.1:{{port}}/'}`,
      'flows: 2',
      'iterations: 1000',
      'faults: {limits: {memory: 256MB}}',
    );
    expect(scenario.problems[0]).toContain('the service was killed: out of memory, the limit is 256 MB');
    expect(scenario.limits?.enforced.map(({ of }) => of)).toEqual(['service']);
  });

  const isolations = ['none', 'thread', 'process'];
  let hosts: readonly ScenarioResults[];

  beforeAll(async () => {
    const cwd = folderWith();
    const scenarios = isolations.map(
      (isolate) =>
        `  ${isolate}: {module: flow.mjs, isolate: ${isolate}, flows: 2, faults: {limits: {memory: 256MB}}}\n`,
    );
    write(cwd, 'f.yml', `version: 1\nscenarios:\n${scenarios.join('')}`);
    hosts = (await runCli(RUN, { cwd })).results('r.json').scenarios;
  });

  test.each(isolations)('the host of module flows (isolate: %s) is killed, and the flow in it', (isolate) => {
    const scenario = hosts.find(({ name }) => name === isolate);
    expect(scenario?.flows.map(({ outcome, error }) => [outcome, error?.message])).toEqual([
      ['ok', undefined],
      ['killed', 'killed: out of memory, the limit is 256 MB'],
    ]);
    expect(scenario?.problems).toEqual(
      isolate === 'none' ? ["the module's process was killed: out of memory, the limit is 256 MB"] : [],
    );
  });

  test('forks that are refused are named beside what the flow failed with', async () => {
    const { scenario } = await resultOf(
      'run: node spawn.cjs',
      'flows: 1',
      'faults: {limits: {processes: 64}}',
    );
    expect(scenario.flows[0]?.error?.message).toMatch(
      /^exit status 4; \d+ forks? or threads? w\w+ refused, the limit is 64 processes$/,
    );
    expect(scenario.limits?.counters?.refusedForks).toBeGreaterThan(0);
  });

  test('an interrupt ends what is inside and leaves no group', async () => {
    let pid = 0;
    let during: readonly string[] = [];
    const cwd = folderWith(
      'run: sleep 60',
      'flows: 2',
      'service: {run: sleep 60}',
      'faults: {limits: {memory: 256MB, processes: 64}}',
    );
    const ran = await runCli(RUN, {
      cwd,
      onStart: (started) => {
        pid = started;
        const look = setInterval(() => {
          during = groupsOf(pid).flatMap((group) =>
            readdirSync(group).filter((name) => name.startsWith('service-')),
          );
          if (during.length === 0) return;
          clearInterval(look);
          process.kill(pid, 'SIGINT');
        }, 50);
      },
    });
    expect(ran.status).toBe(130);
    expect(during).toContain('service-service');
    expect(groupsOf(pid)).toEqual([]);
  });

  test('what a run leaves that was asked three times to end is removed by the next', async () => {
    let pid = 0;
    const limits = 'faults: {limits: {memory: 256MB, processes: 64}}';
    const cwd = folderWith('run: touch up; sleep 60', 'flows: 2', limits);
    const { status } = await runCli(RUN, {
      cwd,
      onStart: (started) => {
        pid = started;
        const look = setInterval(() => {
          if (!existsSync(join(cwd, 'up'))) return;
          clearInterval(look);
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(pid, signal);
        }, 50);
      },
    });
    expect(status).toBe(130);
    expect(groupsOf(pid)).not.toEqual([]);
    await resultOf('run: echo hello', 'flows: 1', limits);
    expect(groupsOf(pid)).toEqual([]);
  });
});

describe('limits without control groups', () => {
  test('files are limited for each process', async () => {
    const { scenario } = await resultOf('run: node open.cjs', 'flows: 1', 'faults: {limits: {files: 64}}');
    expect(scenario.errors[0]?.sample).toMatch(/EMFILE 63/);
    expect(scenario.limits?.strategy).toBe('prlimit');
  });

  const hidden = canHideGroups();
  (hidden === undefined ? test : test.skip)(
    `what can not be enforced is said, and the verdict is a warning at best${hidden ?? ''}`,
    () => {
      const cwd = folderWith(
        'run: node grow.cjs 10',
        'flows: 2',
        'faults: {limits: {processes: 64, files: 256}}',
      );
      const command = `umount -R /sys/fs/cgroup && exec "$0" "$@"`;
      const args = ['--mount', 'sh', '-c', command, process.execPath, CLI, ...RUN];
      const stdout = execFileSync('unshare', args, { cwd, env: { PATH: process.env.PATH ?? '', HOME: cwd } });
      expect(stdout.toString()).toMatch(
        /! s holds, with alerts: the limit of 64 processes for each flow was not in force: RLIMIT_NPROC/,
      );
      expect(stdout.toString()).toContain('256 open files for each flow (prlimit)');
      expect(stdout.toString()).toContain('limits were not enforced by cgroup v1');
      rmSync(join(cwd, 'r.json'));
    },
  );
});

/** What is missing to look at a machine without control groups; undefined if nothing is. */
function canHideGroups(): string | undefined {
  const { status } = spawnSync('unshare', ['--mount', 'umount', '-R', '/sys/fs/cgroup']);
  return status === 0 ? undefined : ' (skipped: it takes the right to unmount control groups)';
}
