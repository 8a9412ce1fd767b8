import { beforeEach, describe, expect, test } from '@jest/globals';
import type { WatchPlan } from '../../src/model/plan.js';
import { findWatched } from '../../src/services/watched.js';
import type { CommandSpec, Exit, RunningProcess, Spawner } from '../../src/system/ports.js';
import type {
  ListeningSocket,
  MachineState,
  RunningProcess as Running,
} from '../../src/watch/machine-state.js';
import type { NamedRoot } from '../../src/watch/process-watch.js';
import { fakeFiles } from '../fakes/files.js';
import { excerptOf } from '../fakes/record.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90';
const GROUP = { version: 2, memory: '/g', cpu: '/g', processes: '/g' } as const;

interface Said {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A machine with these processes and sockets, and engines that say what they are told to. */
class FakeMachine {
  readonly processes: Running[] = [];
  readonly sockets: (ListeningSocket & { readonly holders: readonly number[] })[] = [];
  /** By pid: those of containers. */
  readonly groups = new Map<
    number,
    MachineState['groupOf'] extends (...given: never[]) => infer G ? G : never
  >();
  readonly asked: string[] = [];
  engines: Readonly<Record<string, Said>> = {};
  blind: string | undefined;
  above: readonly number[] = [1];
  files: Readonly<Record<string, string>> = {};

