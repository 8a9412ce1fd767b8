import { beforeEach, describe, expect, test } from '@jest/globals';
import { LeftProcesses } from '../../src/checks/cleanup/processes.js';
import type { Spawner } from '../../src/system/ports.js';
import type { MachineState } from '../../src/watch/machine-state.js';
import { killAll, ProcessWatch } from '../../src/watch/process-watch.js';
import type { ProcessReading, TreeRoot } from '../../src/watch/table.js';
import { aReading, FakeProcessTable } from '../fakes/process-table.js';
import { SimulatedClock } from '../fakes/simulated-clock.js';

const TOKEN = 'fg-0123456789ab-7';
const SERVER = 50;
const root: TreeRoot = { pid: SERVER, role: 'service', launcher: false, onlyWatched: true };

/** A server that runs already, and a worker that it forks for whoever asks, with what came with the question. */
const server = aReading({ pid: SERVER, startTime: 3, role: 'service', onlyWatched: true });
const worker = aReading({
  pid: 51,
  parent: SERVER,
  root: SERVER,
  role: 'service',
  onlyWatched: true,
  token: TOKEN,
});
/** What the run has started. */
const launcher = aReading({ pid: 60, launcher: true });
const flow = aReading({ pid: 61, parent: 60, root: 60, token: TOKEN });
const service = aReading({ pid: 70, role: 'service' });
const child = aReading({ pid: 71, parent: 70, root: 70, role: 'service' });

describe('what is only watched', () => {
  let readings: readonly ProcessReading[];
  let table: FakeProcessTable;
  let watch: ProcessWatch;

  beforeEach(async () => {
    readings = [launcher, flow, service, child];
    table = new FakeProcessTable(() => readings);
    watch = new ProcessWatch(table);
    watch.addRoot({ pid: 60, role: 'flow', launcher: true });
    watch.addRoot({ pid: 70, role: 'service', launcher: false });
    await watch.alsoWatch([{ name: 'port 5432: postgres (pid 50)', root }]);
    readings = [server, worker, launcher, flow, service, child];
  });

  test('is read with the rest', async () => {
    await watch.alive();
    expect(table.asked.at(-1)).toContain(root);
  });

  test('is among nothing that is ended, signalled, or taken for left behind', async () => {
    const pidsOf = (all: readonly ProcessReading[]): number[] => all.map(({ pid }) => pid);
    expect(pidsOf(await watch.alive())).toEqual([60, 61, 70, 71]);
    expect(pidsOf(await watch.flowProcesses())).toEqual([61]);
    expect(pidsOf(await watch.serviceProcesses())).toEqual([71]);
    expect(pidsOf(await watch.hosts())).toEqual([]);
    expect(watch.flowRoots()).toEqual([60]);
    // Of a flow that is past its timeout, or that a fault hits.
    expect(await watch.pidsOfFlow(60, TOKEN)).toEqual([61]);
    expect(await watch.pidsOfFlow(SERVER, 'fg-0123456789ab-8')).toEqual([]);
  });

  test('is not killed when all that is left is', async () => {
    const killed: number[] = [];
    const killPids = (pids: readonly number[]): void => {
      killed.push(...pids);
      readings = [server, worker];
    };
    const clock = new SimulatedClock();
    await clock.run(killAll(watch, { killPids } as unknown as Spawner, clock));
    expect(killed).toEqual([60, 61, 70, 71]);
  });

  test('leaves nothing behind, whatever it has started while flows ran', async () => {
    const machine = { notAdopting: () => undefined, writersInto: () => [], variableOf: () => undefined };
    const clock = new SimulatedClock();
    readings = [server];
    const options = {
      clock,
      watch,
      identity: { run: '0123456789ab' },
      work: { kind: 'http', requests: [], followRedirects: false, maxBody: 1 },
      scratch: '/s',
    } as const;
    const search = await clock.run(
      LeftProcesses.begin({ ...options, machine: machine as unknown as MachineState }),
    );
    readings = [server, worker];
    expect(await clock.run(search.ofFlows(new Map()))).toEqual([]);
    expect(await clock.run(search.ofServices())).toEqual([]);
  });

  test('that belongs to the run all the same is no root of its own, and ended with the run', async () => {
    const own = new ProcessWatch(table);
    readings = [aReading({ pid: SERVER, startTime: 3, role: 'service', root: 70 })];
    await own.alsoWatch([{ name: 'port 5432: postgres (pid 50)', root }]);
    expect((await own.alive()).map(({ pid }) => pid)).toEqual([SERVER]);
    expect(table.asked.at(-1)).toEqual([]);
  });

  test('is known to have ended when it is gone, or its pid is that of another one', async () => {
    const named = new ProcessWatch(table);
    readings = [];
    expect(named.watched(readings)).toBeUndefined();
    table.answer = () => (table.asked.at(-1)?.length === 0 ? [] : readings);
    readings = [server];
    await named.alsoWatch([{ name: 'port 5432', root }]);
    expect(named.watched([server, worker])).toEqual([{ name: 'port 5432' }]);
    const ended = [{ name: 'port 5432', ended: true }];
    expect(named.watched([worker])).toEqual(ended);
    expect(named.watched([{ ...server, startTime: 9 }])).toEqual(ended);
    expect(named.watched([{ ...server, zombie: true }])).toEqual(ended);
  });
});
