import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive, until } from '../processes.js';
import { emptyFolder, metricOf, runCli, write } from './run-cli.js';

/*
 * Real containers: an engine of our own in a folder of its own, without networks, with an image that is one static
 * program. Needs root, and Debian's docker.io and busybox-static or their like.
 */

/** Where PATH has it. */
function placesOf(program: string): readonly string[] {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.filter((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isStatic(file: string): boolean {
  const { status, stdout } = spawnSync('ldd', [file], { encoding: 'utf8' });
  return status !== 0 || stdout.includes('statically linked');
}

const BUSYBOX = placesOf('busybox').find(isStatic);

function lacking(): string | undefined {
  if (process.platform !== 'linux') return `there are no containers on ${process.platform}`;
  if (process.geteuid?.() !== 0) return 'dockerd needs root';
  const missing = ['dockerd', 'docker', 'tar', 'ldd'].find((program) => placesOf(program).length === 0);
  if (missing !== undefined) return `${missing} is not installed`;
  return BUSYBOX === undefined ? 'there is no static busybox' : undefined;
}

const why = lacking();
const withEngine =
  why === undefined
    ? describe
    : (name: string, tests: () => void) => {
        describe.skip(`${name} (skipped: ${why})`, tests);
      };

const HELD = 100_000_000;
const IMAGE = 'flowgate-test';
/** Anonymous memory: tail keeps what may be its last bytes until its input ends. */
const IN_A_PROCESS = `(head -c ${HELD} /dev/zero; sleep 900) | tail -c ${HELD} > /dev/null`;
/** Memory of no process: a file of a file system in memory. */
const IN_A_FILE = `head -c ${HELD} /dev/zero > /dev/shm/held; sleep 900`;

const config = (...lines: string[]): string =>
  ['version: 1', 'scenarios:', '  s:', ...lines.map((line) => `    ${line}`), ''].join('\n');

withEngine('a container that runs already', () => {
  const folder = emptyFolder();
  const DOCKER_HOST = `unix://${folder}/docker.sock`;
  const env = { DOCKER_HOST };
  let engine: ChildProcess | undefined;
  let server: Server | undefined;
  let url = '';

  const docker = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('docker', args, {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const runs = (name: string): boolean =>
    docker('inspect', '--format', '{{.State.Running}}', name) === 'true';

  /** The memory of a container by the kernel's own count, when it holds what it is to hold. */
  async function start(name: string, command: string, ...options: string[]): Promise<void> {
    docker(
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      'none',
      '--shm-size',
      '200m',
      ...options,
      IMAGE,
      '/bin/busybox',
      'sh',
      '-c',
      command,
    );
    const pid = docker('inspect', '--format', '{{.State.Pid}}', name);
    await until(() => resident(pid) >= HELD);
  }

  /** Anonymous and shared memory of the control group of a process: usage without the files that were read. */
  function resident(pid: string): number {
    const line = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      .split('\n')
      .map((each) => each.split(':'))
      .find(([, controllers]) => controllers === 'memory' || controllers === '');
    const base = line?.[1] === 'memory' ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    const stat = readFileSync(`${base}${line?.[2] ?? ''}/memory.stat`, 'utf8');
    const value = (key: string): number => Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
    return value('anon') + value('total_rss') + value('shmem');
  }

  /** ms of CPU of a process, by the kernel's count of ticks. */
  function usedBy(pid: string): number {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  beforeAll(async () => {
    const log = openSync(join(folder, 'log'), 'w');
    const started = spawn(
      'dockerd',
      [
        '--iptables=false',
        '--ip6tables=false',
        '--bridge=none',
        '--storage-driver=vfs',
        `--host=${DOCKER_HOST}`,
        `--data-root=${folder}/data`,
        `--exec-root=${folder}/exec`,
        `--pidfile=${folder}/docker.pid`,
      ],
      { stdio: ['ignore', log, log] },
    );
    engine = started;
    const answers = (): boolean =>
      spawnSync('docker', ['version'], { env: { ...process.env, ...env } }).status === 0;
    const hasEnded = (): boolean => started.exitCode !== null || started.signalCode !== null;
    await until(() => hasEnded() || answers());
    if (hasEnded())
      throw new Error(`dockerd has ended: ${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`);

    const image = join(folder, 'image');
    mkdirSync(join(image, 'bin'), { recursive: true });
    writeFileSync(join(image, 'bin/busybox'), readFileSync(BUSYBOX ?? ''), { mode: 0o755 });
    for (const name of ['sh', 'head', 'tail', 'sleep']) symlinkSync('busybox', join(image, 'bin', name));
    spawnSync('tar', ['-C', image, '-cf', join(folder, 'image.tar'), '.']);
    docker('import', join(folder, 'image.tar'), IMAGE);

    const listening = createServer((_, answer) => setTimeout(() => answer.end('ok'), 20)).listen(
      0,
      '127.0.0.1',
    );
    server = listening;
    await new Promise((resolve) => listening.once('listening', resolve));
    url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
  }, 90_000);

  afterAll(async () => {
    server?.close();
    if (engine === undefined) return;
    const all = docker('ps', '--all', '--quiet').split('\n').filter(Boolean);
    if (all.length > 0) docker('rm', '--force', ...all);
    engine.kill('SIGTERM');
    const { pid = 0 } = engine;
    await until(() => !isAlive(pid));
  }, 60_000);

  test.each([
    ['in a process', IN_A_PROCESS],
    ['in a file in memory', IN_A_FILE],
  ])(
    'has its 100 MB %s in the peak, within 2%%, and lives on',
    async (place, command) => {
      const name = `held-${place.split(' ').at(-1) ?? ''}`;
      await start(name, command);
      const pid = docker('inspect', '--format', '{{.State.Pid}}', name);
      const cwd = emptyFolder();
      write(
        cwd,
        'c.yml',
        config(`http: ${url}`, 'flows: 4', 'iterations: 40', `watch: [{container: ${name}}]`),
      );
      const result = await runCli(['run', '--config', 'c.yml'], { cwd, env });
      const results = result.results();
      expect(results.scenarios[0]?.problems).toEqual([]);
      expect(results.scenarios[0]?.monitor.watched).toEqual([{ name: `container ${name}` }]);
      const peak = metricOf(results, 'peak_memory') ?? NaN;
      process.stdout.write(`100 MB ${place}: peak_memory is ${peak / HELD} of them\n`);
      expect(Math.abs(peak / HELD - 1)).toBeLessThan(0.02);
      const processes = docker('top', name).split('\n').length - 1;
      expect(metricOf(results, 'peak_processes')).toBe(processes);
      expect(metricOf(results, 'peak_threads')).toBe(processes);
      expect(docker('inspect', '--format', '{{.State.Pid}}', name)).toBe(pid);
      expect(runs(name)).toBe(true);
    },
    60_000,
  );

  test('has its CPU time counted', async () => {
    await start('busy', IN_A_FILE.replace('sleep 900', 'while :; do :; done'));
    const pid = docker('inspect', '--format', '{{.State.Pid}}', 'busy');
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      config(
        `http: ${url}`,
        'flows: 1',
        'duration: 5s',
        'watch: [{container: busy}]',
        'thresholds: [success_rate >= 0%]',
      ),
    );
    const before = usedBy(pid);
    const result = await runCli(['run', '--config', 'c.yml'], { cwd, env });
    const all = usedBy(pid) - before;
    docker('kill', 'busy');
    const used = metricOf(result.results(), 'cpu_time') ?? NaN;
    process.stdout.write(
      `a container that used ${all} ms while flowgate was there: cpu_time is ${used} ms\n`,
    );
    // Flows run for most of the time that flowgate is there.
    expect(used).toBeGreaterThan(all / 2);
    expect(used).toBeLessThan(all);
  }, 60_000);

  test('and is killed meanwhile is told of', async () => {
    await start('victim', IN_A_FILE);
    const cwd = emptyFolder();
    write(
      cwd,
      'c.yml',
      config(
        `run: docker kill victim > /dev/null; sleep 0.5`,
        'flows: 1',
        'watch: [{container: victim}]',
        'thresholds: [success_rate == 100%]',
      ),
    );
    const result = await runCli(['run', '--config', 'c.yml'], { cwd, env });
    expect(result.results().scenarios[0]?.monitor.watched).toEqual([
      { name: 'container victim', ended: true },
    ]);
  }, 60_000);

  test('that is not there, or does not run, is told before any flow', async () => {
    docker('create', '--name', 'idle', IMAGE, '/bin/sh');
    const cwd = emptyFolder();
    write(cwd, 'c.yml', config('run: touch ran', 'watch: [{container: idle}, {container: nobody}]'));
    const result = await runCli(['run', '--config', 'c.yml'], { cwd, env });
    const told = result.results().scenarios[0]?.problems.join() ?? '';
    expect(told).toMatch(/container idle can not be watched: it does not run; /);
    expect(told).toMatch(
      /container nobody can not be watched: docker: exit status 1: .*No such container: nobody/,
    );
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  }, 60_000);
});

(process.platform === 'linux' ? test : test.skip)(
  'a process that is found by its port has its 100 MB in the peak, within 2%, and lives on',
  async () => {
    const cwd = emptyFolder();
    write(
      cwd,
      'server.mjs',
      `import { createServer } from 'node:http';
      import { writeFileSync } from 'node:fs';
      globalThis.held = Buffer.alloc(${HELD}, 1);
      createServer((_, answer) => setTimeout(() => answer.end('ok'), 20)).listen(0, '127.0.0.1', function () {
        writeFileSync('port', String(this.address().port));
      });`,
    );
    const child = spawn(process.execPath, ['server.mjs'], { cwd, stdio: 'ignore' });
    try {
      // There, and written: it is empty for a moment.
      await until(() => existsSync(join(cwd, 'port')) && readFileSync(join(cwd, 'port'), 'utf8') !== '');
      const port = readFileSync(join(cwd, 'port'), 'utf8');
      write(
        cwd,
        'c.yml',
        config(`http: http://127.0.0.1:${port}/`, 'flows: 4', 'iterations: 40', `watch: [{port: ${port}}]`),
      );
      const result = await runCli(['run', '--config', 'c.yml'], { cwd });
      const highest =
        Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]) *
        1024;
      const peak = metricOf(result.results(), 'peak_memory') ?? NaN;
      process.stdout.write(
        `a process with ${highest} bytes at its highest: peak_memory is ${peak / highest} of them\n`,
      );
      expect(highest).toBeGreaterThan(HELD);
      expect(Math.abs(peak / highest - 1)).toBeLessThan(0.02);
      expect(isAlive(child.pid ?? 0)).toBe(true);
    } finally {
      child.kill('SIGKILL');
    }
  },
  60_000,
);