  find(...plans: readonly WatchPlan[]): Promise<readonly NamedRoot[]> {
    const clock = new SimulatedClock();
    const state: Partial<MachineState> = {
      blind: this.blind,
      listeners: () => Promise.resolve(this.sockets),
      holdersOf: (wanted) =>
        this.sockets.filter(({ inode }) => wanted.has(inode)).flatMap(({ holders }) => holders),
      processOf: (pid) => this.processes.find((each) => each.pid === pid),
      isAbove: (pid) => this.above.includes(pid),
      groupOf: (pid, id) =>
        (id === ID ? this.groups.get(pid) : undefined) ?? 'no control group of it can be seen here',
    };
    return clock.run(
      findWatched(plans, {
        machine: state as MachineState,
        files: fakeFiles(this.files),
        spawner: { spawn: (spec: CommandSpec) => this.#spawn(spec.command) } as Spawner,
        clock,
        interrupt: new AbortController().signal,
        specOf: (command) => ({ shell: 'sh', command, cwd: '/', env: {} }),
      }),
    );
  }

  #spawn(command: string): RunningProcess {
    this.asked.push(command);
    const known = Object.entries(this.engines).find(([beginning]) => command.startsWith(beginning));
    const { code = 0, stdout = '', stderr = '' } = known?.[1] ?? { code: 127, stderr: 'sh: not found' };
    const exit: Exit = { code, signal: null };
    return {
      pid: 9,
      exited: Promise.resolve(exit),
      stdout: () => excerptOf(stdout),
      stderr: () => excerptOf(stderr),
      onLine: () => undefined,
      kill: () => undefined,
    };
  }
}

const port = (number: number): WatchPlan => ({ kind: 'port', port: number });
const container = (name: string): WatchPlan => ({ kind: 'container', container: name });
const pidFile = (file: string): WatchPlan => ({ kind: 'pid-file', file });
const names = (found: readonly NamedRoot[]): string[] => found.map(({ name }) => name);
const watchedRoot = (pid: number) => ({ pid, role: 'service', launcher: false, onlyWatched: true });

let machine: FakeMachine;
const listens = (address: string, ...holders: number[]): void => {
  machine.sockets.push({ address, user: 999, inode: 100 + machine.sockets.length, holders });
};
const runs = (pid: number, program: string, parent = 1): void => {
  machine.processes.push({ pid, parent, program });
};

beforeEach(() => {
  machine = new FakeMachine();
});

describe('a port', () => {
  test('is the process that listens on it, at whichever address, and not its workers beside it', async () => {
    runs(812, 'nginx');
    runs(813, 'nginx', 812);
    runs(900, 'node');
    listens('127.0.0.1:15432', 900);
    listens('[::]:5432', 812, 813);
    expect(await machine.find(port(5432))).toEqual([
      { name: 'port 5432: nginx (pid 812)', root: watchedRoot(812) },
    ]);
    expect(machine.asked).toEqual([]);
  });

  test('may be shared by processes that know nothing of each other', async () => {
    runs(812, 'node');
    runs(813, 'node');
    listens('0.0.0.0:80', 812);
    listens('0.0.0.0:80', 813);
    expect(names(await machine.find(port(80)))).toEqual([
      'port 80: node (pid 812)',
      'port 80: node (pid 813)',
    ]);
  });

  test('that nobody listens on is told', async () => {
    await expect(machine.find(port(80))).rejects.toThrow(
      'port 80 can not be watched: nothing listens there, and no container publishes it; start it in an earlier step, or by before, setup or a service',
    );
  });

  test('of a process that is not ours to see is told, with what to do', async () => {
    listens('0.0.0.0:80');
    await expect(machine.find(port(80))).rejects.toThrow(
      'port 80 can not be watched: which process of user 999 listens there only that user and root can see; name its container or pid-file, or run flowgate as that user',
    );
  });

  test('that flowgate itself runs below is refused: all would be in it', async () => {
    runs(1, 'systemd', 0);
    listens('0.0.0.0:80', 1);
    await expect(machine.find(port(80))).rejects.toThrow(
      'port 80 can not be watched: it is process 1 "systemd", which flowgate itself runs below',
    );
  });

  test('can not be watched where only processes are known', async () => {
    machine.blind = 'no /proc';
    await expect(machine.find(port(80))).rejects.toThrow(
      'only Linux tells which process listens; name its pid-file',
    );
  });

  test.each([
    ['of a proxy', `${ID} 0.0.0.0:5432->5432/tcp, [::]:5432->5432/tcp`, 'docker-proxy'],
    ['in a range', `${'f'.repeat(64)} 80/tcp\n${ID} 127.0.0.1:5400-5500->400-500/tcp`, 'rootlessport'],
    ['of a proxy that is not ours to see', `${ID} 0.0.0.0:5432->5432/tcp`, undefined],
  ])('that a container publishes is the container: %s', async (_, ps, proxy) => {
    if (proxy !== undefined) runs(300, proxy);
    listens('0.0.0.0:5432', ...(proxy === undefined ? [] : [300]));
    machine.groups.set(4711, GROUP);
    machine.engines = {
      'docker ps': { stdout: `${'e'.repeat(64)} 0.0.0.0:15432->5432/tcp\n${ps}\n` },
      [`docker container inspect --format '{{.Id}} {{.State.Pid}} {{.State.Running}} {{.Name}}' '${ID}'`]: {
        stdout: `${ID} 4711 true /job_db\n`,
      },
    };
    expect(await machine.find(port(5432))).toEqual([
      { name: 'port 5432: container job_db', root: { ...watchedRoot(4711), group: GROUP } },
    ]);
  });

  test('of a proxy whose container is not found is never taken for it', async () => {
    runs(300, 'docker-proxy');
    listens('0.0.0.0:5432', 300);
    await expect(machine.find(port(5432))).rejects.toThrow(
      'docker-proxy (pid 300) listens there for a container; name that: {container: NAME}',
    );
  });
});

describe('a pid file', () => {
  test('is the process that its first line names', async () => {
    runs(812, 'postgres');
    machine.files = { '/run/db/postmaster.pid': '812\n/var/lib/db\n1790000000\n' };
    expect(await machine.find(pidFile('/run/db/postmaster.pid'))).toEqual([
      { name: 'pid-file postmaster.pid: postgres (pid 812)', root: watchedRoot(812) },
    ]);
  });

  test.each([
    [undefined, 'there is no file /a.pid; start it in an earlier step, or by before, setup or a service'],
    ['', 'the first line of /a.pid is no process id'],
    ['started\n812\n', 'the first line of /a.pid is no process id'],
    [
      '813\n',
      'there is no process 813, which /a.pid names; start it in an earlier step, or by before, setup or a service',
    ],
  ])('of %j is told', async (text, why) => {
    runs(812, 'postgres');
    machine.files = text === undefined ? {} : { '/a.pid': text };
    await expect(machine.find(pidFile('/a.pid'))).rejects.toThrow(
      `pid-file a.pid can not be watched: ${why}`,
    );
  });
});

describe('a container', () => {
  const inspected = (engine: string, stdout: string): FakeMachine['engines'] => ({
    [`${engine} container inspect`]: { stdout },
  });

  test('is its control group', async () => {
    machine.groups.set(4711, GROUP);
    machine.engines = inspected('docker', `${ID} 4711 true /shop-db-1\n`);
    expect(await machine.find(container('shop-db-1'))).toEqual([
      { name: 'container shop-db-1', root: { ...watchedRoot(4711), group: GROUP } },
    ]);
  });

  test('of podman is found where docker is not installed, or knows none', async () => {
    machine.groups.set(4711, GROUP);
    machine.engines = inspected('podman', `${ID} 4711 true db\n`);
    expect(names(await machine.find(container('db')))).toEqual(['container db']);
    machine.engines = { ...machine.engines, docker: { code: 1, stderr: 'Error: No such container: db' } };
    expect(names(await machine.find(container('db')))).toEqual(['container db']);
  });

  test.each<[string, FakeMachine['engines'], string]>([
    ['without an engine', {}, 'neither docker nor podman is installed here'],
    [
      'that is not known',
      { docker: { code: 1, stderr: 'Error: No such container: db' } },
      'docker: exit status 1: Error: No such container: db',
    ],
    [
      'that does not run',
      inspected('docker', `${ID} 0 false /db`),
      'it does not run; start it in an earlier step, or by before, setup or a service',
    ],
    [
      'on another machine',
      inspected('docker', `${ID} 999 true /db`),
      'no control group of it can be seen here',
    ],
    ['of an engine that says something else', inspected('docker', '[]'), 'what is told of it is "[]"'],
  ])('%s is told', async (_, engines, why) => {
    machine.engines = engines;
    await expect(machine.find(container('db'))).rejects.toThrow(`container db can not be watched: ${why}`);
  });
});

test('what is named in two ways is measured once, and the whole of a container rather than a process in it', async () => {
  runs(812, 'node');
  runs(4711, 'postgres');
  listens('0.0.0.0:5432', 4711);
  listens('0.0.0.0:80', 812);
  machine.files = { '/a.pid': '812' };
  machine.groups.set(4711, GROUP);
  machine.engines = { 'docker container inspect': { stdout: `${ID} 4711 true /db\n` } };
  const found = await machine.find(port(5432), port(80), pidFile('/a.pid'), container('db'));
  expect(names(found)).toEqual(['port 80: node (pid 812)', 'container db']);
});

test('all that can not be watched is told at once', async () => {
  await expect(machine.find(port(80), container('db'))).rejects.toThrow(/^port 80 can .+; container db can /);
});
