import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { readScript, type OwnScript } from '../../src/system/own-script.js';
import type { HostProcess } from '../../src/system/ports.js';
import { spawnPython } from '../../src/system/processes.js';
import { loopbackChannel, missingPython } from '../../src/system/python.js';
import { onPython, PYTHON } from '../e2e/python.js';
import { emptyFolder } from '../e2e/run-cli.js';

const HOST = join(import.meta.dirname, '../../src/flows/module/python/host.py');
const env = { PATH: process.env['PATH'] ?? '' };

const hosts: HostProcess[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.kill('SIGKILL');
});

function hostOf(script: OwnScript, loopback: boolean, python = [PYTHON]): HostProcess {
  const host = spawnPython(script, { cwd: emptyFolder(), env, python }, { loopback });
  hosts.push(host);
  return host;
}

const next = (host: HostProcess): Promise<unknown> =>
  new Promise((resolve) => {
    host.onMessage(resolve);
  });

onPython('a host in Python', () => {
  test.each([
    ['descriptor 3', false],
    ['the loopback interface, as on Windows', true],
  ])('speaks over %s', async (_, loopback) => {
    const script = readScript(HOST) as OwnScript;
    const host = hostOf(script, loopback);
    expect(await next(host)).toMatchObject({ type: 'listening', pid: expect.any(Number) as unknown });
    const module = join(emptyFolder(), 'flow.py');
    writeFileSync(module, 'import os\ndef setup(ctx):\n    return 1\ndef flow(ctx):\n    os._exit(7)\n');
    const loaded = new Promise((resolve) => {
      host.onMessage(resolve);
    });
    host.send({ type: 'load', module, options: {}, seed: 1 });
    expect(await loaded).toMatchObject({ type: 'loaded', hooks: ['setup'] });
    host.send({ type: 'start', flows: [{ id: 1, slot: 1, iteration: 1, token: 'fg-0-1', workspace: '' }] });
    expect(await host.exited).toEqual({ code: 7, signal: null });
  });

  test('a Python that is too old says so', async () => {
    const script = { file: '/host.py', source: 'raise SystemExit("should not be run")' };
    const old = join(emptyFolder(), 'old.py');
    writeFileSync(
      old,
      'import sys\nsys.version_info = (3, 8, 10)\nexec(sys.argv[sys.argv.index("-c") + 1])\n',
    );
    // The text of the real boot, run by an interpreter that takes itself for an older one.
    const host = hostOf(script, false, [PYTHON, old]);
    expect((await host.exited).code).toBe(1);
    expect(host.stderr().head).toBe('Python 3.8 is too old; flows need Python 3.9 or later\n');
  });
});

test('who does not know the nonce is not taken for the host', async () => {
  const channel = loopbackChannel('KEY');
  const heard: unknown[] = [];
  channel.onMessage((message) => heard.push(message));
  const { port, nonce } = (await channel.address) as { port: number; nonce: string };
  const speak = (line: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\nKEY{"type":"pong"}\n`));
      socket.once('close', () => {
        resolve();
      });
      socket.once('data', () => {
        resolve();
      });
    });
  await speak('x'.repeat(nonce.length));
  expect(heard).toEqual([]);
  channel.send({ type: 'ping' });
  await speak(nonce);
  expect(heard).toEqual([{ type: 'pong' }]);
  channel.close();
});

test.each([
  [
    ['.venv/bin/python'],
    /^the Python interpreter ".venv\/bin\/python" was not found: there is no program \/w\/.venv\/bin\/python; /,
  ],
  [['uv run python'], /write a list: \[uv, run, python\]/],
  [['no-such-python'], /was not found in PATH; install Python 3\.9 or later, or name/],
])('an interpreter that is missing: %j', (python, message) => {
  expect(missingPython({ cwd: '/w', env, python })).toMatch(message);
});

test('a program that is there is not missing', () => {
  expect(missingPython({ cwd: '/', env: { PATH: '/bin' }, python: ['sh'] })).toBeUndefined();
});
