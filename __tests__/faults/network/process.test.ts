import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tcpProxyProcess } from '../../../src/faults/network/process.js';
import type { NetworkProxy } from '../../../src/faults/network/protocol.js';
import { UserError } from '../../../src/lib/errors.js';
import type { Toxic } from '../../../src/model/network-fault.js';
import { nodeClock } from '../../../src/system/clock.js';
import { isAlive, until } from '../../processes.js';
import { fate, hear, Opened, planFor, tryToConnect } from './tcp-parties.js';

const SCRIPT = join(import.meta.dirname, '../../../dist/proxy.js');
const reset: Toxic = { kind: 'reset', after: 0, probability: 1 };

let opened: Opened;

beforeEach(() => {
  opened = new Opened();
});

afterEach(() => opened.close());

/** The kernel connects a client before the other process knows of it. */
async function accepted(proxy: NetworkProxy, connections: number): Promise<void> {
  while ((await proxy.report()).connections < connections) await nodeClock.sleep(5);
}

/** Processes of ours that run the script. */
function processes(): readonly number[] {
  const list = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return list
    .split('\n')
    .filter((line) => line.includes(SCRIPT))
    .map((line) => Number.parseInt(line, 10));
}

test('proxies in a process of their own do as they are told, and are gone when they are closed', async () => {
  const plan = await planFor(await opened.echo(), { toxics: [reset] });
  const { port } = plan.listen;
  const proxy = await tcpProxyProcess(SCRIPT)([plan], { seed: 1 });
  const [pid = 0] = processes();
  expect(isAlive(pid)).toBe(true);

  const client = await opened.connect(port);
  client.write('hello');
  expect(await hear(client, 5)).toBe('hello');
  const zero = nodeClock.now();
  await proxy.arm(zero);
  client.write('again');
  expect(await fate(client)).toBe('ECONNRESET');
  await proxy.disarm();
  expect(await tryToConnect(port)).toBe('connected');
  await accepted(proxy, 2);

  const report = await proxy.close();
  expect(report).toMatchObject({
    counts: { reset: { times: 1, connections: 1 } },
    connections: 2,
    notes: [],
  });
  // Both processes read the same clock.
  expect(report.faults[0]?.at).toBeGreaterThanOrEqual(0);
  expect(report.faults[0]?.at).toBeLessThanOrEqual(nodeClock.now() - zero);
  expect(isAlive(pid)).toBe(false);
  expect(await tryToConnect(port)).toBe('ECONNREFUSED');
});

test('a port in use is told as it is by proxies in our own process, and no process is left', async () => {
  const taken = await opened.echo();
  const plan = await planFor(taken, {});
  const opening = tcpProxyProcess(SCRIPT)([{ ...plan, listen: { ...plan.listen, port: taken } }], {
    seed: 1,
  });
  await expect(opening).rejects.toThrow(UserError);
  await expect(opening).rejects.toThrow(`faults.network[0].listen: port ${taken} of 127.0.0.1 is in use`);
  await until(() => processes().every((pid) => !isAlive(pid)));
});

test('proxies that end by themselves are missed at once, and their last report is kept', async () => {
  const plan = await planFor(await opened.echo(), { toxics: [reset] });
  const proxy = await tcpProxyProcess(SCRIPT)([plan], { seed: 1 });
  const client = await opened.connect(plan.listen.port);
  await accepted(proxy, 1);
  const [pid = 0] = processes();
  process.kill(pid, 'SIGKILL');
  const reason = await proxy.failed;
  expect(reason).toMatch(/^the process of the network proxies has ended \(SIGKILL\)/);
  await expect(proxy.arm(0)).rejects.toThrow(reason);
  expect(await proxy.close()).toEqual({ faults: [], counts: {}, connections: 1, notes: [reason] });
  client.destroy();
});
